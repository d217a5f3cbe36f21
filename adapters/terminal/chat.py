"""A chat in the terminal with real buttons, by Textual. What is said is the page's matter, style chat.tcss's."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Label

from adapters import Anchor, Attachment, Heard, Host, Json, NotTaken, Place, Who, Words
from adapters.terminal import parse as parsing
from adapters.terminal.cards import Blank, Card, Line, Tap
from adapters.terminal.cells import clean, in_a_line
from adapters.terminal.closing import ends_with
from adapters.terminal.render import UNTAKEN, Page, draw
from adapters.terminal.saving import save
from conversations.screens import Screen
from conversations.texts import say, say_in

KEPT = 40
"""How many messages can be scrolled back to."""

Drawing = Callable[["Chat"], Coroutine[Any, Any, None]]


class TextualTerminal:
    """Runs until the person leaves. Files are saved in `folder`."""

    name = "terminal"
    unasked = False  # nobody wants files on their disk that they did not ask for

    def __init__(
        self,
        *,
        user: str = "you",
        locale: str | None = None,
        zone: str | None = None,
        form: bool = False,
        folder: Path = Path(),
    ) -> None:
        self._folder = folder
        self._who = Who("terminal", "", user, locale, zone)
        self._form = form
        self._chat: Chat | None = None
        self._drawn: set[Anchor] = set()
        self._early: list[Drawing] = []

    async def run(self, host: Host) -> None:
        ends_with(sys.stdin.fileno())
        await self.chat(host).run_async()

    def chat(self, host: Host) -> Chat:
        """The app that talks to a host; what was shown already is drawn when it starts."""
        self._chat = Chat(host, self._early)
        return self._chat

    def parse(self, payload: Json, at: datetime) -> Heard | None:
        event = parsing.parse(payload, at)
        return Heard(self._who, Place("terminal", self._who.user), event) if event else None

    async def show(self, screen: Screen, _place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        """Hands the screen to the app, which draws one after the other.

        What comes without an anchor while a message stands is no turn of the conversation: that message stays as it is.
        """
        page, look = draw(screen, words, whole_form=self._form), Look(words)
        aside = below and anchor is None and bool(self._drawn)
        wrote = bool(self._chat and self._chat.answering())  # asked each time: it is about this screen, not the next
        below = below or wrote
        place = uuid4().hex if below or anchor not in self._drawn or anchor is None else anchor
        if not aside:
            self._drawn.add(place)
        self._later(lambda chat: chat.draw(page, place, look, aside))
        return place

    async def send(self, attachment: Attachment, _place: Place, words: Words) -> None:
        saved = clean(words.say(await asyncio.to_thread(save, attachment, self._folder)))
        self._later(lambda chat: chat.tell(saved))

    def _later(self, drawing: Drawing) -> None:
        if self._chat and self._chat.is_running:
            self._chat.call_later(drawing, self._chat)
        else:
            self._early.append(drawing)


class Look:
    """The chat's own few words, in the person's language."""

    def __init__(self, words: Words) -> None:
        self.entry = in_a_line(words.say(say("Type here …  (Esc leaves)")))
        self.empty = in_a_line(words.say(say("Leave it empty to skip.")))
        self.send = in_a_line(words.say(say_in("button", "Send")))
        self.untaken = clean(words.say(UNTAKEN))


class Chat(App[None]):
    """Messages above, a line to type in below."""

    TITLE = "booking-bot"
    CSS_PATH = "chat.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c,ctrl+q", "leave", show=False, priority=True),
        Binding("up", "climb", show=False),
        Binding("pageup", "scroll(-1)", show=False),
        Binding("pagedown", "scroll(1)", show=False),
    ]

    def __init__(self, host: Host, early: list[Drawing]) -> None:
        super().__init__()
        self._host, self._early = host, early
        self._cards: dict[Anchor, Card] = {}
        self._live: Card | None = None
        self._sent = ""
        self._wrote = False
        self._untaken = ""
        self._outbox: asyncio.Queue[Json] = asyncio.Queue()

    def compose(self) -> ComposeResult:
        talk = VerticalScroll(id="talk")
        talk.can_focus = False
        yield talk
        with Horizontal(id="entry"):
            yield Label("›")
            yield Input(compact=True, select_on_focus=False)

    async def on_mount(self) -> None:
        self.theme = "tokyo-night"
        self.entry.focus()
        self.run_worker(self._send_all())
        for drawing in self._early:
            await drawing(self)
        self._early.clear()
        self._send({"returned": True})

    @property
    def entry(self) -> Input:
        return self.query_one("#entry Input", Input)

    @property
    def talk(self) -> VerticalScroll:
        return self.query_one("#talk", VerticalScroll)

    def answering(self) -> bool:
        """Whether something was typed since this was asked last: its answer belongs below it, whatever it meant."""
        wrote, self._wrote = self._wrote, False
        return wrote

    async def draw(self, page: Page, anchor: Anchor, look: Look, aside: bool) -> None:
        """Draws a page in its place; as a new message, it takes the buttons of the one before."""
        self._sent = "" if not aside else self._sent
        self.entry.placeholder = look.entry
        self._untaken = look.untaken
        pressing = self.focused is not None and self.focused is not self.entry
        card = self._cards.get(anchor)
        if card is None:
            if self._live and not aside:
                await self._live.draw(self._live.page, old=True)
            card = self._cards[anchor] = Card(page, look.empty, look.send)
            await self.talk.mount(card)
        await card.draw(page)
        if not aside:
            self._live = card
            self._place_focus(card, pressing)
        await self._drop_oldest()
        self.call_after_refresh(self._reveal, card)

    async def tell(self, line: str) -> None:
        """A word that is no turn of the conversation: it stands below, and nothing else changes."""
        await self.talk.mount(Line(Content(line)))
        self.talk.scroll_end(animate=False)

    def _place_focus(self, card: Card, pressing: bool) -> None:
        """Whoever presses buttons stays at buttons, whoever types at the line, whoever fills in at the blanks."""
        blanks = list(card.query(Blank))
        wrong = next((blank for blank in blanks if blank.asked.error), None)
        if blanks:
            (wrong or blanks[0]).enter()
        elif pressing:
            first: Widget | None = next(iter(card.query(Tap)), None)
            (first or self.entry).focus(scroll_visible=False)

    def _reveal(self, card: Card) -> None:
        """The end of the talk, but never the end of a message whose beginning would be out of sight."""
        if not card.is_mounted:
            return
        if card.size.height + 1 > self.talk.size.height:
            self.talk.scroll_to_widget(card, top=True, animate=False)
        else:
            self.talk.scroll_end(animate=False)

    async def _drop_oldest(self) -> None:
        surplus = list(self.talk.children)[:-KEPT]
        if surplus:
            await self.talk.remove_children(surplus)

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        text = clean(event.value).strip()
        self.entry.clear()
        if not text:
            return
        key = self._live.page.called(text) if self._live else None
        if key:
            self._press(key.token)
            return
        await self.talk.mount(Vertical(Line(Content(text)), classes="said"))
        self.talk.scroll_end(animate=False)
        self._wrote = True
        self._send({"text": text})

    def on_button_pressed(self, event: Button.Pressed) -> None:
        if isinstance(event.button, Tap):
            self._press(event.button.key.token)

    def on_card_filled(self, event: Card.Filled) -> None:
        self._send({"fill": {"revision": event.revision, "values": dict(event.values)}})

    def _press(self, token: str) -> None:
        """A double click is one press."""
        if token != self._sent:
            self._sent = token
            self._send({"press": token})

    def _send(self, payload: Json) -> None:
        self._outbox.put_nowait(payload)

    async def _send_all(self) -> None:
        """One after the other, in the order of the person's doing."""
        while True:
            payload = await self._outbox.get()
            try:
                await self._host.receive(uuid4().hex, payload)
            except NotTaken:
                self.notify(self._untaken, severity="error", markup=False)
            finally:
                self._outbox.task_done()

    async def delivered(self) -> None:
        """Returns when all that was done has been handed over."""
        await self._outbox.join()

    async def on_event(self, event: events.Event) -> None:
        """Whoever types over a button means the line, with this key and all that come on its heels, Enter too."""
        typed = isinstance(event, events.Key) and event.is_printable and event.character != " "
        if typed and isinstance(self.focused, Tap):
            self.screen.set_focus(self.entry)
        await super().on_event(event)

    def action_climb(self) -> None:
        """From the line up to the buttons."""
        taps = list(self._live.query(Tap)) if self._live else []
        if taps:
            taps[0].focus()

    def action_scroll(self, pages: int) -> None:
        self.talk.scroll_relative(y=pages * (self.talk.size.height - 2), animate=False)

    def action_leave(self) -> None:
        """Leaves when all that was done is in safe hands, a button pressed just now included."""
        self.call_after_refresh(self._leave)

    async def _leave(self) -> None:
        await self.delivered()
        self.exit()
