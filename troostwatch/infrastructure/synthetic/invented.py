"""Labels of invented makers: what stands on them and where, in many languages, and what each caption means.

A label is rows of captions and values in one of several arrangements, with numbers among them that look like codes
and are none. It can be drawn, or read by a perfect reader with noise, which is a thousand times faster.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from random import Random

from stdnum import ean

from troostwatch.domain.codes import CodeType
from troostwatch.domain.geometry import Quad
from troostwatch.infrastructure.synthetic import makers, values
from troostwatch.infrastructure.synthetic.makers import Maker

LETTER = 30  # height of the letters, in pixels
_ADVANCE = 0.52  # mean width of a letter, in heights
_VENDORS_OF_ADDRESSES = ("001A2B", "3C5AB4", "F4F26D", "B827EB", "D83ADD")


class Arrangement(StrEnum):
    """Where the values stand."""

    COLON = "colon"  # behind the caption on its line, after a colon
    BLANK = "blank"  # the same without a colon
    RIGHT = "right"  # in a column of their own
    BELOW = "below"
    ABOVE = "above"
    TABLE = "table"  # a row of captions over a row of values


@dataclass(frozen=True, slots=True)
class Row:
    """One caption with its value. `type` is what the value is, None for what is no code."""

    caption: str
    value: str
    type: CodeType | None
    in_bars: bool = False
    sure: bool = True  # False: a person could not tell either what it is; reporting it is neither right nor wrong


@dataclass(frozen=True, slots=True)
class Print:
    """A run of print, or bars with the payload `text`."""

    text: str
    quad: Quad
    bars: bool = False


@dataclass(frozen=True, slots=True)
class InventedLabel:
    maker: Maker
    language: str
    arrangement: Arrangement
    plate: bool
    rows: tuple[Row, ...]
    prints: tuple[Print, ...]
    size: tuple[int, int]


@cache
def wordings() -> dict[str, dict[str, list[str]]]:
    """Return the captions of each language, by what they mean."""
    text = (files("troostwatch.infrastructure.synthetic") / "wordings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def label(seed: int, number: int) -> InventedLabel:
    """Return the label with this number: languages and arrangements take turns. Same arguments, same label."""
    rng = Random(f"{seed}/{number}")  # noqa: S311 (it has to repeat itself)
    languages = sorted(wordings())
    language = languages[number % len(languages)]
    arrangement = tuple(Arrangement)[number // len(languages) % len(Arrangement)]
    plate = rng.random() < 0.4
    maker = makers.invent(rng)
    rows = _rows(maker, wordings()[language], rng, plate=plate)
    prints, size = _arranged(maker, rows, wordings()[language], arrangement, rng, plate=plate)
    return InventedLabel(maker, language, arrangement, plate, tuple(rows), tuple(prints), size)


def _rows(maker: Maker, words: dict[str, list[str]], rng: Random, *, plate: bool) -> list[Row]:
    rows = [*_identity(maker, words, rng, plate=plate), *_others(words, rng)]
    rng.shuffle(rows)
    return rows


def _identity(maker: Maker, words: dict[str, list[str]], rng: Random, *, plate: bool) -> list[Row]:
    """Return the rows of the codes; on plates "Type" is the model and a bare "No." the serial."""
    bare = plate and rng.random() < 0.25
    serial = Row(
        rng.choice(words["bare" if bare else "serial"]), maker.serial.fill(rng), CodeType.SERIAL_NUMBER, _bars(rng)
    )
    rows = [serial]
    if rng.random() < 0.8:
        vague = rng.random() < (0.6 if plate else 0.15)
        caption = rng.choice(words["type" if vague else "model"])
        rows.append(Row(caption, maker.model.fill(rng), CodeType.MODEL_NUMBER, _bars(rng), sure=plate or not vague))
    if rng.random() < 0.6:
        rows.append(Row(rng.choice(words["part"]), maker.part.fill(rng), CodeType.PART_NUMBER, _bars(rng)))
    elif rng.random() < 0.4:
        # What a vague caption names is the product in two of three, an order or a drawing else.
        kind = CodeType.PART_NUMBER if rng.random() < 0.66 else None
        value = maker.part.fill(rng) if kind else _number(rng)
        rows.append(Row(rng.choice(words["order"]), value, kind, sure=False))
    if rng.random() < 0.2 and not plate:
        rows.append(Row(rng.choice(("MAC", "MAC ID", "WLAN MAC")), _mac(rng), CodeType.MAC_ADDRESS, _bars(rng)))
    if rng.random() < 0.25:
        rows.append(Row(rng.choice(("EAN", "GTIN", "EAN-Code")), _ean(rng), CodeType.EAN))
    return rows


def _others(words: dict[str, list[str]], rng: Random) -> list[Row]:
    made = {
        "year": str(rng.randint(1998, 2025)),
        "date": rng.choice(
            (
                f"{rng.randint(1, 12):02}/{rng.randint(2009, 2025)}",
                f"20{rng.randint(10, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}",
            )
        ),
        "volt": rng.choice(("230 V 50 Hz", "100-240V~ 50/60Hz", "3x400 V", "24 VDC", "12V 2A")),
        "weight": f"{rng.randint(1, 90)},{rng.randint(0, 9)} kg",
        "lot": _number(rng),
        "customer": _number(rng),
        "phone": f"+{rng.randint(30, 49)} {rng.randint(10, 99)} {rng.randint(1000000, 9999999)}",
        "asset": f"{rng.choice('ABCIK')}{rng.randint(1000, 99999)}",
    }
    universal = {
        "FCC ID": f"{rng.choice('ABCX')}{''.join(rng.choices(values.ALNUM, k=8))}",
        "Patent": f"US {rng.randint(5, 11)},{rng.randint(100, 999)},{rng.randint(100, 999)}",
        "VAT": f"{rng.choice(('NL', 'DE', 'FR'))}{rng.randint(10**8, 10**9 - 1)}",
        "SSID": f"NET-{''.join(rng.choices(values.HEX, k=4))}",
        "Password": "".join(rng.choices(values.ALNUM, k=8)),
        "PIN": str(rng.randint(1000, 99999999)),
        "Rev.": rng.choice(("A", "B2", "1.3", "02")),
        "FW": f"{rng.randint(1, 9)}.{rng.randint(0, 30)}",
    }
    some = rng.sample(sorted(made), rng.randint(1, 4))
    few = rng.sample(sorted(universal), rng.choice((0, 0, 1, 2)))
    return [
        *(Row(rng.choice(words[kind]), made[kind], None) for kind in some),
        *(Row(name, universal[name], None) for name in few),
    ]


def _bars(rng: Random) -> bool:
    return rng.random() < 0.3


def _number(rng: Random) -> str:
    return "".join(rng.choices(values.DIGITS if rng.random() < 0.5 else values.ALNUM, k=rng.randint(5, 10)))


def _mac(rng: Random) -> str:
    address = values.mac(*_VENDORS_OF_ADDRESSES)(rng)
    return values.with_colons(address) if rng.random() < 0.5 else address


def _ean(rng: Random) -> str:
    body = rng.choice(("40", "87", "76", "50")) + "".join(rng.choices(values.DIGITS, k=10))
    return body + str(ean.calc_check_digit(body))


def _arranged(
    maker: Maker,
    rows: Sequence[Row],
    words: dict[str, list[str]],
    arrangement: Arrangement,
    rng: Random,
    *,
    plate: bool,
) -> tuple[list[Print], tuple[int, int]]:
    """Return what is printed where, and the size of the label with the ground around it."""
    prints = [_print(maker.name, 120, 80, 1.6)]
    y = 80 + 2.4 * LETTER
    if plate:
        for line in _ratings(rng):
            prints.append(_print(line, 120, y))
            y += 1.7 * LETTER
    if arrangement is Arrangement.TABLE:
        prints += _table(rows, y)
        y += (len(rows) + 2) // 3 * 4.2 * LETTER
    else:
        for row in rows:
            added, y = _row(row, y, arrangement, rng)
            prints += added
    prints.append(_print(rng.choice(words["made"]), 120, y + 0.4 * LETTER))
    right = max(x for p in prints for x, _ in p.quad.corners)
    return prints, (round(right + 150), round(y + 150))


def _ratings(rng: Random) -> list[str]:
    lines = [
        "230 V   50 Hz",
        f"{rng.randint(1, 9)},{rng.randint(0, 9)} kW   cos φ 0,8",
        "1450 min-1   IP 55",
        "Cl. F   3,4 A",
    ]
    return rng.sample(lines, 3)


def _row(row: Row, y: float, arrangement: Arrangement, rng: Random) -> tuple[list[Print], float]:
    x, step = 120.0, 1.7 * LETTER
    if arrangement in (Arrangement.COLON, Arrangement.BLANK):
        between = rng.choice((": ", ":", " : ")) if arrangement is Arrangement.COLON else " "
        prints = [_print(f"{row.caption.rstrip(':')}{between}{row.value}", x, y)]
        below = y + step
    elif arrangement is Arrangement.RIGHT:
        prints = [_print(row.caption, x, y), _print(row.value, 560, y)]
        below = y + step
    else:
        upper, lower = (row.caption, row.value) if arrangement is Arrangement.BELOW else (row.value, row.caption)
        prints = [_print(upper, x, y), _print(lower, x, y + 1.25 * LETTER)]
        below = y + 1.25 * LETTER + 2.2 * LETTER
    if row.in_bars:
        prints.append(Print(row.value.upper(), Quad.upright(x, below, x + 420, below + 1.6 * LETTER), bars=True))
        below += 2.6 * LETTER
    return prints, below


def _table(rows: Sequence[Row], y: float) -> list[Print]:
    prints = []
    for number, row in enumerate(rows):
        x = 120 + number % 3 * 480
        top = y + number // 3 * 4.2 * LETTER
        prints += [_print(row.caption, x, top), _print(row.value, x, top + 1.4 * LETTER)]
    return prints


def _print(text: str, x: float, y: float, scale: float = 1.0) -> Print:
    height = LETTER * scale
    return Print(text, Quad.upright(x, y, x + max(1, len(text)) * height * _ADVANCE, y + height))
