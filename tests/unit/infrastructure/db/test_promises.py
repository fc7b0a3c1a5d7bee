"""What the database itself refuses, whoever asks: rows that would promise what is not so."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.world import World, analysis, code, sha


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    world.lot("A1-1-1")
    world.photograph("A1-1-1", 0, "a")
    world.shows("a", analysis(code("AB123456", 0.6)))
    world.analyze()
    yield world
    world.connection.close()


@pytest.mark.parametrize(
    "lie",
    {
        "a downloaded photograph without a file": "UPDATE lot_images SET local_path = NULL",
        "a downloaded photograph without content": "UPDATE lot_images SET content_sha256 = NULL",
        "a file of a photograph that never arrived": "UPDATE lot_images SET download_status = 'pending'",
        "a content that nobody knows": f"UPDATE lot_images SET content_sha256 = '{'0' * 64}'",
        "a photograph of no lot": "UPDATE lot_images SET lot_id = 99",
        "review without a reason": "UPDATE lot_images SET review_reason = NULL",
        "a reason without review": "UPDATE lot_images SET analysis_status = 'analyzed'",
        "analyzed at no time": "UPDATE lot_images SET analyzed_at = NULL",
        "a status that does not exist": "UPDATE lot_images SET download_status = 'maybe'",
        "a number where a time belongs": "UPDATE lot_images SET position = 'first'",
        "one address twice in a lot": """INSERT INTO lot_images (lot_id, url, position, first_seen_at)
            SELECT lot_id, url, 9, first_seen_at FROM lot_images""",
        "half a digest": "INSERT INTO contents VALUES ('abc', 1, 1, 1, 'JPEG', NULL)",
        "more than certain": "UPDATE extracted_codes SET confidence = 1.5",
        "approved by nobody": "UPDATE extracted_codes SET status = 'approved'",
        "decided and still pending": "UPDATE extracted_codes SET decided_by = 'rule'",
        "a type of code that does not exist": "UPDATE extracted_codes SET code_type = 'price'",
        "a code twice on one content": """INSERT INTO extracted_codes (content_sha256, lot_image_id, code_type, value,
            confidence, status, origin, evidence_json, readers_json) SELECT content_sha256, lot_image_id, code_type,
            value, confidence, status, origin, evidence_json, readers_json FROM extracted_codes""",
        "a symbol of no kind": "UPDATE readings SET kind = 'symbol'",
        "a correction to nothing": f"""INSERT INTO decisions (content_sha256, code_type, value, verdict, decided_at)
            VALUES ('{sha("a")}', 'ean', '1', 'corrected', '')""",
        "an end without an outcome": "INSERT INTO runs (stage, program_version, started_at, finished_at) "
        "VALUES ('sync', '1', '', '')",
        "a lot that was seen nowhere": "UPDATE lots SET page_observed_at = NULL, listed_at = NULL",
    }.items(),
    ids=lambda lie: lie[0],
)
def test_the_database_refuses(world: World, lie: tuple[str, str]) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        world.connection.execute(lie[1])


def test_of_two_standing_decisions_about_one_code_the_second_is_refused(world: World) -> None:
    decide = f"""INSERT INTO decisions (content_sha256, code_type, value, verdict, decided_at)
        VALUES ('{sha("a")}', 'ean', '1', 'approved', '')"""
    world.connection.execute(decide)

    with pytest.raises(sqlite3.IntegrityError):
        world.connection.execute(decide)


def test_a_block_without_a_commit_leaves_nothing(world: World) -> None:
    with world.uow() as uow:
        uow.decisions.mark_reviewed(sha("a"), now=world.clock())
    with pytest.raises(ZeroDivisionError), world.uow() as uow:
        uow.decisions.mark_reviewed(sha("a"), now=world.clock())
        raise ZeroDivisionError

    with world.uow() as uow:
        assert not uow.decisions.is_reviewed(sha("a"))
