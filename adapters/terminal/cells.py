"""Text as terminals lay it out: without control characters, measured and wrapped in cells. No screen is known here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# CSI and OSC sequences as ECMA-48 writes them; whatever is left of a broken one loses its escape character below.
_ESCAPES = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?")
_BREAKS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
# Some scripts and emoji need joiners; every other invisible character could only reorder or hide what is read.
_JOINERS = "\u200c\u200d"


def clean(text: str) -> str:
    """What of a text can be shown: no escape sequence, control or direction character, no half of a surrogate pair."""
    text = _BREAKS.sub("\n", _ESCAPES.sub("", text)).replace("\t", " ")
    return "".join(each for each in text if each in "\n" + _JOINERS or unicodedata.category(each)[0] != "C")


def in_a_line(text: str) -> str:
    return " ".join(clean(text).split())


def cells(text: str) -> int:
    """How many columns a text takes up: wide characters two, combining ones none."""
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def pad(text: str, width: int) -> str:
    return text + " " * (width - cells(text))


def cut(text: str, width: int) -> str:
    """The beginning of a text that fits, with an ellipsis if it is not all."""
    return text if cells(text) <= width else next(_pieces(text, width - 1)) + "…"


def wrap(text: str, width: int) -> list[str]:
    """The lines of a text, broken between words, or within those that are too long for a line."""
    return [line for paragraph in text.split("\n") for line in _filled(paragraph, max(width, 2))]


def _filled(paragraph: str, width: int) -> Iterator[str]:
    line = ""
    for word in paragraph.split():
        for piece in _pieces(word, width):
            if line and cells(line) + 1 + cells(piece) > width:
                yield line
                line = ""
            line = f"{line} {piece}" if line else piece
    yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    piece = ""
    for character in word:
        if cells(piece + character) > width:
            yield piece
            piece = ""
        piece += character
    yield piece
