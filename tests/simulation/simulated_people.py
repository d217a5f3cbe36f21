"""People who book, move, cancel, tap twice, tap what is old, tap what is another's, and lose patience.

They know nothing but what stands in their chat and in their e-mail. What must hold is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulated_chat import Message, Platform
from stories import BOOK, Story
from weather import Weather

from conversations.kinds import Kind
from conversations.screens import Answer, Button, Check, Confirm, Leave, Look, Pick, Question, Retry, Return, Screen
from sandbox.calendar import World

PAUSE = 8.0
"""Seconds that somebody thinks, on average."""

LINES = ("tomorrow at 10", "what?", "Maybe later", "é" * 300, "/nonsense", "next monday", "15:00", "no")
SERVICES = ("Account opening", "General enquiries")


@dataclass
class Guest:
    name: str
    platform: Platform
    world: World
    weather: Weather
    story: Story
    others: list[Guest]
    wishes: int
    forgets: bool = False
    done: int = 0
    begun: int = 0
    typed: set[str] = field(default_factory=set)
    doubtful: set[tuple[str, int]] = field(default_factory=set)
    confirmed: set[tuple[str, int]] = field(default_factory=set)
    over: bool = False

    def __post_init__(self) -> None:
        self.chance = self.weather.chance(self.name)

    @property
    def email(self) -> str:
        return f"{self.name}@example.com"

    async def live(self) -> None:
        await asyncio.sleep(self.chance.uniform(0, 20))
        self._writes_first()
        while not self.over and self.done < self.story.tired:
            await asyncio.sleep(self.chance.expovariate(1 / PAUSE))
            self.act()
        self.over = True

    def _writes_first(self) -> None:
        self.begun += self.story.first == BOOK
        self.writes(self.story.first)

    def act(self) -> None:
        self.done += 1
        if self.chance.random() < 0.12:
            self._plays()
            return
        message = self.conversation
        if message is None:
            self.writes(self.story.first)
        elif not message.screen.busy:
            self._goes_on(message.screen)
        elif self.chance.random() < 0.3:
            self.writes(self.chance.choice(("/start", *self.story.goals)))

    @property
    def conversation(self) -> Message | None:
        """Where it stands: a card is not it."""
        return next((each for each in reversed(self.platform.chat(self.name)) if each.screen.revision), None)

    def _goes_on(self, screen: Screen) -> None:
        means = {type(each.means): each for each in screen.buttons}
        question = screen.question(screen.focus)
        if Check in means:
            self._doubts(screen, means)
        elif Return in means and self.chance.random() < 0.7:
            self._taps(means[Return])
        elif Confirm in means and not question and self._has_confirmed(screen):
            self.writes(self.chance.choice(self.story.goals))
        elif Confirm in means and not question:
            self._taps(means[Confirm] if self.chance.random() < 0.9 else self.chance.choice(screen.buttons), eager=True)
        elif question is None and Retry in means:
            self._taps(means[Retry] if self.chance.random() < 0.8 else means[Leave])
        elif question is None:
            self._begins(screen)
        elif line := self._typed_for(question):
            self.writes(line, answers={each.name: self._typed_for(each) for each in screen.questions})
        elif buttons := list(question.choices) or list(question.looks) or list(screen.buttons):
            self._chooses(buttons)
        else:  # the message with the buttons was taken away
            self.writes("/start")

    def _has_confirmed(self, screen: Screen) -> bool:
        """Whether they have confirmed this before, see nothing come of it, and lose patience."""
        before = (screen.key, screen.revision) in self.confirmed
        self.confirmed.add((screen.key, screen.revision))
        return before and self.chance.random() < 0.5

    def _begins(self, screen: Screen) -> None:
        if self.begun >= self.wishes:
            self.over = True
            return
        self.begun += 1
        if self.forgets and self.begun == self.wishes:
            self.writes("/forget")
        elif screen.buttons and self.chance.random() < 0.3:
            self._taps(self.chance.choice(screen.buttons))
        else:
            self.writes(self.chance.choice(self.story.goals))

    def _doubts(self, screen: Screen, means: dict[type, Button]) -> None:
        """A doubt is looked into, sent again, left, or ended by the e-mail, if one has come."""
        self.doubtful.add((screen.key, screen.revision))
        links = list(self._links())
        dice = self.chance.random()
        if links and dice < 0.3:
            self.platform.does(self.name, text=f"it says {self.chance.choice(links)}")
        elif dice < 0.55:
            self._taps(means[Check])
        elif dice < 0.8:
            self._taps(means[Retry])
        elif dice < 0.9:
            self._taps(means[Leave])

    def _links(self) -> Iterator[str]:
        for mail in self.world.mail:
            if mail["email"] == self.email:
                yield from (mail["joinURL"], mail["rescheduleURL"])

    def _typed_for(self, question: Question) -> str:
        match question.kind:
            case Kind.EMAIL:
                return self.email
            case Kind.TEXT | Kind.LINES if not question.choices:
                return f"{self.name} {self.done}"
            case Kind.PHONE | Kind.NUMBER | Kind.URL if not question.choices:
                return "+56 2 1234 5678"
        return ""

    def _chooses(self, buttons: list[Button]) -> None:
        named = [each for each in buttons if str(each.label) in SERVICES]
        answers = [each for each in buttons if isinstance(each.means, Answer | Pick)]
        looks = [each for each in buttons if isinstance(each.means, Look)]
        self._taps(self.chance.choice(named or answers or looks or buttons))

    def _taps(self, button: Button, *, eager: bool = False) -> None:
        """A tap; of somebody impatient several, and from two devices."""
        for _ in range(self.chance.choice((1, 1, 2, 3)) if eager else 1):
            self.platform.does(self.name, press=button.token)

    def writes(self, line: str, **beside: Any) -> None:
        self.typed.add(line)
        self.platform.does(self.name, text=line, **beside)

    def _plays(self) -> None:
        """What nobody would expect."""
        buttons = [each for message in self.platform.chat(self.name) for each in message.screen.presses()]
        theirs = [each for other in self.others for each in other.buttons()]
        match self.chance.randrange(8):
            case 0 if buttons:
                self._taps(self.chance.choice(buttons))
            case 1 if theirs:
                self._taps(self.chance.choice(theirs))
            case 2:
                self.writes(self.chance.choice(LINES))
            case 3:
                self.platform.does(self.name, poison=True)
            case 4:
                self.platform.does(self.name, nothing=True)
            case 5 if self.platform.delivered:
                self.platform.remembers_one()
            case 6:
                self.platform.loses(self.name)
            case 7:
                self.writes(self.chance.choice(self.story.goals))

    def buttons(self) -> Iterator[Button]:
        for message in self.platform.chat(self.name):
            yield from message.screen.presses()
