"""Troostwatch: know what an auction lot really is."""

__version__ = "0.1.0"
