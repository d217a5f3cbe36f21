"""Letters and digits as people type them, made alike: capitals, accents, widths. Nothing is understood here."""

from __future__ import annotations

import re
import unicodedata

_UNSEEN = re.compile("[\u061c\u200e\u200f\u2066-\u2069]")  # they only say which way a text runs
_WORD = re.compile(r"\d+|[^\W\d_]+")


def plain(text: str) -> str:
    """The same in small letters, with one plain space between words and ASCII digits."""
    compatible = unicodedata.normalize("NFKC", _UNSEEN.sub("", text)).casefold()
    digits = (str(unicodedata.decimal(each)) if each.isdecimal() else each for each in compatible)
    return " ".join("".join(digits).split())


def bare(text: str) -> str:
    """The words alone: no accents, no punctuation."""
    return " ".join(words(text))


def words(text: str) -> tuple[str, ...]:
    """Runs of letters and runs of digits, without accents."""
    return tuple(_WORD.findall(unaccented(plain(text))))


def unaccented(text: str) -> str:
    """The same letters without the marks on them, and without the line that stretches Arabic words."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(each for each in apart if not unicodedata.combining(each) and each != "\u0640")
