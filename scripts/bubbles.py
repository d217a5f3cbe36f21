"""Draws chats as SVG, in light colours: what was sent is given, nothing is asked or played here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from scripts.letters import LINE, LINK, SOFT, Word, beside, box, fit, line_at, split, text_at, wrapped

WIDTH, EDGE, GAP = 340, 12, 6
"""Of a chat, from its edge to what stands in it, and between two things."""

BUBBLE, PADDING = 300, 11
ROW, BETWEEN = 31, 4
"""Height of a row of buttons, and what is between two."""

HEAD = 46

SKY, PAPER, MINE, KEY, FRAME = "#e9f0f5", "#ffffff", "#e3f7d3", "#d3e4f1", "#c9d6df"
KEY_INK = "#1c5480"
BLANK = "\u2800"
"""What stands on a button that only fills a place."""


@dataclass(frozen=True)
class Bubble:
    """A message: its text, its entities and inline buttons as the Bot API has them, and whose it is."""

    text: str
    entities: Sequence[Mapping[str, Any]] = ()
    rows: Sequence[Sequence[str]] = ()
    mine: bool = False
    clock: str = ""
    sender: str = ""


@dataclass(frozen=True)
class Panel:
    """A chat, as it was at a moment. `keyboard` is what stands in place of the letters' keyboard."""

    title: str
    bubbles: Sequence[Bubble]
    keyboard: Sequence[Sequence[str]] = ()
    toast: str = ""


def picture(panels: Sequence[Panel]) -> str:
    """The chats beside each other."""
    return beside([_Drawing(panel) for panel in panels], WIDTH)


class _Drawing:
    """One chat, from its head down."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._parts: list[str] = []
        self._y = float(HEAD + 12)
        for bubble in panel.bubbles:
            self._say(bubble)
        if panel.toast:
            self._toast(panel.toast)
        self.height = round(self._y + 8 + len(panel.keyboard) * 46 + 8 * bool(panel.keyboard))

    def svg(self, height: int) -> str:
        title = escape(self._panel.title)
        ground = box(0.5, 0.5, WIDTH - 1, height - 1, SKY, 12, f' stroke="{FRAME}"')
        head = (
            f'<path d="M1 {HEAD}V12a11 11 0 0 1 11-11H{WIDTH - 12}a11 11 0 0 1 11 11V{HEAD}Z" fill="{PAPER}"/>'
            f'<circle cx="28" cy="{HEAD / 2}" r="15" fill="{LINK}"/>'
            f"{text_at(28, HEAD / 2 + 5, title[0], fill=PAPER, anchor='middle', bold=True)}"
            f"{text_at(54, HEAD / 2 + 5, title, bold=True)}"
        )
        return "\n".join([ground, head, *self._parts, *self._keyboard(height)]) + "\n"

    def _say(self, bubble: Bubble) -> None:
        lines = list(wrapped(_words(bubble.text, bubble.entities), BUBBLE - 2 * PADDING))
        stamp = 42 if bubble.clock else 0
        widest = max(sum(word.width for word in line) for line in lines)
        last = sum(word.width for word in lines[-1])
        width = BUBBLE if bubble.rows else min(BUBBLE, max(widest, last + stamp, len(bubble.sender) * 8) + 2 * PADDING)
        below = LINE - 4 if last + stamp + 2 * PADDING > width else 0
        height = len(lines) * LINE + 2 * 7 + below + (LINE if bubble.sender else 0)
        x = WIDTH - EDGE - width if bubble.mine else EDGE
        self._parts.append(box(x, self._y, width, height, MINE if bubble.mine else PAPER, 11))
        top = self._y + 7
        if bubble.sender:
            self._parts.append(text_at(x + PADDING, top + 14, bubble.sender, fill=LINK, bold=True))
            top += LINE
        self._parts += [line_at(x + PADDING, top + 14 + number * LINE, line) for number, line in enumerate(lines)]
        end = self._y + height
        self._parts.append(text_at(x + width - 9, end - 7, bubble.clock, fill=SOFT, anchor="end", size=10.5))
        self._y = end + BETWEEN
        for row in bubble.rows:
            self._row(x, width, row)
        self._y += GAP

    def _row(self, x: float, width: float, row: Sequence[str]) -> None:
        each = (width - BETWEEN * (len(row) - 1)) / len(row)
        for number, label in enumerate(row):
            left = x + number * (each + BETWEEN)
            self._parts.append(box(left, self._y, each, ROW - BETWEEN, KEY, 7))
            place = (left + each / 2, self._y + 18)
            self._parts.append(text_at(*place, fit(label.strip(BLANK), each), fill=KEY_INK, anchor="middle"))
        self._y += ROW

    def _toast(self, words: str) -> None:
        lines = list(wrapped([Word(each) for each in split(words)], WIDTH - 72))
        height = len(lines) * LINE + 14
        self._parts.append(box(24, self._y, WIDTH - 48, height, "#42505c", 9))
        for number, line in enumerate(lines):
            text = "".join(word.text for word in line).strip()
            self._parts.append(text_at(WIDTH / 2, self._y + 21 + number * LINE, text, fill=PAPER, anchor="middle"))
        self._y += height + GAP

    def _keyboard(self, height: int) -> Iterator[str]:
        rows = self._panel.keyboard
        top = height - len(rows) * 46
        if rows:
            yield box(0, top - 8, WIDTH, height - top + 8, "#dbe3e9", 0)
        for number, row in enumerate(rows):
            y, each = top + number * 46, (WIDTH - 16) / len(row)
            for place, label in enumerate(row):
                yield box(8 + place * each, y, each, 38, PAPER, 8)
                yield text_at(8 + (place + 0.5) * each, y + 24, label, anchor="middle")


def _words(text: str, entities: Sequence[Mapping[str, Any]]) -> Iterator[Word]:
    """The text in pieces of one look, each word alone; a line's end is a piece of its own."""
    units = text.encode("utf-16-le")
    ends = {0, len(units) // 2}
    for entity in entities:
        ends |= {entity["offset"], entity["offset"] + entity["length"]}
    for begin, end in pairwise(sorted(ends)):
        looks = {each["type"] for each in entities if each["offset"] <= begin < each["offset"] + each["length"]}
        piece = units[2 * begin : 2 * end].decode("utf-16-le")
        for word in split(piece):
            yield Word(word, "bold" in looks, "italic" in looks, "date_time" in looks)
