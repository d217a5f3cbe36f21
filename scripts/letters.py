"""Letters, words and boxes of pictures: how wide they are, and how SVG draws them. What is drawn is not known here.

A picture in a README may load nothing, so letters are measured by a rule of thumb and any plain font will do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

SIZE, LINE = 13.5, 19
INK, SOFT, LINK = "#1d2733", "#7d8b97", "#2a78b8"
FONT = "Helvetica Neue, Helvetica, Arial, DejaVu Sans, sans-serif"


NARROW, WIDE = frozenset("iljtfrI.,:;'|!()[] \u202f·"), frozenset("mwMW@%")


@dataclass(frozen=True)
class Word:
    text: str
    bold: bool = False
    italic: bool = False
    instant: bool = False

    @property
    def width(self) -> float:
        letters = sum(0.34 if each in NARROW else 0.92 if each in WIDE else 0.6 for each in self.text)
        return letters * SIZE * (1.15 if self.bold else 1)


def split(text: str) -> Iterator[str]:
    for number, line in enumerate(text.split("\n")):
        if number:
            yield "\n"
        words = line.split(" ")
        yield from (word + " " for word in words[:-1])
        if words[-1]:
            yield words[-1]


def wrapped(words: Iterator[Word] | Sequence[Word], width: float) -> Iterator[list[Word]]:
    line: list[Word] = []
    for word in words:
        full = sum(each.width for each in line) + word.width > width
        if word.text == "\n" or (full and line):
            yield line
            line = []
        if word.text != "\n":
            line.append(word)
    yield line


def line_at(x: float, y: float, words: Sequence[Word]) -> str:
    spans = "".join(_span(word) for word in words)
    return f'<text x="{x:g}" y="{y:g}" xml:space="preserve">{spans}</text>'


def _span(word: Word) -> str:
    looks = [
        ' font-weight="600"' if word.bold else "",
        ' font-style="italic"' if word.italic else "",
        f' fill="{LINK}"' if word.instant else f' fill="{SOFT}"' if word.italic else "",
    ]
    return f"<tspan{''.join(looks)}>{escape(word.text)}</tspan>"


def fit(label: str, width: float) -> str:
    while Word(label).width > width - 8 and len(label) > 2:
        label = label.rstrip("…")[:-1] + "…"
    return label


def text_at(
    x: float, y: float, text: str, *, fill: str = INK, anchor: str = "start", bold: bool = False, size: float = SIZE
) -> str:
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:g}" y="{y:g}" fill="{fill}" text-anchor="{anchor}" font-size="{size:g}"'
    return f"<text {place}{weight}>{escape(text)}</text>"


def box(x: float, y: float, width: float, height: float, fill: str, radius: float, more: str = "") -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}"{more}/>'


class Drawing(Protocol):
    """What is drawn as high as it is, or higher."""

    height: int

    def svg(self, height: int) -> str: ...


def beside(drawings: Sequence[Drawing], width: int) -> str:
    """A whole picture: things of one width beside each other."""
    height, step = max(each.height for each in drawings), width + 16
    inside = "".join(
        f'<g transform="translate({number * step} 0)">{each.svg(height)}</g>' for number, each in enumerate(drawings)
    )
    total = len(drawings) * step - 16
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {height}" width="{total}" height="{height}" '
        f'font-family="{FONT}" font-size="{SIZE}" fill="{INK}">\n{inside}</svg>\n'
    )
