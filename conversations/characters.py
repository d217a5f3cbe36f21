"""Characters as people see and count them: an accent or a family of four is part of one. Nothing is cut here."""

from __future__ import annotations

import unicodedata

_JOINER = "\N{ZERO WIDTH JOINER}"
_MARKS = frozenset({"Mn", "Me", "Mc"})
_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)


def seen(text: str) -> int:
    """How many characters a person sees: Unicode's grapheme clusters, without the rules of Korean and Indic scripts."""
    count, before, flags = 0, "", 0
    for each in text:
        flags = flags + 1 if ord(each) in _FLAGS else 0
        joined = before == _JOINER or (before, each) == ("\r", "\n")
        part = joined or each == _JOINER or unicodedata.category(each) in _MARKS or ord(each) in _TONES
        if not (part and count) and flags != 2:
            count += 1
        flags = 0 if flags == 2 else flags
        before = each
    return count
