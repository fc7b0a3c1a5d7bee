"""An answer of search as one HTML file that needs nothing beside it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

from troostwatch.domain.counting import counted
from troostwatch.domain.search import Hit
from troostwatch.interfaces.cli.bids import bid
from troostwatch.interfaces.links import safe_link

# Nothing is fetched and nothing runs, whatever a title may hold.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"

_STYLE = """
body { font: 15px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #222; }
article { border-top: 1px solid #ccc; padding: 1rem 0; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin: 0 0 .3rem; }
p { margin: .2rem 0; } ul { margin: .3rem 0; padding-left: 1.2rem; color: #555; }
.pictures { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .5rem; }
figure { margin: 0; } figcaption { font-size: .8rem; color: #555; } img { display: block; border-radius: 4px; }
"""


def contact_sheet(asked: str, hits: Sequence[Hit], pictures: Mapping[str, Sequence[tuple[int, bytes]]]) -> str:
    """Return the page: for each lot what it is, why it was found, and (position, JPEG) of its photographs."""
    articles = "\n".join(_article(hit, pictures.get(hit.lot.display_id, ())) for hit in hits)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<meta name="viewport" content="width=device-width">
<title>{escape(asked)} - Troostwatch</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(asked)}: {counted(len(hits), "lot")}</h1>
{articles}
</body>
</html>
"""


def _article(hit: Hit, pictures: Sequence[tuple[int, bytes]]) -> str:
    lot = hit.lot
    closes = f"closes {lot.closes_at.astimezone():%Y-%m-%d %H:%M}" if lot.closes_at else None
    facts = [fact for fact in (lot.category, closes, bid(lot), lot.city) if fact]
    reasons = "".join(
        f"<li>{escape(reason.space)} {reason.score:.3f}, place {reason.rank}: {escape(reason.because)}</li>"
        for reason in hit.reasons
    )
    shown = "".join(_figure(lot.display_id, position, data) for position, data in pictures)
    return f"""<article>
<h2>{_linked(lot.display_id, lot.url)} {escape(lot.title or "")}</h2>
<p>{escape(" · ".join(facts))}</p>
<ul>{reasons}</ul>
<div class="pictures">{shown}</div>
</article>"""


def _linked(name: str, url: str | None) -> str:
    link = safe_link(url)
    if link is None:
        return escape(name)
    return f'<a href="{escape(link)}" rel="noreferrer">{escape(name)}</a>'


def _figure(lot: str, position: int, data: bytes) -> str:
    source = f"data:image/jpeg;base64,{base64.b64encode(data).decode()}"
    name = escape(f"{lot}, photograph {position}")
    return f'<figure><img src="{source}" alt="{name}"><figcaption>{position}</figcaption></figure>'
