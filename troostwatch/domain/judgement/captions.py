"""Captions on a line of text: the printed words that say what the code beside them is, and what follows them.

Also the captions of what is no code of ours (dates, ratings, lot numbers, keys): recognising them keeps their values
from being taken for something else. What the words mean stands in `languages/`, how they are put together in
`grammar`; here is decided which words of a line are a caption and which are running text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise

from troostwatch.domain.codes import CodeType
from troostwatch.domain.judgement.grammar import Grammar, Meaning, grammar, languages, spelled
from troostwatch.domain.judgement.things import is_no_code

_MOST_WORDS = 7
# So short that they occur inside words and sentences: they count only before a colon, a code, or alone on their line.
_SHORT = 4
_FAINT = 3
_SEPARATORS = ":.#=;"
_CODE_NEXT = re.compile(r"[\s)\].,:#-]*(?:(?=\S*\d)[0-9A-Za-z#/.-]{3,}|\d{1,2} [0-9A-Z./-]*\d)")
_OTHER_LANGUAGE = re.compile(r"^(?:[\s.]*[/|]\s*(?:[^\W\d_]+[.°]*\s*){1,3})+")
_NUMBER_NEXT = re.compile(r"[A-Z]\S* \S*\d")  # 'TTK 70 S'
_ASIDE = re.compile(r"^[\s.]*\([^()]*\)(?=[\s:]*\w)")  # 'MAC Address (WAN): …'
_BEFORE_VALUE = re.compile(r"^[\s:.#=;)\]>-]*(?:(?:no|nr)\b\.?)?[\s:.#=;-]*", re.IGNORECASE)
_IDENTIFIER_BEFORE = re.compile(r"\(\s*[0-9ISO]{0,2}[A-Z5$]?\s*\)\s*$")
_IDENTIFIER = re.compile(r"\(\s*(\d{2,4}|\d{0,2}[A-Z])\s*\)\s*(?=[0-9A-Z+/-]{2})")
_RUN = re.compile(r"(?:[^\W_]|[°º])+")
# Where a run of signs may still fall apart: 'NumberPF2X', 'N12345', a Chinese word before a Latin one.
_SEAM = re.compile(
    r"(?<=[a-z])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])|(?<=[⺀-鿿])(?=[ -~])|(?<=[ -~])(?=[⺀-鿿])"
)
_INSIDE = re.compile(r"[\s./'’°º\N{HYPHEN}-]*")  # noqa: RUF001 (an apostrophe as it is printed)
_BETWEEN_LANGUAGES = re.compile(r"[\s.]*[/|(\[)\]:.,–-]+[\s/|(\[)\].,–-]*")  # noqa: RUF001 (a dash as it is printed)
_SENTENCE = 8  # words; captions in longer lines stand before a colon


@dataclass(frozen=True, slots=True)
class Captioned:
    """A caption found in a line of text and what follows it on that line (perhaps nothing)."""

    type: CodeType
    caption: str  # as printed
    value: str  # up to the next caption or the end of the line
    start: float  # where the caption begins, as a share of the line's length
    stop: float  # where the caption ends
    end: float  # where the value ends
    vague: bool = False  # it may name several things
    faint: bool = False  # a few letters and a blank: as likely the beginning of a value, 'MN 406K'


@dataclass(frozen=True, slots=True)
class _Found:
    meaning: Meaning
    start: int
    stop: int


def find(line: str) -> list[Captioned]:
    """Return the captions of a line in order, each with the value that follows it on the line.

    'S/N: P209ZPB6 MO:P2N0B072500X' gives a serial number and a trap; 'Serial No.' gives one without a value.
    """
    return list(_find(line, grammar()))


def key(text: str) -> Meaning | None:
    """Return what a bare word names as the key of a value: 'SN', 'serienummer', 'Part No'."""
    return grammar().meaning(spelled(text))


def fold(text: str) -> str:
    """Return the spelling by which captions are compared."""
    return spelled(text)


@lru_cache(maxsize=4096)
def _find(line: str, known: Grammar) -> tuple[Captioned, ...]:
    source = unicodedata.normalize("NFKC", line)
    found = _joined(_all_captions(source, known), source, known)
    length = max(1, len(source))
    captioned = []
    for one, following in pairwise([*found, None]):
        assert one is not None
        end = following.start if following else len(source)
        captioned.append(
            Captioned(
                type=one.meaning.type,
                caption=source[one.start : one.stop].strip(),
                value=_value(source[one.stop : end]),
                start=one.start / length,
                stop=one.stop / length,
                end=end / length,
                vague=one.meaning.vague,
                faint=_is_faint(one, source, end),
            )
        )
    return tuple(captioned)


def _is_faint(found: _Found, source: str, end: int) -> bool:
    short = found.stop - found.start <= _FAINT and found.start == 0
    return short and source[found.stop : found.stop + 1] in (" ", "-") and not is_no_code(source[found.stop : end])


def _value(text: str) -> str:
    """Return what follows a caption without the signs between them, and without more words of the caption."""
    value = _BEFORE_VALUE.sub("", _ASIDE.sub("", text)).strip(" ,;|")
    words, colon, rest = value.partition(":")
    more = bool(colon) and not any(c.isdigit() for c in words) and any(c.islower() for c in words)
    return rest.strip(" ,;|") if more else value


def _all_captions(source: str, known: Grammar) -> list[_Found]:
    phrases = list(_phrases(source, known))
    bare = [i for i in _identifiers(source) if not any(p.start < i.stop and i.start < p.stop for p in phrases)]
    return sorted([*phrases, *bare], key=lambda found: found.start)


def _phrases(source: str, known: Grammar) -> Iterator[_Found]:
    words = _words(source)
    at = 0
    while at < len(words):
        found = _phrase_at(words, at, source, known)
        if found is None:
            at += 1
            continue
        stop, meaning = found
        yield _qualified(
            _Found(meaning, _with_identifier(words[at][0], source), words[stop][1]), words[:at], source, known
        )
        at = stop + 1


def _words(source: str) -> list[tuple[int, int]]:
    """Return start and end of each piece of the line that may be a word of a caption."""
    pieces = []
    for run in _RUN.finditer(source):
        seams = [run.start() + m.start() for m in _SEAM.finditer(run.group()) if m.start()]
        pieces += list(pairwise([run.start(), *seams, run.end()]))
    return pieces


def _phrase_at(words: Sequence[tuple[int, int]], at: int, source: str, known: Grammar) -> tuple[int, Meaning] | None:
    """Return the last word and the meaning of the longest caption that begins with this word."""
    if source[words[at][0]].isdigit():
        return None
    spans = list(_spans(words, at, source))
    for stop, spelling in reversed(spans):
        number = "no" if source[words[stop][1] :].lstrip(" .")[:1] == "#" else ""
        meaning = known.phrases.get(spelling + number) or known.phrases.get(spelling)
        if meaning and _counts(meaning, words[at][0], words[stop][1], source):
            return stop, meaning
    for stop, spelling in reversed(spans):
        if _is_set_apart(words[at][0], words[stop][1], source) and (meaning := known.meaning(spelling)):
            return stop, meaning
    return None


def _spans(words: Sequence[tuple[int, int]], at: int, source: str) -> Iterator[tuple[int, str]]:
    for stop in range(at, min(at + _MOST_WORDS, len(words))):
        if stop > at and not _goes_on(words[stop - 1], words[stop], source):
            return
        yield stop, spelled(source[words[at][0] : words[stop][1]])


def _goes_on(word: tuple[int, int], following: tuple[int, int], source: str) -> bool:
    """Tell whether two words may stand in one caption; a number with 0 in front, or a letter alone, begins a value."""
    if not _INSIDE.fullmatch(source, word[1], following[0]):
        return False
    if source[following[0] - 1] != " ":
        return True
    alone = following[1] - following[0] == 1 and source[following[1] : following[1] + 1] in ("", " ", "-")
    return source[following[0]] != "0" and not (alone and word[1] - word[0] > 1 and source[following[0]].isascii())


def _counts(meaning: Meaning, start: int, stop: int, source: str) -> bool:
    """Tell a caption from the same letters in running text or inside a code."""
    if _is_glued_before(start, stop, source) or _is_glued_behind(start, stop, source):
        return False
    if meaning.slashed and "/" not in source[start:stop]:
        return False
    rest = _OTHER_LANGUAGE.sub("", source[stop:], count=1).lstrip(" )]")
    if meaning.vague and not _begins(start, source):
        return False
    first = _is_first(start, source)
    if rest[:1] in (":", "=", "#"):
        return True
    if not rest.strip(_SEPARATORS + " "):
        return first or meaning.numbered or (len(source[:start].split()) <= 2 and stop - start > _SHORT)
    code_next = _CODE_NEXT.match(rest) is not None
    if not first:
        long = stop - start > _SHORT and source[:start].split()[-1][-1:].isdigit()
        return (meaning.numbered or long) and code_next
    long = stop - start > _SHORT or not source[start:stop].isascii()
    short = len(source.split()) < _SENTENCE
    return code_next or (short and (bool(_NUMBER_NEXT.match(rest)) or (long and not meaning.vague)))


def _is_first(start: int, source: str) -> bool:
    """Tell whether nothing stands before it on the line but a word of another language: 'Type/Typ'."""
    before = source[:start].rstrip()
    words = before.strip(" (*-•")
    return not words or (before[-1] in "/|" and not any(c.isdigit() for c in words.split()[-1]))


def _begins(start: int, source: str) -> bool:
    """Tell whether a caption stands first on its line or behind a value; 'Unknown No.' is the number of an unknown."""
    before = source[:start].split()
    return not before or any(c.isdigit() for c in before[-1]) or before[-1][-1] in "(*-•/|["


def _is_set_apart(start: int, stop: int, source: str) -> bool:
    """Tell whether something stands alone as captions do: first on its line, and before a colon, a code or nothing."""
    if source[:start].strip(" (*") or stop - start < _SHORT or source[stop : stop + 1].isalnum():
        return False
    rest = source[stop:].lstrip(" .)")
    return not rest or rest[:1] in (":", "=", "#") or _CODE_NEXT.match(source, stop) is not None


def _is_glued_before(start: int, stop: int, source: str) -> bool:
    """Tell whether the caption sticks to a word before it; 'US7SAR180P/N:' lost its blank, and Chinese has none."""
    before = source[start - 1 : start]
    if before in ("-", ":", ".") and source[start - 2 : start - 1].isalnum() and stop - start <= _SHORT:
        return "/" not in source[start:stop]
    if not before.isalnum() or not before.isascii() or not source[start].isascii():
        return False
    return not ("/" in source[start:stop] and source[stop : stop + 1] == ":")


def _is_glued_behind(start: int, stop: int, source: str) -> bool:
    """Tell whether this is no caption but the beginning of a word: 'SN12345'; 'P/N8KY79EA' lost its blank."""
    behind = source[stop : stop + 1]
    if not behind.isalnum() or not source[stop - 1].isascii():
        return False
    run = re.match(r"[0-9A-Z-]+", source[stop:])
    code = run is not None and any(c.isdigit() for c in run.group()) and len(run.group()) >= _SHORT
    last = re.split(r"[\s.-]", source[start:stop])[-1]
    return not (code and (len(last) > _SHORT or "/" in last))


def _with_identifier(start: int, source: str) -> int:
    """Return where the caption begins with the identifier in brackets before it: '(1P) Part No.'."""
    match = _IDENTIFIER_BEFORE.search(source, 0, start)
    return match.start() if match else start


def _qualified(found: _Found, before: Sequence[tuple[int, int]], source: str, known: Grammar) -> _Found:
    """Return it as the caption of another thing where a word before it says whose it is: 'Battery model'."""
    for count in (1, 2):
        first = before[-count][0] if len(before) >= count else None
        if first is None or not re.fullmatch(r"[^:]*[\s'’.-]+", source[first : found.start]):  # noqa: RUF001
            break
        if spelled(source[first : found.start]) in known.qualifiers:
            return replace(found, meaning=Meaning(CodeType.OTHER), start=first)
    return found


def _identifiers(source: str) -> Iterator[_Found]:
    """Find identifiers printed in brackets before a value. One alone is vague: '(21) 900 41 27' may be a telephone."""
    matches = list(_IDENTIFIER.finditer(source))
    for match in matches:
        kind = _types_of_identifiers().get(match[1], CodeType.OTHER)
        if match[1].isdigit() or match.start() == 0:
            vague = len(matches) == 1 and kind is not CodeType.EAN
            yield _Found(Meaning(kind, vague), match.start(), match.end())


@cache
def _types_of_identifiers() -> dict[str, CodeType]:
    return {identifier: CodeType(kind) for identifier, kind in languages()["common"]["identifiers"].items()}


def _joined(found: Sequence[_Found], source: str, known: Grammar) -> list[_Found]:
    """Make one of captions that belong together.

    They say the same in two languages or ways ('Serial No. / Seriennummer', 'Service Tag (S/N)'), or the first says
    whose number the second is ('Customer P/N').
    """
    joined: list[_Found] = []
    for one in found:
        last = joined[-1] if joined else None
        between = source[last.stop : one.start] if last else ""
        short = one.stop - one.start <= _FAINT and source[one.stop : one.stop + 1] in (" ", "-")
        if last and short and ":" in between and not between.strip(" :"):
            continue  # 'Type: MN 57' is a value
        if last and _says_again(last, one, between):
            joined[-1] = _Found(_together(last.meaning, one.meaning), last.start, one.stop)
        elif last and not between.strip() and spelled(source[last.start : last.stop]) in known.qualifiers:
            joined[-1] = _Found(Meaning(CodeType.OTHER), last.start, one.stop)
        else:
            joined.append(one)
    return joined


def _says_again(one: _Found, other: _Found, between: str) -> bool:
    if ":" in between and one.meaning.type is not other.meaning.type:
        return False
    same = one.meaning.type is other.meaning.type
    return bool(_BETWEEN_LANGUAGES.fullmatch(between)) or (same and not between.strip(" ."))


def _together(one: Meaning, other: Meaning) -> Meaning:
    """Return what two captions of one value mean: the surer one, vaguely where they name different things."""
    if one.type is other.type:
        return one if other.vague else other
    if CodeType.OTHER in (one.type, other.type):
        return other if one.type is CodeType.OTHER else one  # 'Part No./Rev.'
    if one.vague != other.vague:
        return other if one.vague else one
    return replace(one, vague=True)
