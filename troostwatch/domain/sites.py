"""What is the site's own about its pages: addresses, names of fields with their alternatives, and kinds of pictures."""

from __future__ import annotations

import re
from datetime import UTC, datetime

# Nothing that the site tells happened earlier: a time before it is another unit, or none.
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

PAGE_PATH = re.compile(r"(?:/(?P<locale>[a-z]{2}(?:-[A-Za-z]{2})?))?/(?P<kind>[al])/(?P<slug>[^/]+)/?")
# A click inside the site brings the data of the next page alone; behind this comes the address of that page.
DATA_PATH = re.compile(r"/_next/data/[^/]+(?P<page>/.*)\.json")

# Where several are there, the first that holds something counts.
PHOTOGRAPH_LISTS = ("images", "media", "photos", "pictures", "gallery")
PHOTOGRAPH_ADDRESSES = ("url", "src", "href")
ATTRIBUTE_NAMES = ("name", "label", "key")
AMOUNTS = ("amount", "value", "decimal")  # of money in whole units, as '250.55'

PICTURE_KINDS = ("image", "photo", "picture", "foto")
OTHER_KINDS = ("video", "film", "movie", "document", "pdf", "youtube", "audio")
OTHER_ENDINGS = (".mp4", ".webm", ".mov", ".m4v", ".avi", ".pdf", ".m3u8")
