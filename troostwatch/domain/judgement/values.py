"""Values as they are printed behind a caption: where one begins, which groups belong to it, and where it ends.

A code may be printed in several groups ("PS-3701-1C", "0 601 9H5 302", "LS 2208-SR"); it is never cut in half.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from troostwatch.domain.codes import CodeType, canonical
from troostwatch.domain.judgement import checks, things
from troostwatch.domain.judgement.grammar import spelled, vocabulary

_DIGITS = re.compile(r"\d(?:[ -]?\d){6,31}")
_HEX = re.compile(r"[0-9A-F]{2}(?:[ :.-]?[0-9A-F]{2}){5}(?![0-9A-F])")
_UUID = re.compile(r"[0-9A-F]{8}(?:[ -]?[0-9A-F]{4}){3}[ -]?[0-9A-F]{12}")
_FORMS = {
    CodeType.EAN: _DIGITS,
    CodeType.IMEI: _DIGITS,
    CodeType.EID: _DIGITS,
    CodeType.MAC_ADDRESS: _HEX,
    CodeType.UUID: _UUID,
}
_GROUP = re.compile(r"[0-9A-Z][0-9A-Z#./+_-]*")
_MORE = re.compile(r"[/+-]?[0-9A-Z][0-9A-Z#./+_-]*|[/-]")
_BRACKETS = " :.#-()[]*'\""
_LONGEST_WORD = 12  # of a name before a number: 'LATITUDE 5400'
_MOST_GROUPS = 6
_BEFORE_RATINGS = frozenset({"AC", "DC"})
_NO_BEGINNING = frozenset({"IP", "CE", "EN", "IEC", "DIN", "ISO", "MAX", "MIN", "N/A", "NO", "NR"})
_LETTERS_MORE = 10  # so many may be, where no language has such a word
_LETTERS_BEHIND = 3  # so many letters alone may be a part of a designation: 'TTK 70 S', 'BK-G4 MT'


def value_in(kind: CodeType, text: str) -> str | None:
    """Return the value of this type with which the text begins, in canonical form."""
    text = " ".join(text.upper().split()).lstrip(_BRACKETS)
    if form := _FORMS.get(kind):
        match = form.match(text)
        return canonical(kind, match.group()) if match and checks.plausible(kind, match.group()) else None
    groups = _groups(text.split())
    value = " ".join(groups).strip("./+-_ ")
    rated = len(groups) > 1 and groups[0] in _BEFORE_RATINGS and things.is_no_code(" ".join(groups[1:]))
    if not value or rated or things.is_no_code(value) or not checks.plausible(kind, value):
        return None
    return canonical(kind, value)


def goes_on(rest: str) -> bool:
    """Tell whether behind a value a word stands that looks like more of it: '82 PURZ-68CSPY6'."""
    words = rest.upper().split()
    if not words or rest[:1] not in (" ", "/", "-"):
        return False
    letters = words[0].isalpha() and len(words[0]) <= _LETTERS_MORE
    return _belongs(words, 0) or (letters and rest.split()[0].isupper() and _is_no_language(words[0]))


def _is_no_language(word: str) -> bool:
    return spelled(word) not in vocabulary() and not things.ends_a_value(word[:_LETTERS_BEHIND], "")


def _groups(words: Sequence[str]) -> list[str]:
    """Return the words from the first on that make one value."""
    if not words or not (first := _GROUP.match(words[0])) or _is_word(words, first.group()):
        return []
    groups = [first.group()]
    if first.group() != words[0]:
        return groups  # a sign that no code has ends it
    for at in range(1, min(len(words), _MOST_GROUPS)):
        needed = at == 1 and first.group().isalpha() and _GROUP.fullmatch(words[1])
        if not needed and not _belongs(words, at):
            break
        groups.append(words[at])
    return groups


def _is_word(words: Sequence[str], first: str) -> bool:
    """Tell whether the text begins with a word of language and not with a group of a code."""
    if any(c.isdigit() for c in first) or "-" in first:
        return False
    if first in _NO_BEGINNING:
        return True
    if len(first) <= _LETTERS_BEHIND:
        return False
    return len(first) > _LONGEST_WORD or len(words) < 2 or not any(c.isdigit() for c in words[1])


def _belongs(words: Sequence[str], at: int) -> bool:
    """Tell whether this word is a group of the value before it: with a digit, and nothing that is known to be other.

    A few letters belong to it at the end of the line, or before another such group.
    """
    word = words[at].rstrip(",;)")
    following = words[at + 1] if at + 1 < len(words) else ""
    if not _MORE.fullmatch(word) or things.ends_a_value(word, following):
        return False
    if any(c.isdigit() for c in word) or word[:1] in "/-":
        return True
    short = word.isalpha() and len(word) <= _LETTERS_BEHIND
    return short and (not following or _belongs(words, at + 1))
