"""Without JavaScript the review is decided by forms, and only by forms of this desk."""

from __future__ import annotations

from fakes.desks import Visitor
from fakes.world import World


def standing(world: World) -> list[tuple]:
    return [tuple(row) for row in world.connection.execute(
        "SELECT value, verdict, corrected_value FROM decisions WHERE undone_at IS NULL ORDER BY id"
    )]  # fmt: skip


def test_a_form_decides_as_a_key_does(visitor: Visitor, world: World) -> None:
    for action, value, more in (
        ("approve", "GH123456", {}), ("reject", "EF987654", {}), ("correct", "CD123456", {"value": "CD12345G"}),
    ):  # fmt: skip
        item = visitor.item(value)
        visitor.form("/review", action=action, code=str(item["id"]), seen=item["seen"], **more)

    assert standing(world) == [
        ("GH123456", "approved", None), ("EF987654", "rejected", None), ("CD123456", "corrected", "CD12345G"),
    ]  # fmt: skip


def test_a_form_sent_twice_is_stored_once(visitor: Visitor, world: World) -> None:
    item = visitor.item("GH123456")
    fields = {"action": "approve", "code": str(item["id"]), "seen": item["seen"], "request": "of-this-form"}

    visitor.form("/review", **fields)

    assert "stored before" in visitor.form("/review", **fields)
    assert standing(world) == [("GH123456", "approved", None)]


def test_a_form_about_what_was_decided_meanwhile_shows_the_conflict(visitor: Visitor, world: World) -> None:
    item = visitor.item("GH123456")
    world.review().reject(item["id"])

    page = visitor.form("/review", action="approve", code=str(item["id"]), seen=item["seen"])

    assert 'data-testid="conflict">serial_number GH123456 is rejected by person by now' in page
    assert standing(world) == [("GH123456", "rejected", None)]


def test_a_form_takes_a_decision_back_and_dismisses_a_photograph(visitor: Visitor, world: World) -> None:
    number = visitor.decide("GH123456")["decisions"][0]

    assert "took it back" in visitor.form("/review", action="undo", decision=str(number))
    assert "was taken back already" in visitor.form("/review", action="undo", decision=str(number))
    photo = visitor.item("GH123456")["photo"]
    assert "needs no more review" in visitor.form("/review", action="dismiss", photo=str(photo))
    assert standing(world) == []


def test_a_form_that_is_not_of_this_desk_is_refused(visitor: Visitor, world: World) -> None:
    item = visitor.item("GH123456")

    for wrong in ("", "0" * 64, "é"):
        visitor.form("/review", 403, csrf=wrong, action="approve", code=str(item["id"]))

    assert standing(world) == []


def test_a_form_that_was_filled_by_no_browser_is_told_so(visitor: Visitor, world: World) -> None:
    for fields in (
        {"action": "dance"},
        {"action": "approve", "code": "x"},
        {"action": "approve", "code": "9" * 30},
        {"action": "approve", "code": "9" * 5000},
        {"action": "undo", "decision": "9" * 30},
        {"action": "undo", "decision": "x"},
        {"action": "dismiss", "photo": "-1"},
        {"action": "correct", "code": "1", "type": "colour", "value": "x"},
        {"action": "correct", "code": "1", "type": "ean", "value": "4006381333932"},
    ):
        assert 'data-testid="conflict"' in visitor.form("/review", **fields), fields

    many = "&".join(f"field{number}=1" for number in range(60))
    answer = visitor.http.post("/review", content=many, headers={"content-type": "application/x-www-form-urlencoded"})
    assert answer.status_code == 422
    assert standing(world) == []
