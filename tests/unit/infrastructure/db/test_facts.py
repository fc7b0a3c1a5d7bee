"""The facts of lots are what a recount finds, whatever happened; and their pages are one list, cut."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random

import pytest
from fakes.world import World, analysis, code
from hypothesis import given, settings
from hypothesis import strategies as st

from troostwatch.domain.codes import CodeType
from troostwatch.domain.lot_list import Cursor, LotFacts, LotFilters, Order
from troostwatch.infrastructure.db.schema import migrations
from troostwatch.infrastructure.db.times import stamp
from troostwatch.infrastructure.db.unit_of_work import open_database

NOW = datetime(2025, 11, 29, 12, tzinfo=UTC)
RECOUNT = """SELECT l.id, coalesce(l.closes_at, a.ends_at),
       (SELECT count(*) FROM lot_images AS i WHERE i.lot_id = l.id),
       (SELECT count(*) FROM lot_images AS i WHERE i.lot_id = l.id AND i.analysis_status = 'needs_review')
  FROM lots AS l LEFT JOIN auctions AS a ON a.id = l.auction_id ORDER BY l.id"""
NAMES = """SELECT l.id, l.display_id, coalesce(l.title, ''), coalesce(f.on_label, ''), coalesce(f.maker, '')
  FROM lots AS l JOIN lot_facts AS f ON f.lot_id = l.id ORDER BY l.id"""
KEPT = "SELECT lot_id, closes_at, photographs, waiting FROM lot_facts ORDER BY lot_id"

small = st.integers(0, 4)
times = st.none() | st.sampled_from(["2025-11-29T10:00:00Z", "2025-11-30T10:00:00Z"])
texts = st.none() | st.sampled_from(["Drill", "HP", ""])
changes = st.one_of(
    st.tuples(st.just("INSERT OR IGNORE INTO auctions (id, display_id, ends_at, observed_at) VALUES (?, ?1, ?, 'now')"),
              st.tuples(small, times)),
    st.tuples(st.just("UPDATE auctions SET ends_at = ?2 WHERE id = ?1"), st.tuples(small, times)),
    st.tuples(st.just("""INSERT INTO lots (id, display_id, auction_id, closes_at, listed_at)
                         SELECT ?1, ?1, (SELECT id FROM auctions WHERE id = ?2), ?3, 'now' WHERE TRUE
                             ON CONFLICT DO UPDATE SET closes_at = excluded.closes_at"""),
              st.tuples(small, small, times)),
    st.tuples(st.just("UPDATE lots SET closes_at = ?2 WHERE id = ?1"), st.tuples(small, times)),
    st.tuples(st.just("UPDATE lots SET auction_id = (SELECT id FROM auctions WHERE id = ?2) WHERE id = ?1"),
              st.tuples(small, small)),
    st.tuples(st.just("""INSERT OR IGNORE INTO lot_images (lot_id, url, position, first_seen_at, analysis_status,
                             review_reason, analyzed_at)
                         SELECT id, ?2, 0, 'now', iif(?3, 'needs_review', 'pending'), iif(?3, 'why', NULL), 'now'
                           FROM lots WHERE id = ?1"""),
              st.tuples(small, small, st.booleans())),
    st.tuples(st.just("""UPDATE lot_images SET analysis_status = ?2, analyzed_at = 'now',
                                review_reason = iif(?2 = 'needs_review', 'why', NULL)
                          WHERE lot_id = ?1 AND url <> ?3"""),
              st.tuples(small, st.sampled_from(["pending", "analyzed", "needs_review", "failed"]), small)),
    st.tuples(st.just("UPDATE lots SET title = ?2 WHERE id = ?1"), st.tuples(small, texts)),
    st.tuples(st.just("UPDATE lot_facts SET on_label = ?2, maker = ?3 WHERE lot_id = ?1"),
              st.tuples(small, texts, texts)),
    st.tuples(st.just("DELETE FROM lot_images WHERE lot_id = ?1 AND url = ?2"), st.tuples(small, small)),
    st.tuples(st.just("DELETE FROM lots WHERE id = ?1 AND id NOT IN (SELECT lot_id FROM lot_images)"),
              st.tuples(small)),
)  # fmt: skip


@given(st.lists(changes, max_size=40))
@settings(max_examples=60, deadline=None)
def test_times_and_counts_are_what_a_recount_finds_after_any_changes(history: list[tuple[str, tuple]]) -> None:
    with closing(open_database(Path(":memory:"))) as connection:
        for sql, values in history:
            connection.execute(sql, values)

        assert rows(connection, KEPT) == rows(connection, RECOUNT)
        names = rows(connection, "SELECT rowid, names FROM lot_names ORDER BY rowid")
        assert [(lot, text.rstrip("\n")) for lot, text in names] == [
            (lot, "\n".join(parts).rstrip("\n")) for lot, *parts in rows(connection, NAMES)
        ]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def rows(connection: sqlite3.Connection, sql: str) -> list[tuple]:
    return [tuple(row) for row in connection.execute(sql)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World.at(tmp_path / "t.db")
    yield world
    world.connection.close()


@pytest.fixture
def full(world: World) -> World:
    """Fill the world with lots that are alike in many ways."""
    rng, run = Random(5), world.connection.execute
    run("INSERT INTO auctions (id, display_id, ends_at, observed_at) VALUES (1, 'A1', ?, 'now')", (stamp(NOW),))
    for number in range(1, 61):
        closes = rng.choice([None, NOW - timedelta(hours=3), NOW + timedelta(hours=3), NOW + timedelta(days=2)])
        run(
            """INSERT INTO lots (id, display_id, auction_id, title, closes_at, current_bid_cents, listed_at)
               VALUES (?, ?, ?, ?, ?, ?, 'now')""",
            (number, f"A1-1-{number}", rng.choice([None, 1]), rng.choice([None, "Drill", "Laptop", "drill 100%"]),
             stamp(closes) if closes else None, rng.choice([None, 0, 500, 500, 900])),
        )  # fmt: skip
        run(
            "UPDATE lot_facts SET waiting = ?, codes = ?, contradiction = ?, on_label = ? WHERE lot_id = ?",
            (rng.choice([0, 0, 1, 2]), rng.choice([0, 1]), rng.choice([None, "no"]), rng.choice([None, "HP"]), number),
        )
    return world


FILTERS = [
    LotFilters(), LotFilters(auction="A1"), LotFilters(words="drill"), LotFilters(words="100%"), LotFilters(words="hp"),
    LotFilters(words='"'), LotFilters(words='l" OR "'), LotFilters(words="\0ap\0"),
    LotFilters(words="A1-1-", waiting=True),
    LotFilters(words="apt", auction="A1"), LotFilters(words="1"), LotFilters(words="%"), LotFilters(words="_"),
    LotFilters(closing_within=timedelta(days=1)), LotFilters(over=True), LotFilters(over=False),
    LotFilters(contradicting=True), LotFilters(with_codes=True), LotFilters(with_codes=False), LotFilters(waiting=True),
    LotFilters(auction="A1", over=False, waiting=True, contradicting=True), LotFilters(auction="none"),
]  # fmt: skip


@pytest.mark.parametrize("most_sorted", [5, 5000])
def test_page_by_page_is_the_whole_list_in_every_order_under_every_filter(
    full: World, monkeypatch: pytest.MonkeyPatch, most_sorted: int
) -> None:
    monkeypatch.setattr("troostwatch.infrastructure.db.facts._MOST_SORTED", most_sorted)
    with full.uow() as uow:
        for filters, order in product(FILTERS, Order):
            whole = uow.facts.page(filters, order, now=NOW, after=None, limit=1000)
            for limit in (1, 7):
                cut, after = [], None
                while page := uow.facts.page(filters, order, now=NOW, after=after, limit=limit):
                    cut += page
                    after = page[-1].place
                assert cut == whole, (filters, order, limit)
            assert uow.facts.count(filters, now=NOW) == len(whole)


def test_every_order_is_the_order_it_says_and_what_has_no_key_comes_last(full: World) -> None:
    with full.uow() as uow:
        lists = {order: uow.facts.page(LotFilters(), order, now=NOW, after=None, limit=1000) for order in Order}

    def keys(order: Order) -> list:
        found = [lot.place.key for lot in lists[order]]
        known = [key for key in found if key is not None]
        assert found == known + [None] * (len(found) - len(known))
        return known

    for order in (Order.CLOSING, Order.TITLE):
        assert keys(order) == sorted(keys(order))
    for order in (Order.NEWEST, Order.BID, Order.WAITING):
        assert keys(order) == sorted(keys(order), reverse=True)
    assert all(len(lots) == 60 for lots in lists.values())


def test_filters_let_through_what_they_say(full: World) -> None:
    with full.uow() as uow:
        everything = uow.facts.page(LotFilters(), Order.NEWEST, now=NOW, after=None, limit=1000)

        def found(**filters: object) -> set[str]:
            page = uow.facts.page(LotFilters(**filters), Order.NEWEST, now=NOW, after=None, limit=1000)
            return {lot.display_id for lot in page}

        def those(wanted: Callable[[LotFacts], object]) -> set[str]:
            return {lot.display_id for lot in everything if wanted(lot)}

        assert found(over=True) == those(lambda lot: lot.closes_at and lot.closes_at < NOW)
        assert found(over=False) == those(lambda lot: not lot.closes_at or lot.closes_at >= NOW)
        assert found(words="DRILL 100%") == those(lambda lot: lot.title == "drill 100%")
        assert found(words="apto") == found(words="APTOP") == those(lambda lot: lot.title == "Laptop")
        assert found(words="hp") == those(lambda lot: lot.on_label == "HP")
        assert found(words="1-1-60") == {"A1-1-60"}
        assert found(words="%") == found(words="100%")
        assert found(words='l" OR "') == set()
        assert found(waiting=True) == those(lambda lot: lot.waiting)
        assert found(auction="A1") == those(lambda lot: lot.auction == "A1")
        within = those(lambda lot: lot.closes_at and NOW <= lot.closes_at <= NOW + timedelta(days=1))
        assert found(closing_within=timedelta(days=1)) == within


def test_lists_are_cut_out_of_an_index_and_never_sorted_whole(full: World) -> None:
    asked: list[str] = []
    full.connection.set_trace_callback(asked.append)
    with full.uow() as uow:
        for order in Order:
            uow.facts.page(LotFilters(), order, now=NOW, after=Cursor(5, 5 if order is Order.BID else "5"), limit=3)
        uow.facts.waiting_lots(now=NOW, after=None, limit=3)
    full.connection.set_trace_callback(None)

    lists = [sql for sql in asked if "lot_facts" in sql]
    plans = [row["detail"] for sql in lists for row in full.connection.execute(f"EXPLAIN QUERY PLAN {sql}")]

    assert plans
    assert not [plan for plan in plans if "TEMP B-TREE" in plan]


def test_what_photographs_tell_is_worked_out_with_the_search_document(world: World) -> None:
    world.lot("A1-1-1", title="Lenovo ThinkPad X1")
    world.photograph("A1-1-1", 0, "p0")
    world.shows("p0", analysis(code("4006381333931", 0.99, CodeType.EAN), code("CD123456", 0.5)))
    world.analyze()
    with world.uow() as uow:
        uow.search.refresh(10)
        uow.commit()

    with world.uow() as uow:
        (facts,) = uow.facts.of(["A1-1-1"])

    assert {kind: (sure.value, sure.confidence) for kind, sure in facts.known.items()} == {
        CodeType.EAN: ("4006381333931", 0.99),
        CodeType.SERIAL_NUMBER: ("CD123456", 0.5),
    }
    assert (facts.maker, facts.codes, facts.approved, facts.photographs, facts.waiting) == ("Lenovo", 2, 1, 1, 1)
    assert facts.thumbnail


def test_a_database_of_the_version_before_gets_the_facts_of_its_lots(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = migrations.available()
    with monkeypatch.context() as before:
        before.setattr(migrations, "available", lambda: [step for step in steps if step.version <= 12])
        before.setattr(migrations, "CURRENT_SCHEMA_VERSION", 12)
        with closing(open_database(tmp_path / "t.db")) as old:
            assert migrations.version(old) == 12
            old.execute(
                "INSERT INTO auctions (id, display_id, ends_at, observed_at) VALUES (1, 'A1', '2025-12-01', 'now')"
            )
            for number, (auction, closes) in enumerate(((1, None), (1, "2025-11-30"), (None, None)), start=1):
                old.execute(
                    "INSERT INTO lots (id, display_id, auction_id, closes_at, listed_at) VALUES (?, ?, ?, ?, 'now')",
                    (number, f"A1-1-{number}", auction, closes),
                )
                for position in range(number):
                    old.execute(
                        """INSERT INTO lot_images (lot_id, url, position, first_seen_at, analysis_status,
                               review_reason, analyzed_at) VALUES (?, ?, ?, 'now', 'needs_review', 'why', 'now')""",
                        (number, f"u{position}", position),
                    )

    with closing(open_database(tmp_path / "t.db")) as new:
        assert rows(new, KEPT) == rows(new, RECOUNT)
        assert rows(new, KEPT)[0] == (1, "2025-12-01", 1, 1)
        assert len(rows(new, "SELECT lot_id FROM stale_documents")) == 3
