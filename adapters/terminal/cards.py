"""The widgets of the chat: a message with its buttons, a typed line, a blank of a form. They know only pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ItemGrid, Vertical
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widget import Widget
from textual.widgets import Button, Input, Static, TextArea

from adapters.terminal.cells import cells, pad, wrap
from adapters.terminal.render import Asked, Key, Page, Sheet, Square
from conversations.kinds import Kind

Value = str | list[str]


class Line(Static):
    """What the person typed."""


class Tap(Button):
    """A button of a page."""

    def __init__(self, key: Key, label: Content, classes: str = "") -> None:
        super().__init__(label, compact=True, classes=classes)
        self.key = key


class Suggested(Button):
    """Fills in what was answered last time."""

    def __init__(self, key: Key) -> None:
        super().__init__(Content(key.label), compact=True)
        self.key = key


class Option(Button):
    """An option that can be taken and put back."""

    def __init__(self, key: Key, marks: tuple[str, str], taken: bool) -> None:
        super().__init__(compact=True)
        self.key = key
        self._marks = marks
        self.taken = taken

    def on_mount(self) -> None:
        self.take(self.taken)

    def take(self, taken: bool) -> None:
        self.taken = taken
        self.label = Content(f"{self._marks[taken]} {self.key.label}")


class Options(Vertical):
    """The options of a question: one of them, or several."""

    def __init__(self, asked: Asked, taken: Value) -> None:
        chosen = [taken] if isinstance(taken, str) else taken
        self._several = asked.kind is Kind.CHOICES
        marks = ("[ ]", "[x]") if self._several else ("( )", "(•)")
        super().__init__(*(Option(key, marks, key.label in chosen) for key in asked.keys))

    @property
    def taken(self) -> list[str]:
        return [option.key.label for option in self.query(Option) if option.taken]

    def on_button_pressed(self, event: Button.Pressed) -> None:
        event.stop()
        for option in self.query(Option):
            if option is event.button:
                option.take(not option.taken)
            elif not self._several:
                option.take(False)


class Blank(Vertical):
    """A question of a form with what is put into it. `draft` is what stood there before it was drawn anew."""

    def __init__(self, asked: Asked, empty: str, draft: Value | None) -> None:
        super().__init__()
        self.asked = asked
        self._empty = empty
        self._first: Value = _ticked(asked) if asked.kind is Kind.CHOICES else asked.answer
        self._now = self._first if draft is None else draft

    def compose(self) -> ComposeResult:
        yield Static(Content(self.asked.prompt), classes="prompt")
        if self.asked.hint:
            yield Static(Content(self.asked.hint), classes="aside")
        yield self._control()
        if self.asked.kind not in (Kind.CHOICE, Kind.CHOICES):
            yield from (Suggested(key) for key in self.asked.keys)
        if self.asked.error:
            yield Static(Content(f"! {self.asked.error}"), classes="alert")

    def _control(self) -> Widget:
        """The widget that fits what is asked."""
        asked, now = self.asked, self._now
        hint = asked.placeholder or (self._empty if asked.optional else "")
        match asked.kind:
            case Kind.CHOICE | Kind.CHOICES:
                return Options(asked, now)
            case Kind.LINES:
                return TextArea(str(now), compact=True, placeholder=Content(hint), highlight_cursor_line=False)
            case _:
                return Input(str(now), placeholder=hint, compact=True)

    @property
    def control(self) -> Input | TextArea | Options:
        return next(each for each in self.children if isinstance(each, Input | TextArea | Options))

    @property
    def draft(self) -> Value:
        """What stands in the blank, options by their labels: tokens are of one page only."""
        match self.control:
            case Input(value=text) | TextArea(text=text):
                return text.strip()
            case Options(taken=labels):
                return labels if self.asked.kind is Kind.CHOICES else "".join(labels)

    def enter(self) -> None:
        """Puts the cursor into the blank."""
        control = self.control
        (control.query(Option).first() if isinstance(control, Options) else control).focus()

    @property
    def to_send(self) -> bool:
        return not self.asked.answered or bool(self.asked.error) or self.draft != self._first

    @property
    def value(self) -> Value:
        draft = self.draft
        if isinstance(draft, list):
            return [key.token for key in self.asked.keys if key.label in draft]
        return next((key.token for key in self.asked.keys if key.label == draft), draft)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A suggestion only fills in: it is sent with the rest."""
        if isinstance(event.button, Suggested) and isinstance(self.control, Input):
            event.stop()
            self.control.value = event.button.key.label
            self.control.focus()


class Card(Vertical):
    """A message. It is drawn anew in its place, and keeps nothing but its page when it is old."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(0, -1)", show=False),
        Binding("down", "move(0, 1)", show=False),
        Binding("left", "move(-1, 0)", show=False),
        Binding("right", "move(1, 0)", show=False),
    ]

    class Filled(Message):
        """The form is to be sent."""

        def __init__(self, revision: int, values: Mapping[str, Value]) -> None:
            super().__init__()
            self.revision, self.values = revision, values

    def __init__(self, page: Page, empty: str, send: str) -> None:
        super().__init__()
        self.page = page
        self._empty, self._send = empty, send

    async def draw(self, page: Page, *, old: bool = False) -> None:
        """Shows another page. What was put into a form and not accepted yet stays in it."""
        drafts = {} if old else self._drafts(page)
        self.styles.min_height = self.size.height if page.busy else None
        self.page = page
        self.set_class(old, "old")
        width = min(max(self.app.size.width - 9, 20), 80)
        pieces = list(_old(page, width) if old else self._pieces(page, drafts, width))
        pieces[-1].add_class("close")
        with self.app.batch_update():
            await self.remove_children()
            await self.mount_all(pieces)

    def _drafts(self, page: Page) -> Mapping[str, Value]:
        standing = {each.name: each for each in page.form}
        return {
            blank.asked.name: blank.draft
            for blank in self.query(Blank)
            if (now := standing.get(blank.asked.name)) and (now.error or not now.answered or now.kind is Kind.CHOICES)
        }

    def _pieces(self, page: Page, drafts: Mapping[str, Value], width: int) -> Iterator[Widget]:
        yield from _said(page, width)
        if page.form:
            yield from (Blank(each, self._empty, drafts.get(each.name)) for each in page.form)
            yield Button(Content(self._send), compact=True, classes="send", variant="primary")
        elif page.asked:
            yield from _asked(page.asked, width)
        if page.ways:
            alone = not page.asked and not page.busy
            yield _listed(page.ways, width) if alone else _flowing(page.ways, width)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The form's own button; every other one is for the chat."""
        if event.button.has_class("send"):
            event.stop()
            blanks = [blank for blank in self.query(Blank) if blank.to_send]
            self.post_message(self.Filled(self.page.revision, {each.asked.name: each.value for each in blanks}))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next()

    def action_move(self, across: int, down: int) -> None:
        """To the nearest control in a direction; beyond the last one, to the line at the bottom."""
        here = self.screen.focused
        if here is None:
            return
        others = [each for each in self.query("*").results(Widget) if each.focusable and each is not here]
        ahead = [(distance, each) for each in others if (distance := _distance(here, each, across, down)) is not None]
        if ahead:
            min(ahead, key=lambda pair: pair[0])[1].focus()
        elif down > 0:
            self.app.query_one("#entry Input").focus()


def _distance(here: Widget, there: Widget, across: int, down: int) -> tuple[int, int] | None:
    """How far a widget lies in a direction: along it first, then aside; None if it does not lie there."""
    dx = there.region.center[0] - here.region.center[0]
    dy = there.region.y - here.region.y
    if across:
        return (round(abs(dx)), 0) if dy == 0 and dx * across > 0 else None
    return (abs(dy), round(abs(dx))) if dy * down > 0 else None


def _ticked(asked: Asked) -> list[str]:
    return [key.label for key in asked.keys if key.ticked]


def _old(page: Page, width: int) -> Iterator[Widget]:
    """What is left of a message: its question, or all that it said."""
    if page.asked:
        yield Static(Content(page.asked.prompt), classes="prompt")
    else:
        yield from _said(page, width)


def _said(page: Page, width: int) -> Iterator[Widget]:
    yield Static(Content(page.title), classes="title" + (" close" if page.rows else ""))
    if page.rows:
        yield Static(_rows(page.rows, width), classes="rows aside")
    if page.notice:
        yield Static(Content(f"! {page.notice}"), classes="alert")
    for line in page.lines:
        yield Static(Content(line), classes="busy" if page.busy else "text")


def _rows(rows: tuple[tuple[str, str], ...], width: int) -> Content:
    column = min(max(cells(label) for label, _ in rows), width // 3)
    return Content("\n".join(line for label, value in rows for line in _row(label, value, column, width)))


def _row(label: str, value: str, column: int, width: int) -> Iterator[str]:
    for name, line in zip_longest(wrap(label, column), wrap(value, width - column - 2), fillvalue=""):
        yield f"{pad(name, column)}  {line}"


def _asked(asked: Asked, width: int) -> Iterator[Widget]:
    close = " close" if asked.hint or asked.zone or asked.error else ""
    yield Static(Content(asked.prompt), classes="prompt" + close)
    asides = "\n".join(filter(None, (asked.hint, asked.zone)))
    if asides:
        yield Static(Content(asides), classes="aside" + (" close" if asked.error else ""))
    if asked.error:
        yield Static(Content(f"! {asked.error}"), classes="alert")
    for sheet in asked.sheets:
        yield Static(Content(sheet.name), classes="aside close")
        yield Vertical(*_squares(sheet), classes="sheet")
    if asked.hours:
        widest = max(cells(key.label) for key in asked.hours)
        taps = (Tap(key, Content(key.label.rjust(widest))) for key in asked.hours)
        yield ItemGrid(*taps, min_column_width=widest + 4, classes="grid")
    if asked.heading:
        yield Static(Content(asked.heading), classes="aside close")
    if asked.keys:
        yield _listed(asked.keys, width) if asked.kind is not Kind.NUMBER else _flowing(asked.keys, width)
    if asked.looks:
        yield _flowing(asked.looks, width)


def _squares(sheet: Sheet) -> Iterator[Widget]:
    yield from (Static(Content(name), classes="weekday") for name in sheet.short)
    for week in sheet.weeks:
        yield from map(_square, week)


def _square(square: Square | None) -> Widget:
    if square is None:
        return Static()
    return Tap(square.key, Content(f"{square.day}")) if square.key else Static(Content(f"{square.day}"))


def _listed(keys: tuple[Key, ...], width: int) -> Vertical:
    """Buttons below each other, with their numbers and what explains them."""
    number = max(len(key.call) for key in keys)
    return Vertical(*(Tap(key, _label(key, number, width - 2), "listed") for key in keys), classes="keys")


def _label(key: Key, number: int, width: int) -> Content:
    tick = "" if key.ticked is None else f"[{'x' if key.ticked else ' '}] "
    indent = "\n" + " " * (number + 2)
    label, detail, url = (
        indent.join(["", *wrap(text, width - number - 2)]) if text else ""
        for text in (tick + key.label, key.detail, key.url)
    )
    return Content.assemble(
        (f"{key.call.rjust(number)}  ", "dim"),
        label.removeprefix(indent),
        (detail, "dim"),
        (url, Style(dim=True, link=key.url)),
    )


def _flowing(keys: tuple[Key, ...], width: int) -> Vertical:
    """Buttons beside each other, as many as fit."""
    rows: list[list[Key]] = [[]]
    used = 0
    for key in keys:
        size = cells(key.label) + 3
        if rows[-1] and used + size > width:
            rows.append([])
            used = 0
        rows[-1].append(key)
        used += size
    return Vertical(
        *(Horizontal(*(Tap(key, Content(key.label)) for key in row), classes="row") for row in rows), classes="keys"
    )
