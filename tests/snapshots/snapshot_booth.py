"""A chat to be drawn: the real client and reader over the stand-in's own app, in memory, at one instant for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Self

import httpx
from pydantic import SecretStr

from adapters import Who
from bot import reading
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.finding import find
from bot.store.persons import Contact
from bot.tokens import Tokens
from chatting import NOW, Chat
from conversations.calls import FindInfo, FindServices, FindTrace, Read
from conversations.events import Filled, Found, Tapped, Trace, Typed
from conversations.kinds import FormField
from conversations.offers import Offer
from conversations.people import Appointment, Person
from conversations.screens import Press
from paper_calendar import PaperCalendar
from sandbox.calendar import World, app

ZONE = "America/Santiago"
WHO = Who("terminal", "", "you")


class Booth(PaperCalendar):
    """What the real client finds at the stand-in. Writes are carried out on paper."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(clock=lambda: NOW)
        self._loop = asyncio.new_event_loop()
        self._calendar = Calendar(
            "http://calendar",
            SecretStr(self.world.api_token()),
            "https://example.com/book",
            form=forms_of(self.world.form_segments()),
            clock=lambda: NOW,
            transport=httpx.ASGITransport(app(self.world)),
        )
        self.status = ""
        self.empty: type[Read] | None = None

    def close(self) -> None:
        self._loop.run_until_complete(self._calendar.close())
        self._loop.close()

    def find(self, call: Read, person: Person, at: datetime) -> Offer | tuple[FormField, ...] | Appointment | Trace:
        if isinstance(call, FindInfo):
            held = person.appointment(call.appointment)
            assert held
            return replace(held, holder=held.agent or self.world.agent("One").id, status=self.status)
        if isinstance(call, FindTrace):  # no write was ever sent to the stand-in
            return super().find(call, person, at)
        event = self._loop.run_until_complete(
            find(call, Contact(1, "key", WHO, person), self._calendar, _no_tokens, lambda: NOW)
        )
        assert isinstance(event, Found), event
        if isinstance(event.result, Offer) and self.empty and isinstance(call, self.empty):
            return replace(
                event.result, choices=(), before=None, after=None if self.empty is FindServices else event.result.after
            )
        return event.result


async def _no_tokens(_appointment: str) -> Tokens | None:
    return None


@contextmanager
def booth() -> Iterator[Booth]:
    opened = Booth()
    try:
        yield opened
    finally:
        opened.close()


class Sitter(Chat):
    """A chat whose lines are read as the program reads them."""

    def __init__(self, calendar: Booth, person: Person | None = None) -> None:
        super().__init__(calendar, person or Person(zone=ZONE))

    def types(self, *lines: str) -> Self:
        for line in lines:
            heard = reading.hear(self.screen, line, "en", self.person.zone, self.at)
            self.meets(heard if isinstance(heard, Tapped) else Typed(self.at, line, heard))
        return self

    def puts_in(self, **values: str) -> Self:
        """Fills in the form as a whole; a choice by its token."""
        named = {f"form.{name}": value for name, value in values.items()}
        heard = reading.fill(self.screen, named, "en", self.person.zone, self.at)
        return self.meets(Filled(self.at, self.session.revision, named, heard))

    def does(self, means: type[Press], place: int = 0) -> Self:
        """Presses one of the buttons that mean something like this."""
        return self.presses([each for each in self.screen.presses() if isinstance(each.means, means)][place].token)
