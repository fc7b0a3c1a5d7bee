"""`/lots`: a line a lot, filtered and sorted by its address; the same as CSV and as a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from troostwatch import bootstrap
from troostwatch.domain.codes import CodeType
from troostwatch.domain.lot_list import LotFacts, LotFilters, Order
from troostwatch.interfaces.csv_lines import csv_line
from troostwatch.interfaces.web import views
from troostwatch.interfaces.web.desk import Desk, desk_service

router = APIRouter(include_in_schema=False)

_ON_A_PAGE = 50
_MOST_ROWS = 200_000  # of a file
_SPANS = {"2h": timedelta(hours=2), "24h": timedelta(hours=24), "3d": timedelta(days=3), "7d": timedelta(days=7)}
_COLUMNS = (
    "lot", "title", "on label", "contradiction", "maker", "model", "ean", "serial", "bid", "currency", "closes",
    "waiting", "codes", "approved", "photographs", "auction", "category", "city", "status", "page",
)  # fmt: skip
_YES_NO = {"yes": True, "no": False}


class Asked:
    """The address of a list: filters, order and place, each as it was typed."""

    def __init__(
        self,
        q: str = "",
        auction: str = "",
        closing: str = "",
        over: str = "",
        contradicting: str = "",
        codes: str = "",
        waiting: str = "",
        order: str = Order.CLOSING.value,
        after: str = "",
    ) -> None:
        self.fields = {
            "q": q, "auction": auction, "closing": closing, "over": over, "contradicting": contradicting,
            "codes": codes, "waiting": waiting, "order": order,
        }  # fmt: skip
        try:
            self.order, self.after = Order(order), views.cursor_from(after)
        except (ValueError, TypeError) as error:
            raise HTTPException(404, "there is no such list of lots") from error
        self.filters = LotFilters(
            auction=auction.upper() or None,
            words=q.strip() or None,
            closing_within=_SPANS.get(closing),
            over=_YES_NO.get(over),
            contradicting=contradicting == "yes",
            with_codes=_YES_NO.get(codes),
            waiting=waiting == "yes",
        )

    def address(self, path: str = "/lots", **other: str | None) -> str:
        given = {name: value for name, value in (self.fields | other).items() if value}
        if given.get("order") == Order.CLOSING.value:
            del given["order"]
        return f"{path}?{urlencode(given)}" if given else path


@router.get("/lots")
def lots(request: Request) -> HTMLResponse:
    asked = _asked(request)
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        service = desk_service(app)
        found = service.lots(asked.filters, asked.order, after=asked.after, limit=_ON_A_PAGE + 1)
        total, stale = service.count(asked.filters), service.stale()
    shown, more = found[:_ON_A_PAGE], len(found) > _ON_A_PAGE
    following = asked.address(after=views.cursor_text(shown[-1].place)) if more else None
    return views.page(
        request, "lots.html", lots=shown, total=total, stale=stale, asked=asked, following=following,
        spans=list(_SPANS), orders=list(Order),
    )  # fmt: skip


@router.get("/lots.csv")
def as_csv(request: Request) -> Response:
    """Answer with all lots of the list, as CSV; a cell that a spreadsheet would run has an apostrophe before it."""
    asked = _asked(request)
    desk: Desk = request.app.state.desk
    with desk.workspace() as app:
        lines = [csv_line(_COLUMNS), *(csv_line(_values(lot)) for lot in _all(app, asked))]
    headers = {"content-disposition": 'attachment; filename="lots.csv"'}
    return Response("".join(f"{line}\r\n" for line in lines), media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/lots.xlsx")
def as_spreadsheet(request: Request) -> Response:
    import xlsxwriter  # not at import: few ask for it

    asked = _asked(request)
    desk: Desk = request.app.state.desk
    file = io.BytesIO()
    # Strings stay strings: nothing that a seller wrote is a formula, a link or a number.
    with (
        xlsxwriter.Workbook(
            file, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        ) as book,
        desk.workspace() as app,
    ):
        sheet = book.add_worksheet("lots")
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, _COLUMNS, book.add_format({"bold": True}))
        row = 0
        for row, lot in enumerate(_all(app, asked), start=1):
            sheet.write_row(row, 0, [_cell(value) for value in _values(lot)])
        sheet.autofilter(0, 0, row, len(_COLUMNS) - 1)
    return Response(
        file.getvalue(),
        media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers={"content-disposition": 'attachment; filename="lots.xlsx"'},
    )


def _asked(request: Request) -> Asked:
    known = {name: request.query_params.get(name) for name in (
        "q", "auction", "closing", "over", "contradicting", "codes", "waiting", "order", "after")}  # fmt: skip
    if any(value and len(value) > 500 for value in known.values()):
        raise HTTPException(404, "there is no such list of lots")
    return Asked(**{name: value for name, value in known.items() if value})


def _all(app: bootstrap.Workspace, asked: Asked) -> Iterator[LotFacts]:
    service, after, count = desk_service(app), None, 0
    while count < _MOST_ROWS:
        found = service.lots(asked.filters, asked.order, after=after, limit=1000)
        yield from found
        if len(found) < 1000:
            return
        after, count = found[-1].place, count + len(found)


def _values(lot: LotFacts) -> Sequence[object]:
    known = {kind: lot.known[kind].value if kind in lot.known else None for kind in CodeType}
    return (
        lot.display_id, lot.title, lot.on_label, lot.contradiction, lot.maker, known[CodeType.MODEL_NUMBER],
        known[CodeType.EAN], known[CodeType.SERIAL_NUMBER],
        lot.current_bid_cents / 100 if lot.current_bid_cents is not None else None, lot.currency,
        lot.closes_at.isoformat() if lot.closes_at else None, lot.waiting, lot.codes, lot.approved, lot.photographs,
        lot.auction, lot.category, lot.city, lot.bidding_status, lot.url,
    )  # fmt: skip


_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


def _cell(value: object) -> object:
    return _UNWRITABLE.sub("�", value)[:32_000] if isinstance(value, str) else value
