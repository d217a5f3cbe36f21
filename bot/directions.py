"""Two directions in one sentence (UAX #9): what runs the other way is kept apart. Nothing is translated here."""

from __future__ import annotations

import re
import unicodedata

FSI, PDI = "\u2068", "\u2069"
_LEFTWARD = frozenset({"R", "AL"})
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_GAPS = re.compile(r"[0-9].*[^0-9.,:].*[0-9]|[+-][0-9]")


def isolated(said: str, leftward: bool) -> str:
    """A name, a moment or a code, so that it changes places with nothing around it in a sentence written that way.

    Whatever in it would turn what stands around it is left out: names are other people's.
    """
    said = said if said.isascii() else _TURNS.sub("", said)
    return f"{FSI}{said}{PDI}" if _other_way(said, leftward) else said


def _other_way(said: str, leftward: bool) -> bool:
    """Whether a text has letters of the other direction, or numbers with gaps, which would change places."""
    if said.isascii():
        return leftward and (any(map(str.isalpha, said)) or bool(_GAPS.search(said)))
    ways = {unicodedata.bidirectional(each) for each in said}
    return "L" in ways if leftward else not _LEFTWARD.isdisjoint(ways)
