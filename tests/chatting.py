"""Chats in memory: a test reads as a transcript, `chat.opens("/book").sees("What is it for?").taps("Eye test")`.

Drives `advance` and `show` as the program does, in one thread and with the test's own clock. Nothing of `bot` or
`adapters` is used: English is formatted here, and typed lines are read by a few plain rules.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Self
from zoneinfo import ZoneInfo

from conversations.calls import WRITES, Book, Call, Cancel, FindInfo, Reschedule, Write
from conversations.drawing import said, show
from conversations.engine import advance
from conversations.events import (
    Event,
    Filled,
    Found,
    Heard,
    Opened,
    Reason,
    Refused,
    Returned,
    Settled,
    Typed,
    Unanswered,
    Understood,
    Unreadable,
)
from conversations.forms import Field
from conversations.kinds import Kind
from conversations.memory import remembered
from conversations.offers import Choice
from conversations.path import choices, focus, path
from conversations.people import Appointment, Person, kept
from conversations.screens import Answer, Button, Question, Resume, Screen, pressed
from conversations.session import Session, nothing_yet
from conversations.texts import Clock, Day, Duration, Either, Interval, Month, Said, Text, There, say
from paper_calendar import PaperCalendar, gone, told

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZONE = "America/Santiago"
KEY = "k3y0fAPerson"


def spoken(words: Said) -> str:
    """The words in English, instants in Santiago's time."""
    match words:
        case Text():
            number = words.values.get("number")
            sentence = words.plural if words.plural is not None and number != 1 else words.message
            return sentence.format(**{name: spoken(value) for name, value in words.values.items()})
        case Day(at, _):
            return f"{at.astimezone(ZoneInfo(ZONE)):%Y-%m-%d}"
        case Clock(at):
            return f"{at.astimezone(ZoneInfo(ZONE)):%H:%M}"
        case Interval(start, end):
            return f"{spoken(Clock(start))}–{spoken(Clock(end))}"
        case There(at, zone):
            return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %z}"
        case Month(month):
            return month
        case Duration(minutes):
            return f"{minutes} minutes"
        case datetime():
            return f"{words.astimezone(ZoneInfo(ZONE)):%Y-%m-%d %H:%M %z}"
        case tuple():
            return ", ".join(map(spoken, words))
        case Either(options):
            return " or ".join(map(spoken, options))
        case _:
            return str(words)


def drawn(screen: Screen) -> str:
    """All that stands on a screen, the words of buttons in brackets."""
    return "\n".join(_lines(screen))


def _lines(screen: Screen) -> Iterator[str]:
    yield f"# {spoken(screen.title)}"
    if screen.notice:
        yield f"! {spoken(screen.notice)}"
    yield from map(spoken, screen.lines)
    for label, value in screen.rows:
        yield f"{spoken(label)}: {spoken(value)}"
    for question in screen.questions:
        yield from _asked(question, question.name == screen.focus)
    yield " ".join(f"[{spoken(button.label)}]" for button in screen.buttons)


def _asked(question: Question, focused: bool) -> Iterator[str]:
    yield f"{'>' if focused else ' '} {spoken(question.prompt)}"
    if question.error:
        yield f"  ! {spoken(question.error)}"
    labels = [f"[{'x ' if each.chosen else ''}{spoken(each.label)}]" for each in (*question.choices, *question.looks)]
    if labels:
        yield "  " + " ".join(labels)


def listened(person: Person, session: Session, field: Field | None, typed: str) -> Heard | None:
    """What a typed line says to a question; None where none is open."""
    if field is None or session.over or session.waiting or session.failed:
        return None
    shown = {_meant(each): spoken(each.label) for each in show(person, session).presses()}
    for choice in choices(person, session, field):
        if shown.get((field.name, choice.value, choice.also), spoken(said(field, choice))).lower() == typed.lower():
            return Understood(_several(field, choice))
    match field.kind:
        case Kind.TEXT | Kind.LINES | Kind.PHONE:
            return Understood(Choice(typed))
        case Kind.EMAIL if "@" in typed:
            return Understood(Choice(typed))
        case Kind.URL if typed.startswith("https://"):
            return Understood(Choice(typed))
        case Kind.NUMBER:
            return _number(typed)
        case Kind.DATE:
            return _date(typed)
    return _misread()


def at_once(button: Button) -> bool:
    """Whether a choice answers other questions too."""
    return isinstance(button.means, Answer) and bool(button.means.choice.also)


def _meant(button: Button) -> tuple[object, ...]:
    match button.means:
        case Answer(field=name, choice=choice):
            return name, choice.value, choice.also
    return ()


def _several(field: Field, choice: Choice) -> Choice:
    return Choice((choice.value,)) if field.kind is Kind.CHOICES and isinstance(choice.value, str) else choice


def _misread() -> Unreadable:
    return Unreadable(say("This is no answer."))


def _number(typed: str) -> Heard:
    try:
        return Understood(Choice(Decimal(typed)))
    except InvalidOperation:
        return _misread()


def _date(typed: str) -> Heard:
    try:
        return Understood(Choice(date.fromisoformat(typed)))
    except ValueError:
        return _misread()


@dataclass(frozen=True, slots=True)
class Refusal:
    """How the calendar will answer the next call of a kind: with a refusal; without a reason, not at all."""

    kind: type[Call] | tuple[type[Call], ...]
    reason: Reason | None = None
    blamed: str | None = None
    limit: int | None = None


class Chat:
    """One person's chat. The calendar answers at once, unless it was told to hold its answers back."""

    def __init__(
        self,
        calendar: PaperCalendar | None = None,
        person: Person | None = None,
        at: datetime = NOW,
    ) -> None:
        self.calendar = calendar or PaperCalendar()
        self.person = person or Person(zone=ZONE)
        self.session = nothing_yet(KEY)
        self.at = at
        self.screens: list[Screen] = []
        self.writes: list[Write] = []
        self.held: list[Call] = []
        self._holding = False
        self._refusals: deque[Refusal] = deque()

    # What the person does.

    def opens(self, command: str, subject: str | None = None) -> Self:
        return self.meets(Opened(self.at, command.removeprefix("/"), subject))

    def returns(self) -> Self:
        return self.meets(Returned(self.at))

    def taps(self, *labels: str) -> Self:
        for label in labels:
            self.presses(self.button(label).token)
        return self

    def presses(self, token: str) -> Self:
        return self.meets(pressed(token, self.at))

    def chooses(self, position: int) -> Self:
        """Taps a choice of the question in focus that answers nothing else, by its place, the last one being -1."""
        return self.presses([each for each in self._choices() if not at_once(each)][position].token)

    def chooses_at_once(self, position: int) -> Self:
        """Taps a choice that answers other questions too, by its place among such."""
        return self.presses([each for each in self._choices() if at_once(each)][position].token)

    def _choices(self) -> tuple[Button, ...]:
        question = self.screen.question(self.screen.focus)
        assert question, self.screen_text
        return question.choices

    def presses_old(self, label: str) -> Self:
        """Presses a button of the newest earlier screen that had it and is not the present one."""
        now = {button.token for button in self.screen.presses()}
        old = (each for screen in reversed(self.screens) for each in screen.presses() if each.token not in now)
        return self.presses(next(each for each in old if spoken(each.label) == label).token)

    def types(self, *lines: str) -> Self:
        for line in lines:
            heard = listened(self.person, self.session, focus(self.session), line)
            self.meets(Typed(self.at, line, heard))
        return self

    def fills(self, answers: Mapping[str, str | tuple[str, ...]], *, revision: int | None = None) -> Self:
        """Answers questions of the screen at once, by their labels."""
        names = {spoken(question.label): question.name for question in self.screen.questions}
        assert revision is not None or names.keys() >= answers.keys(), self.screen_text
        values = {names.get(label, label): value for label, value in answers.items()}
        return self.meets(Filled(self.at, revision or self.session.revision, values, dict(self._listened_to(values))))

    def _listened_to(self, values: Mapping[str, str | tuple[str, ...]]) -> Iterator[tuple[str, Heard]]:
        for field in path(self.session):
            value = values.get(field.name)
            if isinstance(value, tuple):
                picked = (each.value for each in field.options if spoken(each.label) in value)
                yield field.name, Understood(Choice(tuple(each for each in picked if isinstance(each, str))))
            elif value is not None and (heard := listened(self.person, self.session, field, value)):
                yield field.name, heard

    def back(self) -> Self:
        return self.taps("Back")

    def goes_on(self, what: str) -> Self:
        """Takes up what was set aside last."""
        [button] = [each for each in self.screen.presses() if isinstance(each.means, Resume)]
        assert spoken(button.label).startswith(f"Go on: {what}"), spoken(button.label)
        return self.presses(button.token)

    def leaves(self) -> Self:
        return self.taps("Leave")

    # What the calendar does.

    def calendar_refuses(
        self,
        reason: Reason,
        field: str | None = None,
        limit: int | None = None,
        *,
        at: type[Call] | tuple[type[Call], ...] = WRITES,
    ) -> Self:
        """The next write, or the next call of a kind, is refused; `field` is the label of the form's field to blame."""
        blamed = next((each.id for each in path(self.session) if field and spoken(each.label) == field), None)
        self._refusals.append(Refusal(at, reason, blamed, limit))
        return self

    def calendar_blames(self, blamed: str, limit: int | None = None) -> Self:
        """The next write is refused for a field, by the name or id that the calendar gives it."""
        self._refusals.append(Refusal(WRITES, Reason.FIELD_REFUSED, blamed, limit))
        return self

    def calendar_is_silent(self, *, at: type[Call] | tuple[type[Call], ...] = WRITES) -> Self:
        """The next write, or the next call of a kind, gets no answer."""
        self._refusals.append(Refusal(at))
        return self

    def calendar_holds(self) -> Self:
        """From now on answers wait in `held` until the test sends them."""
        self._holding = True
        return self

    def calendar_answers(self) -> Self:
        """Answers what was held back, in the order of asking, and from now on at once."""
        self._holding = False
        held, self.held = self.held, []
        for call in held:
            self.meets(self.answer(call))
        return self

    def time_passes(self, seconds: float) -> Self:
        self.at += timedelta(seconds=seconds)
        return self

    def meets(self, event: Event) -> Self:
        """Lets an event happen, and all that follows from it."""
        before = self.session.waiting
        self._remember(event)
        self.session = advance(self.person, self.session, event)
        if self.session.keep:
            self.person = kept(self.person, self.session.keep)
            self.session = replace(self.session, keep=None)
        self.screens.append(show(self.person, self.session))
        call = self.session.waiting
        if call is None or call == before:
            return self
        if isinstance(call, WRITES):
            self.writes.append(call)
        if self._holding:
            self.held.append(call)
            return self
        return self.meets(self.answer(call))

    def answer(self, call: Call) -> Event:
        """The calendar's answer to a call."""
        refusal = next((each for each in self._refusals if isinstance(call, each.kind)), None)
        if refusal:
            self._refusals.remove(refusal)
            if refusal.reason is None:
                return Unanswered(self.at, call)
            return self._refused(call, refusal, refusal.reason)
        if isinstance(call, WRITES):
            self.person, appointment = self.calendar.settle(call, self.person)
            return Settled(self.at, call, appointment)
        return Found(self.at, call, self.calendar.find(call, self.person, self.at))

    def _refused(self, call: Call, refusal: Refusal, reason: Reason) -> Refused:
        if reason is Reason.TOKEN_SPENT and isinstance(call, Reschedule | Cancel | FindInfo):
            self.person = gone(self.person, call.appointment)
        if reason is Reason.HOUR_TAKEN and isinstance(call, Book | Reschedule):
            self.calendar.taken.add(call.start)
        if reason is Reason.FORM_CHANGED:
            self.calendar.edition += 1
        if reason is Reason.SERVICE_GONE and not isinstance(call, Reschedule | Cancel):
            service = getattr(call, "service", "")
            self.calendar.services = tuple(each for each in self.calendar.services if each.id != service)
        return Refused(self.at, call, reason, refusal.blamed, refusal.limit)

    def _remember(self, event: Event) -> None:
        if isinstance(event, Settled) and isinstance(event.call, Book) and event.call == self.session.waiting:
            self.person = remembered(self.person, self.session)
        if isinstance(event, Found) and isinstance(event.result, Appointment):
            self.person = told(self.person, event.result)

    # What is seen.

    @property
    def screen(self) -> Screen:
        return self.screens[-1]

    @property
    def screen_text(self) -> str:
        return drawn(self.screen)

    def button(self, label: str) -> Button:
        """The button with this label; of several, one of the question in focus."""
        as_a_whole = tuple(self.screen.ways_back())  # which a chat does not show
        presses = (each for each in self.screen.presses() if each not in as_a_whole)
        found = [each for each in presses if spoken(each.label) == label]
        question = self.screen.question(self.screen.focus)
        focused = [each for each in found if question and each in question.choices]
        assert len(focused or found) == 1, f"{label!r} is not the label of one button:\n{self.screen_text}"
        return (focused or found)[0]

    def sees(self, *words: str) -> Self:
        for each in words:
            assert each in self.screen_text, f"{each!r} is not on the screen:\n{self.screen_text}"
        return self

    def sees_no(self, *words: str) -> Self:
        for each in words:
            assert each not in self.screen_text, f"{each!r} is on the screen:\n{self.screen_text}"
        return self

    def sees_notice(self, words: str) -> Self:
        assert words in spoken(self.screen.notice), f"{words!r} is not the notice:\n{self.screen_text}"
        return self

    @property
    def booked(self) -> Book:
        """The last write, which is a booking."""
        assert isinstance(self.writes[-1], Book)
        return self.writes[-1]
