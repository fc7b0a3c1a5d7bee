"""Where the inventory of photographs was before it had a room of its own; its name is still found here."""

from __future__ import annotations

from troostwatch.infrastructure.photographs.inventory import FolderInventory

__all__ = ["FolderInventory"]
