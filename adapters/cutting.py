"""Texts as the chat platforms measure them: in UTF-16 units. What stands in them is not known here."""

from __future__ import annotations

import re
import unicodedata

MORE = "…"
JOINER = "\u200d"
"""Makes one picture of two."""

# What turns the direction of all that follows: in a person's own words it could make a sentence say something else.
_TURNS = re.compile("[\u202a-\u202e\u2066\u2067]")
_ISOLATES = re.compile("[\u2068\u2069]")
_UNCLEAN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def size(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Without control characters but line ends, and without halves of surrogate pairs.

    What words keep apart for its direction stays so, unless an end is missing: then it would turn what follows.
    """
    if not _UNCLEAN.search(text):
        return text
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\r\n", "\n")
    whole = whole if _closed(whole) else _ISOLATES.sub("", whole)
    return _TURNS.sub("", _CONTROLS.sub(" ", whole))


def _closed(text: str) -> bool:
    """Whether each isolate (UAX #9) ends, and none ends that did not begin."""
    depth = 0
    for each in _ISOLATES.findall(text):
        depth += 1 if each == "\u2068" else -1
        if depth < 0:
            return False
    return depth == 0


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
