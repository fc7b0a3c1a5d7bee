"""A claim: one reading says that one code of one type stands here, and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from troostwatch.domain.codes import CodeType


class Basis(StrEnum):
    """On what a claim rests its *type*. How much each is worth stands in `weights.toml`."""

    RETAIL_SYMBOL = "retail_symbol"  # an EAN or UPC symbol: nothing else is printed that way
    IDENTIFIER = "identifier"  # data or application identifier in the payload
    LABELLED = "labelled"  # the payload names it: 'SN:', '?sn='
    CHECK_DIGIT = "check_digit"  # the digits check as this type
    UNDER_BARS = "under_bars"  # printed where the digits of retail bars stand, and the bars cannot be decoded
    SHAPE = "shape"  # it has a form that only this type has
    VENDOR_SHAPE = "vendor_shape"  # it looks as this maker's codes do, and the maker is seen on the label
    MAKER = "maker"  # it has a form that hardly another maker uses, and the maker is printed on the photograph
    EXTENDS = "extends"  # it begins as another code of the label does: the order number of that model
    TRAP = "trap"  # it looks like one of the numbers that are taken for codes
    CAPTION = "caption"  # printed before it on the same line
    CAPTION_LEFT = "caption_left"  # printed to the left of it, at a distance
    CAPTION_ABOVE = "caption_above"
    CAPTION_BELOW = "caption_below"  # printed below it, on a label whose captions stand below their values
    VAGUE_CAPTION = "vague_caption"  # beside it stands a caption that may name several things: Type, Order No, Ref
    NAMEPLATE = "nameplate"  # on the plate of a machine, where such a caption means one thing
    PROMINENT = "prominent"  # no caption: it stands large on a label, and its characters are those of a code
    CONTESTED = "contested"  # its caption may belong to another value: the label can be read in another way
    CODE_LIKE = "code_like"  # captioned, and its characters follow each other as those of codes do
    ENCODED = "encoded"  # captioned and in a symbol as well: what is put into bars is seldom a mere word
    CROSS_CHECK = "cross_check"  # another number on the label is computed from it
    OPINION = "opinion"  # a second reader says so
    CLASSIFIED = "classified"  # the token classifier says so of what another reader saw
    UNEXPLAINED = "unexplained"  # a symbol without caption and grammar holds none of the codes that we look for


# Captions that name one thing, wherever they stand.
CAPTIONED = frozenset({Basis.CAPTION, Basis.CAPTION_LEFT, Basis.CAPTION_ABOVE, Basis.CAPTION_BELOW})


@dataclass(frozen=True, slots=True)
class Claim:
    type: CodeType
    value: str  # in canonical form
    basis: Basis
    why: str  # a sentence for the person who asks
    reading: int  # index of the reading that makes the claim
    caption: str | None = None
    settles: bool = False  # its form leaves no choice between signs that look alike
