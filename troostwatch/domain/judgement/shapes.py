"""Forms that only one kind of code has, whoever prints them."""

from __future__ import annotations

import re

from troostwatch.domain.codes import CodeType

_form = re.compile

SHAPES: tuple[tuple[re.Pattern[str], CodeType, str], ...] = (
    (_form(r"(?<![0-9A-Z#])[0-9A-Z]{5,8}#[A-Z][0-9A-Z]{2}(?![0-9A-Z])"), CodeType.PART_NUMBER, "HP product#region"),
    (_form(r"(?<![0-9A-Z-])\d{2}[A-Z]?-[A-Z]{1,2}\d{4}[A-Z]{2}(?![0-9A-Z-])"), CodeType.MODEL_NUMBER, "HP notebook"),
    (_form(r"(?<![0-9A-Z-])WD\d{2,3}[A-Z]{4}(?:-[0-9A-Z]{7})?(?![0-9A-Z-])"), CodeType.MODEL_NUMBER, "WD drive"),
    (_form(r"(?<![0-9A-Z])SM-[A-Z]\d{3}[A-Z]{0,2}\d?(?![0-9A-Z])"), CodeType.MODEL_NUMBER, "Samsung model"),
    (_form(r"(?<![0-9A-Z])SM-[A-Z]\d{3}[0-9A-Z]{5,9}(?![0-9A-Z])"), CodeType.PART_NUMBER, "Samsung product code"),
)  # fmt: skip
