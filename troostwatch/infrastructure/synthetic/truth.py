"""What stands on a drawn picture, and where: the answers that a reader of it is measured by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from troostwatch.domain.codes import CodeType, canonical
from troostwatch.domain.geometry import Point, Quad
from troostwatch.infrastructure.synthetic.symbols import Symbology

Key = tuple[CodeType, str]


@dataclass(frozen=True, slots=True)
class TrueText:
    """One run of print. With `type` it is a code and nothing else; captions and other words have none."""

    text: str
    quad: Quad
    type: CodeType | None = None


@dataclass(frozen=True, slots=True)
class TrueSymbol:
    symbology: Symbology
    payload: str
    quad: Quad  # the bars or cells, without the quiet zone and the digits below
    codes: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class TrueCode:
    """One code, however often it stands there. `value` is in canonical form."""

    type: CodeType
    value: str
    caption: str | None
    quad: Quad  # its first print; where it is nowhere printed, the symbol that holds it
    in_print: bool
    in_symbol: bool
    also: tuple[str, ...] = ()  # other spellings that are right too

    @property
    def required(self) -> bool:
        """Tell whether a reader has to find it; numbers of no use to a bidder may be left alone."""
        return self.type is not CodeType.OTHER

    @property
    def accepted(self) -> frozenset[Key]:
        return frozenset((self.type, canonical(self.type, value)) for value in (self.value, *self.also))


@dataclass(frozen=True, slots=True)
class Truth:
    codes: tuple[TrueCode, ...] = ()
    symbols: tuple[TrueSymbol, ...] = ()
    texts: tuple[TrueText, ...] = ()

    def moved(self, move: Callable[[Point], Point]) -> Truth:
        """Return the same answers for the picture in which each point lies where `move` puts it."""

        def there(quad: Quad) -> Quad:
            a, b, c, d = quad.corners
            return Quad((move(a), move(b), move(c), move(d)))

        return Truth(
            tuple(replace(code, quad=there(code.quad)) for code in self.codes),
            tuple(replace(symbol, quad=there(symbol.quad)) for symbol in self.symbols),
            tuple(replace(text, quad=there(text.quad)) for text in self.texts),
        )
