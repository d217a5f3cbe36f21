"""What a person sees: questions and buttons, the same for every platform. What stands on them is drawn in `drawing.py`.

A button's token is `a-key-revision-word` (an answer: it counts only while its screen stands) or `o-command-subject` (a
door: it opens a conversation and never grows old). Both are at most 64 bytes of `A-Za-z0-9_-`: Telegram takes no more
as callback data or in `?start=`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from conversations.events import Event, Opened, Returned, Tapped
from conversations.kinds import UNLIMITED, Kind, Limits
from conversations.offers import Choice
from conversations.texts import Said


@dataclass(frozen=True, slots=True)
class Answer:
    field: str
    choice: Choice


@dataclass(frozen=True, slots=True)
class Pick:
    """Takes one option of several, or puts it back."""

    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Look:
    field: str
    word: str


@dataclass(frozen=True, slots=True)
class Change:
    field: str


@dataclass(frozen=True, slots=True)
class Open:
    command: str
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """Joins an appointment: a link, which only the program knows."""

    appointment: str


@dataclass(frozen=True, slots=True)
class Add:
    """Adds an appointment to the person's calendar at one of `CALENDARS`: a link, which only the program makes."""

    appointment: str
    calendar: str


CALENDARS = ("Google", "Outlook", "Office 365", "Yahoo")


@dataclass(frozen=True, slots=True)
class Back: ...


@dataclass(frozen=True, slots=True)
class Leave: ...


@dataclass(frozen=True, slots=True)
class Confirm: ...


@dataclass(frozen=True, slots=True)
class Retry: ...


@dataclass(frozen=True, slots=True)
class Check:
    """Looks again for a trace of a write in doubt."""


@dataclass(frozen=True, slots=True)
class Resume: ...


@dataclass(frozen=True, slots=True)
class Return:
    """Leads back to where the conversation stands, from wherever something else is shown."""


Press = Answer | Pick | Look | Change | Open | Join | Add | Back | Leave | Confirm | Retry | Check | Resume | Return

RETURN = "r"
"""The token of every button that means Return: it never grows old."""


@dataclass(frozen=True, slots=True)
class Button:
    """`token` comes back when it is pressed, and `means` is what that does. With a `url` it leads there instead."""

    token: str
    label: Said
    means: Press
    detail: str = ""
    chosen: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `here` is the page or month that `choices` show, `looks` lead to its neighbours.

    `answer` is the one that stands until another is given. `hidden` choices are not shown now, but can be typed.
    Where it asks for a `place`, one that is shared answers it too.
    Where it `searches`, a line that is not just what stands on a button is looked for: part of a name presses none.
    Where all questions of a form are asked at once, `back` leads to this one from those after it, if it is answered:
    a platform may have no room for them all in one view.
    """

    name: str
    label: Said
    prompt: Said
    kind: Kind
    hint: Said = ""
    placeholder: str = ""
    optional: bool = False
    limits: Limits = UNLIMITED
    choices: tuple[Button, ...] = ()
    looks: tuple[Button, ...] = ()
    hidden: tuple[Button, ...] = ()
    here: str = ""
    searches: bool = False
    place: bool = False
    answer: Choice | None = None
    error: Said = ""
    back: Button | None = None

    @property
    def first_hour(self) -> datetime | None:
        """One of the hours that can be chosen here, if only beside the days: their zone is to be said."""
        buttons = (*self.choices, *self.hidden)
        choices = [each.means.choice for each in buttons if isinstance(each.means, Answer)]
        if self.kind is Kind.DAY:
            choices = [brought for choice in choices for _, brought in choice.also]
        elif self.kind is not Kind.HOUR:
            choices = []
        return next((each.value for each in choices if isinstance(each.value, datetime)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """All that can be seen at one moment. `lines` say where the person stands, `rows` what is settled so far.

    `questions` are all that can be answered now, `focus` the one to ask where only one fits. Where all are asked at
    once, `above` leads back to what was asked before them, and one of the `buttons` just to the one before the focus.
    `pasted` names what can be written here though no question asks for it: where nothing is written beside, it needs an
    input. `busy` means that the calendar's answer is on its way.
    """

    key: str
    revision: int
    title: Said
    lines: tuple[Said, ...] = ()
    rows: tuple[tuple[Said, Said], ...] = ()
    notice: Said = ""
    questions: tuple[Question, ...] = ()
    focus: str | None = None
    buttons: tuple[Button, ...] = ()
    above: Button | None = None
    pasted: Said = ""
    busy: bool = False
    over: bool = False

    def question(self, name: str | None) -> Question | None:
        return next((each for each in self.questions if each.name == name), None)

    def menu(self) -> tuple[Button, ...]:
        """The buttons in their order, where only the question in focus is shown: their numbers count from 1."""
        question = self.question(self.focus)
        return (*question.choices, *question.looks, *self.buttons) if question else self.buttons

    def presses(self) -> Iterator[Button]:
        """Every button on the screen, whichever question it belongs to."""
        for question in self.questions:
            yield from question.choices
            yield from question.looks
            yield from question.hidden
        yield from self.buttons
        yield from self.ways_back()

    def ways_back(self) -> Iterator[Button]:
        """Back as a form has it that is asked as a whole: out of it, and to each of its questions."""
        yield from filter(None, (self.above, *(each.back for each in self.questions)))


def pressed(token: str, at: datetime) -> Event:
    """The event of a button's press. A token that nobody made is a tap that no screen knows."""
    if token == RETURN:
        return Returned(at)
    kind, _, rest = token.partition("-")
    if kind != "o":
        return Tapped(at, token)
    command, _, subject = rest.partition("-")
    return Opened(at, command, subject or None)
