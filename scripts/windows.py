"""Draws Slack's windows as SVG, in light colours: a modal, messages, the Home tab, of the blocks that were sent.

Nothing is asked or played here. What no block of ours needs is not drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scripts.letters import INK, LINE, SIZE, SOFT, Word, beside, box, fit, line_at, split, text_at, wrapped

WIDTH, EDGE, GAP = 380, 20, 10
"""Of a window, from its edge to what stands in it, and between two blocks."""

INSIDE = WIDTH - 2 * EDGE
KEY, BETWEEN, BESIDE = 32, 8, 11
"""Height of a button, what is between two, and what is beside its words."""

HEAD, FOOT = 54, 60
PAPER, FRAME, EDGE_OF_KEY, GREEN, RED = "#ffffff", "#dddddd", "#bbbbbb", "#007a5a", "#c01343"
SMALL = 12

Block = Mapping[str, Any]


@dataclass(frozen=True)
class Window:
    """`who` writes messages, where these are some: each a list of blocks. `values` stand in inputs, by their label."""

    title: str
    messages: Sequence[Sequence[Block]]
    who: str = ""
    submit: str = ""
    close: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    dates: Callable[[Block], str] = lambda run: str(run["fallback"])


def picture(windows: Sequence[Window]) -> str:
    """The windows beside each other."""
    return beside([_Drawing(window) for window in windows], WIDTH)


class _Drawing:
    """One window, from its head down."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._parts: list[str] = []
        self._y = float(HEAD + 14)
        for blocks in window.messages:
            if window.who:
                self._sender(window.who)
            for block in blocks:
                self._block(block)
        self.height = round(self._y + 6 + (FOOT if window.close else 0))

    def svg(self, height: int) -> str:
        ground = box(0.5, 0.5, WIDTH - 1, height - 1, PAPER, 10, f' stroke="{FRAME}"')
        title = text_at(EDGE, HEAD / 2 + 6, self._window.title, bold=True, size=17)
        rule = f'<path d="M1 {HEAD}H{WIDTH - 1}" stroke="{FRAME}"/>'
        return "\n".join([ground, title, rule, *self._parts, *self._foot(height)]) + "\n"

    def _foot(self, height: int) -> Iterator[str]:
        if not self._window.close:
            return
        yield f'<path d="M1 {height - FOOT}H{WIDTH - 1}" stroke="{FRAME}"/>'
        right = float(WIDTH - EDGE)
        for label, style in ((self._window.submit, "primary"), (self._window.close, "")):
            if label:
                width = _wide(label)
                yield from _key(right - width, height - FOOT + 14, width, label, style)
                right -= width + BETWEEN

    def _sender(self, who: str) -> None:
        self._parts.append(box(EDGE, self._y - 2, 20, 20, GREEN, 5))
        self._parts.append(text_at(EDGE + 10, self._y + 13, who[0], fill=PAPER, anchor="middle", bold=True))
        self._parts.append(text_at(EDGE + 28, self._y + 13, who, bold=True))
        self._y += 20 + GAP

    def _block(self, block: Block) -> None:
        match block["type"]:
            case "header":
                self._say([Word(each, bold=True) for each in split(block["text"]["text"])])
            case "section":
                self._section(block)
            case "rich_text":
                self._say(list(self._runs(block)))
            case "context":
                self._small(block["elements"][0]["text"], SOFT)
            case "actions":
                self._actions(block["elements"])
            case "divider":
                self._parts.append(f'<path d="M{EDGE} {self._y}H{WIDTH - EDGE}" stroke="{FRAME}"/>')
                self._y += GAP
            case "input":
                self._input(block)

    def _say(self, words: Sequence[Word], width: float = INSIDE) -> None:
        lines = list(wrapped(words, width))
        self._parts += [line_at(EDGE, self._y + 13 + number * LINE, each) for number, each in enumerate(lines)]
        self._y += len(lines) * LINE + GAP - 4

    def _small(self, words: str, fill: str) -> None:
        scale = SMALL / SIZE
        for line in wrapped([Word(each) for each in split(words)], INSIDE / scale):
            said = "".join(word.text for word in line)
            self._parts.append(text_at(EDGE, self._y + 11, said, fill=fill, size=SMALL))
            self._y += LINE - 3
        self._y += GAP - 4

    def _runs(self, block: Block) -> Iterator[Word]:
        for run in block["elements"][0]["elements"]:
            said = self._window.dates(run) if run["type"] == "date" else str(run["text"])
            style = run.get("style", {})
            look = {"bold": bool(style.get("bold")), "italic": bool(style.get("italic"))}
            yield from (Word(each, **look) for each in split(said))

    def _section(self, block: Block) -> None:
        button, top = block.get("accessory"), self._y
        label = button["text"]["text"] if button else ""
        width = INSIDE - _wide(label) - 14 if button else INSIDE
        self._say([Word(each) for each in split(block["text"]["text"])], width)
        if button:
            self._parts += _key(WIDTH - EDGE - _wide(label), top - 4, _wide(label), label, "")
            self._y = max(self._y, top + KEY + GAP - 4)

    def _actions(self, elements: Sequence[Block]) -> None:
        x = float(EDGE)
        for each in elements:
            menu = each["type"] != "button"
            label = each["placeholder"]["text"] if menu else each["text"]["text"]
            width = min(INSIDE, 220 if menu else _wide(label))
            if x > EDGE and x + width > WIDTH - EDGE:
                x, self._y = float(EDGE), self._y + KEY + BETWEEN
            if menu:
                self._parts += self._field(x, width, label, chosen=True)
            else:
                self._parts += _key(x, self._y, width, label, each.get("style", ""))
            x += width + BETWEEN
        self._y += KEY + GAP

    def _input(self, block: Block) -> None:
        label, element = block["label"]["text"], block["element"]
        optional = " (optional)" if block.get("optional") else ""
        self._say(
            [*(Word(each, bold=True) for each in split(label)), *(Word(each, italic=True) for each in split(optional))]
        )
        self._y -= 4
        chosen = element["type"] not in ("plain_text_input", "email_text_input", "url_text_input", "number_input")
        standing = self._window.values.get(label, "")
        self._parts += self._field(EDGE, INSIDE, standing or _placeholder(element), chosen=chosen, faint=not standing)
        self._y += KEY + 6
        if error := self._window.errors.get(label):
            self._small(error, RED)
        elif "hint" in block:
            self._small(block["hint"]["text"], SOFT)
        self._y += 4

    def _field(self, x: float, width: float, said: str, *, chosen: bool, faint: bool = True) -> Iterator[str]:
        yield box(x + 0.5, self._y + 0.5, width - 1, KEY - 1, PAPER, 4, f' stroke="{EDGE_OF_KEY}"')
        yield text_at(x + BESIDE, self._y + 21, fit(said, width - 24), fill=SOFT if faint else INK)
        if chosen:
            yield text_at(x + width - BESIDE, self._y + 21, "▾", fill=SOFT, anchor="end")


def _placeholder(element: Block) -> str:
    return str(element.get("placeholder", {}).get("text", ""))


def _wide(label: str) -> float:
    return min(INSIDE, Word(label, bold=True).width + 2 * BESIDE)


def _key(x: float, y: float, width: float, label: str, style: str) -> Iterator[str]:
    fill, ink, edge = (GREEN, PAPER, GREEN) if style == "primary" else (PAPER, INK, EDGE_OF_KEY)
    yield box(x + 0.5, y + 0.5, width - 1, KEY - 1, fill, 4, f' stroke="{edge}"')
    yield text_at(x + width / 2, y + 21, fit(label, width), fill=ink, anchor="middle", bold=True)
