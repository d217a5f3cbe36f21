"""What a person sees: a session drawn as questions and buttons. How a platform shows them is its adapter's matter.

A button's token is `a-key-revision-word` (an answer: it counts only while its screen stands) or `o-command-subject` (a
door: it opens a conversation and never grows old). Both are at most 64 bytes of `A-Za-z0-9_-`: Telegram takes no more
as callback data or in `?start=`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from conversations.calls import WRITES, Cancel, Reschedule, Write
from conversations.events import Event, Opened, Tapped
from conversations.forms import Field
from conversations.kinds import UNLIMITED, Kind, Limits
from conversations.menu import CONVERSATIONS
from conversations.offers import SKIPPED, Choice, base36, short
from conversations.path import behind, choices, conversation, focus, in_doubt, path, picked
from conversations.people import Appointment, Person, State
from conversations.session import Session
from conversations.texts import Clock, Day, Duration, Month, Said, say, say_in

PATIENCE = timedelta(seconds=60)
"""How long a write is in doubt before the person may send it again: by then no late answer is to be expected."""


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
class Back: ...


@dataclass(frozen=True, slots=True)
class Leave: ...


@dataclass(frozen=True, slots=True)
class Confirm: ...


@dataclass(frozen=True, slots=True)
class Retry: ...


@dataclass(frozen=True, slots=True)
class Resume: ...


Press = Answer | Pick | Look | Change | Open | Back | Leave | Confirm | Retry | Resume


@dataclass(frozen=True, slots=True)
class Button:
    """`token` comes back when it is pressed; `means` is what it does, and only the engine reads it."""

    token: str
    label: Said
    means: Press
    detail: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question. `here` is the page or month that `choices` show, `looks` lead to its neighbours.

    `answer` is the one that stands until another is given.
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
    here: str = ""
    answer: Choice | None = None
    error: Said = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """All that can be seen at one moment. `lines` say where the person stands, `rows` what is settled so far.

    `questions` are all that can be answered now, `focus` the one to ask where only one fits.
    `busy` means that the calendar's answer is on its way.
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
        yield from self.buttons


def pressed(token: str, at: datetime) -> Event:
    """The event of a button's press. A token that nobody made is a tap that no screen knows."""
    kind, _, rest = token.partition("-")
    if kind != "o":
        return Tapped(at, token)
    command, _, subject = rest.partition("-")
    return Opened(at, command, subject or None)


def door(command: str, label: Said, subject: str | None = None) -> Button:
    word = short(subject) if subject else None
    return Button("-".join(["o", command, *([word] if word else [])]), label, Open(command, word))


def show(person: Person, session: Session) -> Screen:
    """The screen that a session stands for. Draws everything, changes nothing."""
    screen = Screen(
        key=session.key,
        revision=session.revision,
        title=conversation(session).title,
        notice=session.notice or "",
    )
    if session.over:
        return _closing(person, session, screen)
    rows = _rows(session)
    if isinstance(session.waiting, WRITES):
        return replace(screen, rows=rows, lines=(conversation(session).working,), busy=True)
    doubt = in_doubt(session)
    if doubt:
        return replace(screen, rows=rows, lines=_doubt(doubt), buttons=(_again(session), _leave(session)))
    if session.failed:
        return replace(
            screen, rows=rows, buttons=(_button(session, Retry(), say_in("button", "Try again")), *_ways(session))
        )
    if session.waiting:
        waiting = say("Looking at the calendar …")
        return replace(screen, rows=rows, lines=(waiting,), buttons=_ways(session), busy=True)
    field = focus(session)
    if field is None:
        return _summary(session, screen, rows)
    return _asking(person, session, field, replace(screen, rows=rows))


def _closing(person: Person, session: Session, screen: Screen) -> Screen:
    appointment = person.appointment(session.outcome or "")
    resume = (_resume(session, session.aside),) if session.aside else ()
    left = session.outcome is None and conversation(session).fields
    return replace(
        screen,
        lines=() if screen.notice or left else (conversation(session).done,),
        rows=rows_of(appointment) if appointment else (),
        buttons=(*resume, *doors(person, session.at, appointment)),
        over=True,
    )


def doors(person: Person, at: datetime, appointment: Appointment | None = None) -> tuple[Button, ...]:
    """What can be begun at an instant: with this appointment, if it can still be changed, and anything else."""
    changeable = person.coming(at)
    about = appointment if appointment in changeable else None
    return tuple(
        door(each.command, each.about, about.id if about and each.subject == "appointment" else None)
        for each in CONVERSATIONS.values()
        if each.fields and (changeable or each.subject != "appointment")
    )


def rows_of(appointment: Appointment) -> tuple[tuple[Said, Said], ...]:
    """What there is to know of an appointment, as pairs of a label and a value."""
    minutes = round((appointment.end - appointment.start).total_seconds() / 60)
    rows: list[tuple[Said, Said]] = [(say_in("row", "Service"), appointment.service_title)]
    if appointment.agent_name:
        rows.append((say_in("row", "With"), appointment.agent_name))
    rows.append((say_in("row", "When"), appointment.start))
    rows.append((say_in("row", "Duration"), Duration(minutes)))
    if appointment.email and appointment.state is State.BOOKED:
        rows.append((say_in("row", "Confirmation"), say("e-mailed to {email}", email=appointment.email)))
    return tuple(rows)


def _summary(session: Session, screen: Screen, rows: tuple[tuple[Said, Said], ...]) -> Screen:
    changes = [
        _button(
            session, Change(field.name), say_in("button", "Change: {what}", what=field.label), "f" + short(field.name)
        )
        for field in path(session)
        if field.name in session.answers and field.name not in session.unasked
    ]
    confirm = _button(session, Confirm(), conversation(session).confirm)
    lines = (conversation(session).summary,)
    return replace(screen, rows=rows, lines=lines, buttons=(confirm, *changes, *_ways(session)))


def _asking(person: Person, session: Session, field: Field, screen: Screen) -> Screen:
    """The question in focus; where it belongs to the form, all of the form."""
    together = [each for each in path(session) if each.part_of == field.part_of] if field.part_of else [field]
    questions = tuple(_question(person, session, each, each.name == field.name) for each in together)
    focused = next(each for each in questions if each.name == field.name)
    nothing = field.offers is not None and not focused.choices and not focused.looks
    if nothing and field.none:
        return replace(screen, lines=(field.none,), buttons=_ways(session))
    return replace(screen, questions=questions, focus=field.name, buttons=(*_further(session, field), *_ways(session)))


def _further(session: Session, field: Field) -> Iterator[Button]:
    """What can be answered besides the choices: several at once, what was answered before, nothing."""
    if field.kind is Kind.CHOICES and session.picked:
        yield _button(session, Answer(field.name, Choice(session.picked)), say_in("button", "Done"), "picked")
    answer = session.answers.get(field.name)
    if answer and field.name not in session.errors:
        keep = say_in("button", "Keep: {answer}", answer=said(field, answer))
        yield _button(session, Answer(field.name, answer), keep, "keep")
    if field.optional and not (answer and answer.value is None):
        yield _button(session, Answer(field.name, Choice(None)), say_in("button", "Skip"), "skip")


def _question(person: Person, session: Session, field: Field, focused: bool) -> Question:
    offer = session.offer if focused else None
    looks = []
    if offer and offer.before is not None:
        looks.append(_button(session, Look(field.name, offer.before), _before(field, offer.before), f"l{offer.before}"))
    if offer and offer.after is not None:
        looks.append(_button(session, Look(field.name, offer.after), _after(field, offer.after), f"l{offer.after}"))
    return Question(
        name=field.name,
        label=field.label,
        prompt=field.prompt,
        kind=field.kind,
        hint=field.hint,
        placeholder=field.placeholder,
        optional=field.optional,
        limits=field.limits,
        choices=tuple(_choice(session, field, each) for each in _offered(person, session, field)),
        looks=tuple(looks),
        here=offer.here if offer else "",
        answer=session.answers.get(field.name),
        error=session.errors.get(field.name, ""),
    )


def _before(field: Field, word: str) -> Said:
    return (
        say_in("button", "Back to {month}", month=Month(word))
        if field.kind is Kind.DAY
        else say_in("button", "Previous")
    )


def _after(field: Field, word: str) -> Said:
    return say_in("button", "On to {month}", month=Month(word)) if field.kind is Kind.DAY else say_in("button", "More")


def _choice(session: Session, field: Field, choice: Choice) -> Button:
    label = said(field, choice, brief=True)
    # Questions of one form stand on one screen, and may have the same options.
    word = "c" + (short(repr((field.name, choice.value))) if field.part_of else short(choice.value))
    if field.kind is Kind.CHOICES and isinstance(choice.value, str):
        chosen = choice.value in picked(session, field)
        return _button(session, Pick(field.name, choice.value), label, word, choice.detail, chosen)
    return _button(session, Answer(field.name, choice), label, word, choice.detail)


def _offered(person: Person, session: Session, field: Field) -> tuple[Choice, ...]:
    """The field's choices, or what the person answered last time: offered, never filled in unasked."""
    last = person.details.get(field.name.removeprefix(f"{field.part_of}."))
    if field.part_of and field.offers is None and last and field.fits(last):
        return (last,)
    return choices(person, session, field)


def said(field: Field, choice: Choice, brief: bool = False) -> Said:
    """The words for an answer; `brief` ones are for a button among its neighbours."""
    match field.kind, choice.value:
        case _, None:
            return SKIPPED.label
        case Kind.DAY, datetime():
            return Day(choice.value)
        case Kind.HOUR, datetime():
            return Clock(choice.value) if brief else choice.value
        case _, tuple():
            return tuple(_option(field, each) for each in choice.value)
        case _:
            return choice.label or choice.value


def _rows(session: Session) -> tuple[tuple[Said, Said], ...]:
    """What is settled so far. A day is not said twice: the hour holds it."""
    fields = [field for field in path(session) if field.name in session.answers and field.kind is not Kind.FORM]
    timed = any(field.kind is Kind.HOUR for field in fields)
    return tuple(
        (field.label, said(field, session.answers[field.name]))
        for field in fields
        if not (field.kind is Kind.DAY and timed)
    )


def _ways(session: Session) -> tuple[Button, ...]:
    """The ways out of every screen."""
    back = (_button(session, Back(), say_in("button", "Back")),) if behind(session) else ()
    resume = (_resume(session, session.aside),) if session.aside else ()
    return (*back, _leave(session), *resume)


def _leave(session: Session) -> Button:
    return _button(session, Leave(), say_in("button", "Leave"))


def _resume(session: Session, aside: Session) -> Button:
    return _button(session, Resume(), say_in("button", "Go on: {title}", title=conversation(aside).title))


def _again(session: Session) -> Button:
    return _button(session, Retry(), say_in("button", "Send it again"))


def _doubt(call: Write) -> tuple[Said, ...]:
    """What is true while nobody knows whether a write arrived, and what can be done about it."""
    match call:
        case Reschedule():
            unsure = say(
                "I am not sure whether your appointment was moved: the connection broke before the answer came."
            )
        case Cancel():
            unsure = say(
                "I am not sure whether your appointment was cancelled: the connection broke before the answer came."
            )
        case _:
            unsure = say(
                "I am not sure whether your appointment was booked: the connection broke before the answer came."
            )
    return (
        unsure,
        say("Please look for an e-mail that confirms it. I will not send it a second time by myself."),
        say("If no e-mail has come after a minute, you can have it sent again."),
    )


def _button(
    session: Session, means: Press, label: Said, word: str = "", detail: str = "", chosen: bool = False
) -> Button:
    token = f"a-{session.key}-{base36(session.revision)}-{word or type(means).__name__.lower()}"
    return Button(token, label, means, detail, chosen)


def _option(field: Field, value: str) -> Said:
    """An option of the form by the organisation's word for it."""
    return next((each.label or value for each in field.options if each.value == value), value)
