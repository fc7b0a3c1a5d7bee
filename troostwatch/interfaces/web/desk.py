"""What the pages work with: one process, one database, and who may come in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from troostwatch import bootstrap
from troostwatch.domain.images import Stored
from troostwatch.services.desk import DeskService

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
SIZES = {"thumb": 240, "small": 640, "large": 1600, "full": 6000}  # longest side in pixels


@dataclass(frozen=True, slots=True)
class Desk:
    process: bootstrap.Process
    database: Path
    hosts: frozenset[str]  # names under which the desk may be asked for
    token: str | None = None
    cache: bootstrap.PictureCache = field(kw_only=True)
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))  # of this run: signs forms and logins

    @classmethod
    def of(cls, process: bootstrap.Process, database: Path, *, host: str) -> Desk:
        """Return the desk of a database, reached under the name that it listens on and those of the settings."""
        own = process.settings.web
        cache = bootstrap.PictureCache(bootstrap.pictures_of(database), most_bytes=own.cache_bytes)
        token = own.token.get_secret_value() if own.token else None
        return cls(process, database, LOOPBACK | {host.lower(), *map(str.lower, own.hosts)}, token, cache=cache)

    def workspace(self) -> bootstrap.Workspace:
        """Open the database for one request; use it in a `with` block, in the thread that opened it."""
        return bootstrap.Workspace.open(self.process, self.database, create=False)

    def signed(self, text: str) -> str:
        return hmac.new(self.secret, text.encode(), hashlib.sha256).hexdigest()

    def is_signed(self, text: str, signature: str) -> bool:
        return hmac.compare_digest(self.signed(text).encode(), signature.encode())

    def is_token(self, given: str) -> bool:
        return self.token is not None and hmac.compare_digest(self.token.encode(), given.encode())

    def picture(self, app: bootstrap.Workspace, photograph: Stored, size: str) -> bytes:
        side = SIZES[size]
        return self.cache.get(f"{photograph.sha256}/{side}/1", lambda: app.pictures.sized(photograph, side))


def desk_service(app: bootstrap.Workspace) -> DeskService:
    return DeskService(app.snapshot, bootstrap.clock.now)
