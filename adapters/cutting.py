"""Texts as the chat platforms measure them: in UTF-16 units. What stands in them is not known here."""

from __future__ import annotations

import re
import unicodedata

MORE = "…"
JOINER = "\u200d"
"""Makes one picture of two."""

# What turns the direction of all that follows: in a person's own words it could make a sentence say something else.
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def size(text: str) -> int:
    return len(text) + sum(each > "\uffff" for each in text)


def clean(text: str) -> str:
    """Without control characters but line ends, and without halves of surrogate pairs."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\r\n", "\n")
    return _TURNS.sub("", _CONTROLS.sub(" ", whole))


def in_a_line(text: str) -> str:
    return " ".join(clean(text).split())


def cut(text: str, most: int) -> str:
    """At most so many units; what is left out is marked. No letter is parted from its marks."""
    if size(text) <= most:
        return text
    kept = 0
    length = 0
    room = most - len(MORE)
    while length + size(text[kept]) <= room:
        length += size(text[kept])
        kept += 1
    while kept and (_belongs_before(text[kept]) or text[kept - 1] == JOINER):
        kept -= 1
    return text[:kept].rstrip() + MORE


def _belongs_before(letter: str) -> bool:
    return bool(unicodedata.combining(letter)) or letter in (JOINER, "\ufe0f") or "\U0001f3fb" <= letter <= "\U0001f3ff"
