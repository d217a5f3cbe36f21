"""A page as plain lines of a given width. Colour only repeats what signs say; nothing is written from here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from adapters.terminal.cells import cells, cut, pad, wrap
from adapters.terminal.render import Asked, Key, Page, Sheet, Square
from conversations.kinds import Kind

MARGIN = "  "
GAP = "   "


@dataclass(frozen=True, slots=True)
class Ink:
    """ECMA-48 renditions, if there is somebody who sees them."""

    on: bool = False

    def bold(self, text: str) -> str:
        return self._in("1", text)

    def dim(self, text: str) -> str:
        return self._in("2", text)

    def alert(self, text: str) -> str:
        return self._in("33", text)

    def _in(self, rendition: str, text: str) -> str:
        return f"\x1b[{rendition}m{text}\x1b[0m" if self.on and text.strip() else text


def page_lines(page: Page, width: int, ink: Ink) -> Iterator[str]:
    """Every line of a page but the questions of a form: they are asked one by one."""
    yield ""
    yield _heading(page.title, width, ink)
    yield from _rows(page.rows, width, ink)
    if page.notice:
        yield ""
        yield from _marked("! ", page.notice, width, ink)
    for line in page.lines:
        yield ""
        yield from _text(line, width)
    if page.asked and not page.form:
        yield ""
        yield from asked_lines(page.asked, width, ink)
    if page.ways:
        yield ""
        yield from flowing(page.ways, width, ink) if page.asked else _listed(page.ways, width, ink)
    if not page.form:
        yield ""


def asked_lines(asked: Asked, width: int, ink: Ink, *, empty: str = "") -> Iterator[str]:
    """A question with its choices. `empty` says what an empty line does where there need be no answer."""
    yield from (ink.bold(line) for line in _text(asked.prompt, width))
    yield from (ink.dim(line) for line in _text(asked.hint, width) if asked.hint)
    for line in (asked.example, asked.zone, empty if asked.optional else ""):
        yield from (ink.dim(each) for each in _text(line, width) if line)
    if asked.error:
        yield from _marked("! ", asked.error, width, ink)
    for sheet in asked.sheets:
        yield ""
        yield from _sheet(sheet, width, ink)
    if asked.hours:
        yield ""
        yield from _grid(asked.hours, width, ink)
    if asked.keys:
        yield ""
        yield from (ink.bold(line) for line in _text(asked.heading, width) if asked.heading)
        yield from _listed(asked.keys, width, ink) if asked.kind is not Kind.NUMBER else flowing(asked.keys, width, ink)
    if asked.looks:
        yield ""
        yield from flowing(asked.looks, width, ink) if asked.kind is not Kind.HOUR else _grid(asked.looks, width, ink)


def busy_lines(page: Page, width: int, ink: Ink) -> Iterator[str]:
    """What is said while the answer is on its way."""
    if page.notice:
        yield from _marked("! ", page.notice, width, ink)
    for line in page.lines:
        yield from (ink.dim(each) for each in _text(line, width))


def _heading(title: str, width: int, ink: Ink) -> str:
    title = cut(title, width - 6)
    return f"{ink.dim('──')} {ink.bold(title)} {ink.dim('─' * (width - 4 - cells(title)))}"


def _text(text: str, width: int, indent: str = MARGIN) -> Iterator[str]:
    yield from (f"{indent}{line}".rstrip() for line in wrap(text, width - len(indent)))


def _marked(mark: str, text: str, width: int, ink: Ink) -> Iterator[str]:
    for number, line in enumerate(wrap(text, width - len(MARGIN) - len(mark))):
        yield MARGIN + ink.alert((mark if number == 0 else " " * len(mark)) + line)


def _rows(rows: tuple[tuple[str, str], ...], width: int, ink: Ink) -> Iterator[str]:
    column = min(max((cells(label) for label, _ in rows), default=0), width // 3)
    for label, value in rows:
        names, values = wrap(label, column), wrap(value, width - len(MARGIN) - column - 2)
        for name, line in zip_longest(names, values, fillvalue=""):
            yield MARGIN + ink.dim(f"{pad(name, column)}  {line}".rstrip())


def _sheet(sheet: Sheet, width: int, ink: Ink) -> Iterator[str]:
    """Free days stand in brackets."""
    widest = max(3, *map(cells, sheet.weekdays))
    column = min(widest + 1, (width - len(MARGIN)) // 7 - 1)
    weekdays = sheet.weekdays if widest < column else sheet.short
    yield MARGIN + ink.bold(sheet.name)
    yield MARGIN + " ".join(ink.dim(pad(" " + cut(name, column - 1), column)) for name in weekdays).rstrip()
    for week in sheet.weeks:
        yield (MARGIN + " ".join(_square(square, column, ink) for square in week)).rstrip()


def _square(square: Square | None, column: int, ink: Ink) -> str:
    if square is None:
        return " " * column
    if square.key is None:
        return ink.dim(pad(f" {square.day:>2} ", column))
    return ink.bold(pad(f"[{square.day:>2}]", column))


def _grid(keys: tuple[Key, ...], width: int, ink: Ink) -> Iterator[str]:
    number = max(len(key.call) for key in keys)
    label = max(cells(key.label) for key in keys)
    across = max(1, (width - len(MARGIN) + len(GAP)) // (number + 1 + label + len(GAP)))
    for start in range(0, len(keys), across):
        row = keys[start : start + across]
        yield MARGIN + GAP.join(f"{ink.dim(key.call.rjust(number))} {pad(key.label, label)}" for key in row).rstrip()


def _listed(keys: tuple[Key, ...], width: int, ink: Ink) -> Iterator[str]:
    number = max(len(key.call) for key in keys)
    indent = len(MARGIN) + number + 1
    for key in keys:
        first, *others = wrap(_ticked(key), width - indent)
        yield f"{MARGIN}{ink.dim(key.call.rjust(number))} {first}"
        yield from (" " * indent + line for line in others)
        if key.detail:
            yield from (ink.dim(line) for line in _text(key.detail, width, " " * indent))
        if key.url:  # parted by us it could not be copied; the terminal parts it as it must
            yield " " * indent + ink.dim(key.url)


def _ticked(key: Key) -> str:
    return key.label if key.ticked is None else f"[{'x' if key.ticked else ' '}] {key.label}"


def flowing(keys: Iterable[Key], width: int, ink: Ink) -> Iterator[str]:
    """Keys beside each other, as many as fit a line."""
    line, used = "", 0
    for key in keys:
        label = cut(key.named(), width - len(MARGIN))
        size = cells(label)
        if line and used + len(GAP) + size > width - len(MARGIN):
            yield MARGIN + line
            line, used = "", 0
        call = key.call if key.call != key.label else ""
        line += (GAP if line else "") + ink.dim(call) + label.removeprefix(call)
        used += (len(GAP) if used else 0) + size
    if line:
        yield MARGIN + line
