"""What a person says at the desk is stored once, under a name, and never over what somebody else said meanwhile."""

from __future__ import annotations

import pytest
from fakes.desks import Visitor
from fakes.world import World, analysis, code

REQUEST = "request-of-a-test"


def standing(world: World) -> list[tuple]:
    """Return (value, verdict, corrected value, by) of what stands, in order."""
    return [tuple(row) for row in world.connection.execute(
        "SELECT value, verdict, corrected_value, decided_by FROM decisions WHERE undone_at IS NULL ORDER BY id"
    )]  # fmt: skip


def test_a_decision_is_stored_with_who_made_it(visitor: Visitor, world: World) -> None:
    before = visitor.json("/api/queue")["left"]

    approved = visitor.decide("GH123456")
    visitor.decide("EF987654", "rejected")
    visitor.decide("CD123456", "corrected", value="CD12345G")

    assert standing(world) == [
        ("GH123456", "approved", None, "Ada"),
        ("EF987654", "rejected", None, "Ada"),
        ("CD123456", "corrected", "CD12345G", "Ada"),
    ]
    assert (len(approved["decisions"]), approved["left"]) == (1, before - 1)


def test_a_decision_sent_twice_is_stored_once(visitor: Visitor, world: World) -> None:
    item = visitor.item("GH123456")
    asked = {"code": item["id"], "verdict": "approved", "seen": item["seen"], "request": REQUEST}

    first, second = visitor.say("decisions", **asked), visitor.say("decisions", **asked)

    assert first["decisions"] == second["decisions"]
    assert standing(world) == [("GH123456", "approved", None, "Ada")]


def test_what_another_decided_meanwhile_is_told_and_stays(visitor: Visitor, world: World) -> None:
    item = visitor.item("GH123456")
    world.review().reject(item["id"])

    told = visitor.say("decisions", 409, code=item["id"], verdict="approved", seen=item["seen"], request=REQUEST)

    assert "is rejected by person by now" in told["detail"]
    assert standing(world) == [("GH123456", "rejected", None, None)]


def test_of_two_tabs_the_second_is_told_what_the_first_decided(visitor: Visitor, world: World) -> None:
    item = visitor.item("GH123456")
    visitor.decide("GH123456", "corrected", value="GH123457")

    visitor.say("decisions", 409, code=item["id"], verdict="approved", seen=item["seen"], request=REQUEST)

    assert standing(world) == [("GH123456", "corrected", "GH123457", "Ada")]


@pytest.mark.parametrize("verdict", ["approved", "rejected"])
def test_a_code_that_a_new_reading_sees_otherwise_is_asked_again(visitor: Visitor, world: World, verdict: str) -> None:
    item = visitor.item("GH123456")
    reread(world, item, code("GH123456", 0.7))

    visitor.say("decisions", 409, code=item["id"], verdict=verdict, seen=item["seen"], request=REQUEST)
    assert standing(world) == []

    visitor.decide("GH123456", verdict)
    assert standing(world) == [("GH123456", verdict, None, "Ada")]


@pytest.mark.parametrize("together", [False, True])
def test_a_code_that_a_new_reading_does_not_see_is_a_conflict(visitor: Visitor, world: World, together: bool) -> None:
    item = visitor.item("GH123456")
    reread(world, item, code("XX999999", 0.7))

    if together:
        asked = {"verdict": "approved", "codes": [[item["id"], item["seen"]]], "request": REQUEST}
        told = visitor.say("decisions/together", 409, **asked)
    else:
        told = visitor.say("decisions", 409, code=item["id"], verdict="approved", seen=item["seen"], request=REQUEST)

    assert "nothing was stored" in told["detail"]
    assert standing(world) == []


def reread(world: World, item: dict, *codes: object) -> None:
    """Read a photograph anew and see other codes."""
    world.analyzer.answers[item["content"]] = analysis(*codes)
    with world.uow() as uow:
        image = uow.images.get(item["photo"])
    world.connection.execute(
        "UPDATE lot_images SET analysis_status = 'pending', review_reason = NULL WHERE id = ?", (image.id,)
    )
    world.analyze()


def test_a_decision_about_several_is_about_all_or_none(visitor: Visitor, world: World) -> None:
    rows = visitor.json("/api/together?lot=a1-1-1")
    assert [row["value"] for row in rows] == ["CD123456", "EF987654"]
    world.review().reject(rows[1]["id"])
    chosen = [[row["id"], row["seen"]] for row in rows]

    visitor.say("decisions/together", 409, verdict="approved", codes=chosen, request=REQUEST)
    assert standing(world) == [("EF987654", "rejected", None, None)]

    world.review().undo(rows[1]["id"])
    stored = visitor.say("decisions/together", verdict="approved", codes=chosen, request=REQUEST)
    again = visitor.say("decisions/together", verdict="approved", codes=chosen, request=REQUEST)
    assert stored["decisions"] == again["decisions"]
    assert standing(world) == [(value, "approved", None, "Ada") for value in ("CD123456", "EF987654")]


def test_all_that_look_like_a_code_are_offered_together(visitor: Visitor) -> None:
    item = visitor.item("CD123456")

    rows = visitor.json(f"/api/together?like={item['id']}")

    assert [row["value"] for row in rows] == ["CD123456", "CD123456"]
    assert visitor.json("/api/together") == []
    assert visitor.json("/api/together?like=999999") == []
    assert visitor.json("/api/together?lot=A9-9-9") == []


def test_undo_takes_back_these_decisions_and_no_other(visitor: Visitor, world: World) -> None:
    kept = visitor.decide("GH123456")
    rows = visitor.json("/api/together?lot=A1-1-1")
    asked = {"verdict": "rejected", "codes": [[row["id"], row["seen"]] for row in rows], "request": REQUEST}
    stored = visitor.say("decisions/together", **asked)

    taken = visitor.say("undo", decisions=stored["decisions"])

    assert taken["decisions"] == stored["decisions"]
    assert standing(world) == [("GH123456", "approved", None, "Ada")]
    assert visitor.say("undo", decisions=stored["decisions"])["decisions"] == []
    assert visitor.say("undo", decisions=[2**53])["decisions"] == []
    assert kept["decisions"] not in taken["decisions"]


def test_undo_leaves_what_another_decided_since(visitor: Visitor, world: World) -> None:
    item = visitor.item("GH123456")
    mine = visitor.decide("GH123456")["decisions"]
    world.review().reject(item["id"])

    assert visitor.say("undo", decisions=mine)["decisions"] == []
    assert standing(world) == [("GH123456", "rejected", None, None)]


def test_a_code_that_nobody_reported_is_added_with_its_box(visitor: Visitor, world: World) -> None:
    photo = visitor.item("GH123456")["photo"]
    asked = {"photo": photo, "type": "ean", "value": "4006381333931", "box": [90, 60, 10, 20], "request": REQUEST}

    stored = visitor.say("codes", **asked)

    assert visitor.say("codes", **asked)["decisions"] == stored["decisions"]
    row = world.connection.execute(
        "SELECT bbox_json, status, origin FROM extracted_codes WHERE value = '4006381333931' AND origin = 'person'"
    ).fetchone()
    assert tuple(row) == ("[10, 20, 90, 60]", "approved", "person")
    assert len(standing(world)) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("decisions", {"code": 10**6, "verdict": "approved", "seen": "0" * 16, "request": REQUEST}),
        ("decisions", {"code": 1, "verdict": "corrected", "seen": "0" * 16, "request": REQUEST}),
        ("codes", {"photo": 10**6, "type": "ean", "value": "4006381333931", "request": REQUEST}),
        ("codes", {"photo": 1, "type": "ean", "value": "4006381333932", "request": REQUEST}),
        ("codes", {"photo": 1, "type": "other", "value": "a\x00b", "request": REQUEST}),
        ("photographs", {"photo": 10**6, "dismissed": True}),
        ("decisions/together", {"verdict": "approved", "codes": [], "request": REQUEST}),
        ("undo", {"decisions": [-1]}),
    ],
)
def test_what_makes_no_sense_is_told_and_nothing_is_stored(
    visitor: Visitor, world: World, path: str, body: dict
) -> None:
    answer = visitor.http.post(f"/api/{path}", json=body)

    assert answer.status_code in (409, 422)
    assert answer.json()["detail"]
    assert standing(world) == []


def test_a_dismissed_photograph_asks_no_more_until_it_is_reopened(visitor: Visitor) -> None:
    photo, before = visitor.item("GH123456")["photo"], visitor.json("/api/queue")["left"]

    assert visitor.say("photographs", photo=photo, dismissed=True)["left"] == before - 1
    assert visitor.say("photographs", photo=photo, dismissed=False)["left"] == before


def test_a_value_is_checked_without_storing_it(visitor: Visitor, world: World) -> None:
    assert visitor.say("check", type="ean", value=" 4006381333931") == {
        "ok": True, "value": "4006381333931", "problem": None,
    }  # fmt: skip
    wrong = visitor.say("check", type="ean", value="4006381333932")
    assert (wrong["ok"], wrong["problem"]) == (False, "4006381333932 is no ean: its digits do not check")
    assert standing(world) == []
