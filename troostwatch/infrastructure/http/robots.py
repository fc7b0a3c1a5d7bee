"""What a host's robots.txt lets us read (RFC 9309), fetched once per host and run."""

from __future__ import annotations

import httpx
from protego import Protego

from troostwatch.domain.errors import SiteRefusedError, SourceError
from troostwatch.domain.remedies import Remedy
from troostwatch.infrastructure.http.answers import AddressRefusedError, HttpError
from troostwatch.infrastructure.http.client import HttpClient, beginning

# The standard asks for at least 500 KiB; what stands beyond is not read.
MOST_BYTES = 512 * 1024


class Robots:
    def __init__(self, client: HttpClient, user_agent: str) -> None:
        self._client = client
        self._name = user_agent.partition("/")[0].strip() or "Troostwatch"
        self._rules: dict[str, Protego] = {}

    async def permit(self, url: httpx.URL) -> None:
        """Raise SiteRefusedError when the host asks robots to stay away from this address."""
        origin = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if origin not in self._rules:
            self._rules[origin] = await self._read(origin, url.host)
        if not self._rules[origin].can_fetch(str(url), self._name):
            raise SiteRefusedError(
                f"robots.txt of {url.host} asks programs not to read {url}", hint=Remedy.SYNC_SAVED_PAGES
            )

    async def _read(self, origin: str, host: str) -> Protego:
        try:
            body = await self._client.get(f"{origin}/robots.txt", beginning(MOST_BYTES), accept="text/plain")
        except HttpError as error:
            if isinstance(error, AddressRefusedError):
                raise
            # Missing means allowed. A host that cannot tell now might forbid everything: we come back later.
            if error.status is None or error.temporary:
                raise SourceError(
                    f"cannot read robots.txt of {host}, so nothing else is asked there: {error}",
                    hint=error.hint or "try again later",
                ) from error
            return Protego.parse("")
        rules = Protego.parse(body.decode("utf-8", "replace"))
        if delay := rules.crawl_delay(self._name):
            self._client.slow_down(host, float(delay))
        return rules
