"""People in the stand-in Telegram who book, move and cancel on their own, all at once. Nothing is tested here.

A `Guest` knows nothing but what stands in the chat: reads the question, presses a button or types an answer, and goes
on when something else is to be seen. Whoever starts the program that answers, and what must hold, is another's matter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from random import Random

from sandbox.telegram import World
from sandbox.telegram.chats import Button, Message
from sandbox.telegram.ledger import Request
from sandbox.telegram.people import Person

PATIENCE = 30.0
"""Seconds without anything done by the bot after which it counts as stuck."""

MOST = 2000
"""Steps after which a guest goes round in circles."""

BUSY = ("Looking at the calendar …", "Booking …", "Moving …", "Cancelling …")
CROWDED = "Many people are asking right now."
CARD = "Your appointment\n"
DOUBT = "Send it again"
NOTHING = "You have no appointment"
FURTHER, NEARER = "On to ", "Back to "
COMMANDS = {"book": "/book", "move": "/reschedule", "cancel": "/cancel"}
DONE = {"Booked. See you then!": "book", "Moved. The new hour": "move", "The appointment is cancelled.": "cancel"}
CONFIRM = ("Book it", "Move it", "Cancel the appointment")
CHOICE = re.compile(r"a-[^-]+-[^-]+-c.*")
ENDED = re.compile(r"o-.*")

Signature = tuple[str, tuple[str | None, ...]]


@dataclass(frozen=True)
class Told:
    """What a guest was told to have been done, and the instants that stood there, in seconds since 1970."""

    deed: str
    instants: tuple[int, ...]


@dataclass
class Guest:
    """`wish` is asked for the next thing to do, whenever the last one is over; None for nothing more.

    With `far`, the day is chosen a month further on.
    """

    person: Person
    name: str
    wish: Callable[[Guest], str | None]
    chance: Random
    service: str = "Account opening"
    far: bool = False
    wishes: int = 0
    steps: int = 0
    over: bool = False
    crowded: int = 0
    told: list[Told] = field(default_factory=list)
    doubts: set[Signature] = field(default_factory=set)
    _answered: Signature | None = None

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    @property
    def answers(self) -> dict[str, str]:
        """What is typed, by question. The last one is never the same twice."""
        return {
            "First name": self.name,
            "E-mail": self.email,
            "Anything we should know?": f"Wish {self.wishes} of {self.name}",
            "Would you like to say why?": "I cannot come that day.",
        }

    def begin(self) -> None:
        goal = self.wish(self)
        if goal is None:
            self.over = True
            return
        self.wishes += 1
        self.person.writes(COMMANDS[goal])

    def look(self) -> None:
        """Does what there is to do, if something new is to be seen."""
        screen = self.screen
        if screen is None or self.over or _busy(screen):
            self.crowded += bool(screen and CROWDED in screen.text)
            return
        signature = _signature(screen)
        if signature == self._answered:
            return
        self._answered = signature
        self.steps += 1
        assert self.steps < MOST, f"{self.name} goes round in circles\n{self.person.drawn()[-3000:]}"
        self._act(screen)

    @property
    def screen(self) -> Message | None:
        """Where the conversation stands: a card or a file below it is not it."""
        newest = (each for each in reversed(self.person.chat) if each.by_bot and not each.deleted)
        return next((each for each in newest if not each.file and not each.text.startswith(CARD)), None)

    def _act(self, screen: Message) -> None:
        if NOTHING in screen.text:  # it looks the same each time: something else in between shows that it came again
            self._press(screen, "Help")
        elif screen.buttons and all(ENDED.fullmatch(each.data or "") for each in screen.buttons):
            self._learn(screen)
            self.begin()
        elif DOUBT in screen.labels:
            self.doubts.add(_signature(screen))
            self._press(screen, "Leave")
        elif confirm := next((each for each in CONFIRM if each in screen.labels), None):
            self._press(screen, confirm)
        else:
            self._answer(screen, _question(screen))

    def _answer(self, screen: Message, question: str) -> None:
        if question in self.answers:
            self.person.writes(self.answers[question])
        elif "Skip" in screen.labels:
            self._press(screen, "Skip")
        elif self.service in screen.labels:
            self._press(screen, self.service)
        elif choices := [each for each in screen.buttons if CHOICE.fullmatch(each.data or "")]:
            self._choose(screen, choices)
        else:
            self._press(screen, next(each for each in ("Try again", "Back", "Leave") if each in screen.labels))

    def _choose(self, screen: Message, choices: Sequence[Button]) -> None:
        further = [each for each in screen.buttons if each.label.startswith(FURTHER)]
        if self.far and further and not any(each.startswith(NEARER) for each in screen.labels):
            choices = further
        # The soonest hours stand above the days: whoever took one would have a step less than the others.
        choices = [each for each in choices if each.label.isdecimal()] or choices
        self.person.presses(self.chance.choice(choices).data or "", message=screen)

    def _press(self, screen: Message, label: str) -> None:
        self.person.presses(label, message=screen)

    def _learn(self, screen: Message) -> None:
        instants = tuple(each["unix_time"] for each in screen.entities if each["type"] == "date_time")
        self.told += [Told(deed, instants) for words, deed in DONE.items() if words in screen.text]


def _busy(screen: Message) -> bool:
    return any(each in screen.text for each in BUSY)


def _signature(screen: Message) -> Signature:
    """Buttons carry the number of their screen: one that is drawn a second time has the same."""
    return screen.text, tuple(each.data for each in screen.buttons)


def _question(screen: Message) -> str:
    """The second of what is bold; the first is the title."""
    bold = [each for each in screen.entities if each["type"] == "bold"][1:]
    units = screen.text.encode("utf-16-le")
    return units[bold[0]["offset"] * 2 :][: bold[0]["length"] * 2].decode("utf-16-le") if bold else ""


@dataclass
class Crowd:
    """Whoever has something new before them is made to look, and nobody else: there may be hundreds."""

    world: World
    guests: dict[int, Guest] = field(default_factory=dict)
    _seen: int = 0
    _under_way: list[Request] = field(default_factory=list)

    def join(
        self, wish: Callable[[Guest], str | None], seed: int = 0, *, service: str = "Account opening", far: bool = False
    ) -> Guest:
        number = len(self.guests) + 1
        chance = Random(f"{seed} {number}")
        guest = Guest(self.world.person(), f"guest{number}", wish, chance, service, far)
        self.guests[guest.person.id] = guest
        return guest

    async def play(self, until: Callable[[], bool] | None = None) -> None:
        """Until all are over, or something else is true. Raises AssertionError with what those see who are stuck."""
        for guest in self.guests.values():
            guest.begin()
        while not (until or self._all_over)():
            try:
                await self.world.until(self._news, PATIENCE)
            except TimeoutError:
                raise AssertionError(self._stuck()) from None
            for chat in self._changed():
                self.guests[chat].look()

    def _all_over(self) -> bool:
        return all(guest.over for guest in self.guests.values())

    def _news(self) -> bool:
        """Whether something that the bot asked for has been done. What is still under way is kept in mind."""
        self._under_way += reversed(list(self._newer()))
        self._seen = max([self._seen, *(each.number for each in self._under_way)])
        return any(map(self._is_done, self._under_way))

    def _newer(self) -> Iterator[Request]:
        return takewhile(lambda each: each.number > self._seen, reversed(self.world.ledger.requests))

    def _changed(self) -> set[int]:
        done = {each.number for each in self._under_way if self._is_done(each)}
        chats = {each.chat for each in self._under_way if each.number in done}
        self._under_way = [each for each in self._under_way if each.number not in done]
        return {chat for chat in chats if chat in self.guests}

    def _is_done(self, request: Request) -> bool:
        given_up = bool(request.fault) and request.number not in self.world.ledger.under_way
        return request.committed or bool(request.status) or given_up

    def _stuck(self) -> str:
        stuck = [guest for guest in self.guests.values() if not guest.over]
        return f"{len(stuck)} are stuck, the first of them with\n{stuck[0].person.drawn()[-3000:]}"


def once(goal: str = "book") -> Callable[[Guest], str | None]:
    """One thing each."""
    return lambda guest: None if guest.wishes else goal
