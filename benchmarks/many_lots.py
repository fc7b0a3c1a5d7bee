"""A large database for measurements, written straight into its tables: lots, photographs, codes, and what waits."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from troostwatch.infrastructure.db.times import stamp
from troostwatch.infrastructure.db.unit_of_work import open_database

PHOTOGRAPHS = 3  # of each lot
AUCTIONS = 200
THINGS = ("laptop", "phone", "tablet", "monitor", "printer", "drill", "saw", "lathe", "chair", "desk", "lamp", "pallet")
MAKERS = ("Lenovo", "HP", "Dell", "Apple", "Samsung", "Cisco", "Bosch", "Makita", "Philips", "Acer", "Asus", "Canon")
QUAD = json.dumps([[10, 20], [310, 20], [310, 60], [10, 60]])
BOX = json.dumps([10, 20, 310, 60])
NOW = datetime.now(UTC)
THEN = stamp(NOW - timedelta(days=1))


_DOUBTFUL, _SURE = (0.5, "pending", None), (0.97, "approved", "rule")


def write(path: Path, *, lots: int, waiting: int, seed: int = 1) -> None:
    """Write lots with three photographs each, of which so many wait for a person with one doubtful code."""
    rng = Random(seed)
    with closing(open_database(path)) as connection:
        for setting in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -500000",
        ):  # nothing is lost by a crash
            connection.execute(f"PRAGMA {setting}")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO auctions (id, display_id, ends_at, observed_at) VALUES (?, ?, ?, ?)",
            ((n, f"A1-{n}", stamp(NOW + timedelta(hours=n - AUCTIONS // 3)), THEN) for n in range(1, AUCTIONS + 1)),
        )
        connection.executemany(
            """INSERT INTO lots (id, display_id, auction_id, site, slug, title, description, category, city,
                   current_bid_cents, currency, closes_at, listed_at)
               VALUES (?, ?, ?, 'https://auction.example', 'lot', ?, ?, 'Things', 'Utrecht', ?, 'EUR', ?, ?)""",
            _lots(lots, rng),
        )
        _photographs(connection, lots * PHOTOGRAPHS, rng.sample(range(lots * PHOTOGRAPHS), waiting), rng)
        _documents(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA optimize")


def _lots(count: int, rng: Random) -> Iterator[tuple[object, ...]]:
    for number in range(1, count + 1):
        title = f"{rng.choice(MAKERS)} {rng.choice(THINGS)} {rng.randrange(10**6):06d}"
        hours = rng.uniform(-24 * 20, 24 * 10)
        closes = stamp(NOW + timedelta(hours=hours)) if rng.random() < 0.9 else None
        bid = rng.randrange(100_000) if rng.random() < 0.8 else None
        words = " ".join(rng.choices(THINGS, k=20))
        yield number, f"A1-{number % AUCTIONS + 1}-{number}", number % AUCTIONS + 1, title, words, bid, closes, THEN


def _photographs(connection: sqlite3.Connection, count: int, waiting: list[int], rng: Random) -> None:
    doubtful = set(waiting)
    digests = [f"{number:064x}" for number in range(count)]
    states = ["needs_review" if number in doubtful else "analyzed" for number in range(count)]
    connection.executemany("INSERT INTO contents VALUES (?, 300000, 1600, 1200, 'JPEG', NULL)", zip(digests))
    connection.executemany(
        """INSERT INTO lot_images (id, lot_id, url, position, first_seen_at, download_status, local_path,
               content_sha256, analysis_status, analyzed_at, review_reason)
           VALUES (?, ?, ?, ?, ?, 'downloaded', ?, ?, ?, ?, ?)""",
        (
            (n + 1, n // PHOTOGRAPHS + 1, f"u{n}", n % PHOTOGRAPHS, THEN, f"{n}.jpg", digest, states[n], THEN,
             "serial_number is doubtful" if n in doubtful else None)
            for n, digest in enumerate(digests)
        ),
    )  # fmt: skip
    connection.executemany(
        "INSERT INTO analyses VALUES (?, ?, 'local', '{}', 1, ?, 0.5, 0.8, 0.95, NULL, ?)",
        ((digest, n + 1, THEN, int(n in doubtful)) for n, digest in enumerate(digests)),
    )
    connection.executemany(
        """INSERT INTO readings (content_sha256, reader, kind, text, again, confidence, quad_json)
           VALUES (?, 'rapidocr', 'text', ?, ?, 0.9, ?)""",
        (
            (digest, f"S/N CD{n:07}", f"S/N C0{n:07}" if n in doubtful else None, QUAD)
            for n, digest in enumerate(digests)
        ),
    )
    connection.executemany(
        """INSERT INTO extracted_codes (content_sha256, lot_image_id, code_type, value, confidence, status, decided_by,
               origin, context, evidence_json, readers_json, bbox_json)
           VALUES (?, ?, 'serial_number', ?, ?, ?, ?, 'reading', 'S/N', '["printed after ''S/N''"]', '["rapidocr"]',
               ?)""",
        (
            (
                digest,
                n + 1,
                f"CD{n:07}",
                *((0.5, "pending", None) if n in doubtful else (0.97, "approved", "rule")),
                BOX,
            )
            for n, digest in enumerate(digests)
            if n in doubtful or rng.random() < 0.5
        ),
    )


def _documents(connection: sqlite3.Connection) -> None:
    """Make what is otherwise worked out lot by lot, of the same size and shape."""
    codes = """(SELECT group_concat(c.value, char(10)) FROM lot_images AS i
                  JOIN extracted_codes AS c ON c.content_sha256 = i.content_sha256 WHERE i.lot_id = l.id)"""
    connection.execute(
        f"""INSERT INTO lot_documents (rowid, title, description, attributes, label_text, codes)
            SELECT l.id, l.title, l.description, l.category, 'S/N', coalesce({codes}, '') FROM lots AS l"""
    )
    connection.execute(
        f"""INSERT INTO lot_code_parts (rowid, bare, folded)
            SELECT l.id, coalesce({codes}, ''), coalesce({codes}, '') FROM lots AS l"""
    )
    connection.execute(
        """UPDATE lot_facts
              SET maker = substr(l.title, 1, instr(l.title, ' ') - 1), on_label = l.title, codes = abs(l.id * 7919) % 3,
                  serial_number = 'CD' || l.id, sure_json = '{"serial_number": 0.97}',
                  thumbnail = printf('%064x', l.id),
                  contradiction = iif(l.id % 50 = 0, 'the label says otherwise', NULL)
             FROM lots AS l WHERE l.id = lot_facts.lot_id"""
    )
    connection.execute("DELETE FROM stale_documents")
