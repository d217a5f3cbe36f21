"""Drawing: a session, or an appointment, as a screen. Everything that is shown is made here; nothing is changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from itertools import chain

from conversations.aside import asides
from conversations.calls import WRITES, FindLanguages, FindZones, Write
from conversations.cards import clocks, door, doors, of_clocks, rows_of, state_of
from conversations.doubt import lines
from conversations.forms import Field
from conversations.kinds import SILENT, Kind
from conversations.memory import known
from conversations.menu import CONVERSATIONS
from conversations.narrowing import View, clock, narrowed
from conversations.nearness import day, warned
from conversations.offers import SKIPPED, Choice, Offer, base36, short
from conversations.path import behind, choices, conversation, focus, in_doubt, path, picked, sought
from conversations.people import Appointment, Person
from conversations.screens import (
    CALENDARS,
    Add,
    Answer,
    Back,
    Button,
    Change,
    Check,
    Confirm,
    Leave,
    Look,
    Pick,
    Press,
    Question,
    Resume,
    Retry,
    Screen,
)
from conversations.session import Session, taken
from conversations.texts import Clock, Day, Month, Said, say, say_in
from conversations.wishes import by_month, fitting
from conversations.zones import twice, zone_of

LOOKING = say("Looking at the calendar …")
LINK_FROM_MAIL = say("A link from the e-mail")
_WEEK = 7


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
    rows = settled(session)
    if isinstance(session.waiting, WRITES):
        return replace(screen, rows=rows, lines=(conversation(session).working,), busy=True)
    doubt = in_doubt(session)
    if doubt:
        return _doubtful(session, doubt, replace(screen, rows=rows))
    if session.failed:
        again = _button(session, Retry(), say_in("button", "Try again"))
        return replace(screen, rows=rows, lines=(session.why,) if session.why else (), buttons=(again, *_ways(session)))
    if session.waiting:
        ours = isinstance(session.waiting, FindLanguages | FindZones)
        waiting = conversation(session).working if ours else LOOKING
        return replace(screen, rows=rows, lines=(waiting,), buttons=_ways(session), busy=True)
    field = focus(session)
    if field is None:
        return _summary(person, session, screen, rows)
    return _asking(person, session, field, replace(screen, rows=rows))


def _doubtful(session: Session, write: Write, screen: Screen) -> Screen:
    looking = (LOOKING,) if session.waiting else ()
    check = () if session.waiting else (_button(session, Check(), say_in("button", "Look again")),)
    return replace(
        screen,
        lines=(*lines(write, session.trace), *looking),
        buttons=(_again(session), *check, *_out(session)),
        pasted=LINK_FROM_MAIL,
        busy=bool(session.waiting),
    )


def _closing(person: Person, session: Session, screen: Screen) -> Screen:
    appointment = person.appointment(session.outcome or "")
    left = session.outcome is None and conversation(session).fields
    over = conversation(session)
    state = state_of(appointment, session.at) if appointment and not screen.notice else None
    done = over.tells(person) if over.tells else over.done or state
    said_of_clocks = of_clocks(person, appointment, session.at) if appointment else ()
    further = (door(each, CONVERSATIONS[each].about) for each in over.leads_to)
    menu = doors(person, session.at, appointment, here=_leads_back(person, session))
    return replace(
        screen,
        lines=(*(() if left or not done else (done,)), *said_of_clocks),
        rows=rows_of(person, appointment, session.at) if appointment else (),
        buttons=(*_aside(session), *_calendars(session, appointment), *further, *menu),
        over=True,
    )


def _leads_back(person: Person, session: Session) -> str:
    """The command that would only show this again: what is only told, and the one appointment that there is to show."""
    told = conversation(session)
    alone = [each.id for each in person.current(session.at)] == [session.outcome]
    return told.command if not told.fields or (told.confirm is None and alone) else ""


def _calendars(session: Session, appointment: Appointment | None) -> Iterator[Button]:
    """Links into the person's calendars."""
    for each in CALENDARS if appointment and conversation(session).leads_out else ():
        yield _button(session, Add(session.outcome or "", each), each, f"add{CALENDARS.index(each)}")


def _summary(person: Person, session: Session, screen: Screen, rows: tuple[tuple[Said, Said], ...]) -> Screen:
    changes = [
        _button(
            session,
            Change(field.name),
            field.change or say_in("button", "Change: {what}", what=field.label),
            "f" + short(field.name),
        )
        for field in path(session)
        if field.name in session.answers and field.name not in session.unasked
    ]
    confirm = _button(session, Confirm(), conversation(session).confirm or say_in("button", "Yes"))
    hours = (session.answers[each.name].value for each in path(session) if each.kind is Kind.HOUR)
    warnings = (_warned(person, session, hour) for hour in hours if isinstance(hour, datetime))
    lines = (conversation(session).summary, *chain.from_iterable(warnings))
    return replace(screen, rows=rows, lines=lines, buttons=(confirm, *changes, *_ways(session)))


def _warned(person: Person, session: Session, hour: datetime) -> Iterator[Said]:
    """What should be known of an hour before it is confirmed."""
    yield from warned(hour, session.at, person.zone)
    yield from clocks(session.at, hour, person.zone)


def _asking(person: Person, session: Session, field: Field, screen: Screen) -> Screen:
    """The question in focus; where it belongs to the form, all of the form."""
    together = [each for each in path(session) if each.part_of == field.part_of] if field.part_of else [field]
    questions = tuple(_question(person, session, each, each.name == field.name) for each in together)
    focused = next(each for each in questions if each.name == field.name)
    nothing = field.offers is not None and not focused.choices and not focused.looks
    if nothing and field.none:
        pasted = LINK_FROM_MAIL if field.pasted else ""
        return replace(screen, lines=(field.none,), buttons=tuple(_instead(person, session)), pasted=pasted)
    return replace(
        screen,
        questions=questions,
        focus=field.name,
        buttons=(*_further(session, field), *_ways(session)),
        above=_above(session, together[0]) if field.part_of else None,
    )


def _above(session: Session, first: Field) -> Button | None:
    """Back from all questions of the form at once."""
    before = behind(session, first)
    return _back_to(session, before) if before else None


def _back_to(session: Session, field: Field) -> Button:
    return _button(session, Change(field.name), say_in("button", "Back"), "f" + short(field.name))


def _instead(person: Person, session: Session) -> Iterator[Button]:
    """What can be done where there is nothing to choose. What was hardly begun need not be left."""
    yield from _ways(session) if session.answers else _aside(session)
    yield from doors(person, session.at, here="" if session.answers else session.conversation)


def _further(session: Session, field: Field) -> Iterator[Button]:
    """What can be answered besides the choices: several at once, what was answered before, nothing."""
    marked = picked(session, field)
    if field.kind is Kind.CHOICES and marked:
        yield _button(session, Answer(field.name, Choice(marked)), say_in("button", "Done"), "picked")
    answer = session.answers.get(field.name)
    if answer and session.lost.get(field.name) != answer:
        keep = say_in("button", "Keep: {answer}", answer=said(field, answer))
        yield _button(session, Answer(field.name, answer), keep, "keep")
    if field.optional and not (answer and answer.value is None):
        yield _button(session, Answer(field.name, Choice(None)), say_in("button", "Skip"), "skip")


def _question(person: Person, session: Session, field: Field, focused: bool) -> Question:
    offered = _offered(person, session, field)
    offer = session.offer if focused else None
    view = narrowed(offered, session.looking.get(field.name, ""), person.zone) if offer else View(offered)
    meant = fitting(field.kind, offered, session.wish, person.zone) if offer else ()
    # What is meant is read back before it is used: of several hours, the day and the zone stand on the screen, and of
    # more than a week's days the month with its year.
    in_full = 0 < len(meant) <= (_WEEK if field.kind is Kind.DAY else 1)
    shown = meant or (view.choices if field.kind is Kind.HOUR else offered)
    elsewhere = tuple(_elsewhere(session, field, offer)) if offer and meant else ()
    return Question(
        name=field.name,
        label=field.label,
        prompt=field.prompts(person, session) if field.prompts else field.prompt,
        kind=field.kind,
        hint=_which(len(meant) + len(elsewhere)) or _hint(person, session, field, offer),
        placeholder=field.placeholder,
        optional=field.optional,
        limits=field.limits,
        choices=tuple(_choice(person, session, field, each, in_full=in_full) for each in shown),
        looks=(*elsewhere, _others(session, field, offer))
        if offer and meant
        else tuple(_looks(session, field, offer, view)),
        hidden=tuple(_choice(person, session, field, each) for each in offered if each not in shown),
        here=offer.here if offer else "",
        searches=field.searches,
        place=field.place,
        answer=session.answers.get(field.name),
        error=session.errors.get(field.name) or _unfound(session, field, offer),
        back=_back_to(session, field) if field.part_of and not focused and field.name in session.answers else None,
    )


def _which(number: int) -> Said:
    """What is asked of those who have named a day or an hour in their own words."""
    if not number:
        return ""
    return say("Do you mean this one?") if number == 1 else say("Which of these do you mean?")


def _elsewhere(session: Session, field: Field, offer: Offer) -> Iterator[Button]:
    """The days of a wish that are in later months; whether they are free is seen there."""
    for month, days in by_month(session.wish).items() if field.kind is Kind.DAY else ():
        if month > offer.here:
            yield _look(session, field, month, days[0] if len(days) == 1 else _after(field, month))


def _others(session: Session, field: Field, offer: Offer) -> Button:
    """Back from what a wish names to all that is free."""
    if field.kind is Kind.DAY:
        return _look(session, field, offer.here, say_in("button", "Other days"))
    return _look(session, field, session.looking.get(field.name, ""), say_in("button", "Other times"))


def _hint(person: Person, session: Session, field: Field, offer: Offer | None) -> Said:
    """The question's own, or where one has been led unasked: past months in which nothing is free."""
    if offer and field.kind is Kind.HOUR and taken(session, field.name) and not offer.choices:
        return say("Nothing near it is free.")
    if field.kind is not Kind.DAY or offer is None:
        return field.hint
    if not offer.choices:
        return field.none or field.hint
    asked = session.looking.get(field.name) or f"{session.at.astimezone(zone_of(person.zone)):%Y-%m}"
    return say("Nothing is free in {month}.", month=Month(asked)) if offer.here > asked else field.hint


def _unfound(session: Session, field: Field, offer: Offer | None) -> Said:
    words = sought(session, field)
    return say("Nothing here is called “{words}”.", words=words) if words and offer and not offer.choices else ""


def _looks(session: Session, field: Field, offer: Offer | None, view: View) -> Iterator[Button]:
    """Where else one may look: neighbouring pages and months, the parts of a long day, everything after a search."""
    if offer is None:
        return
    if field.kind is Kind.HOUR:
        for group in view.groups:
            yield _look(session, field, group.word, group.label)
        if view.up is not None:
            yield _look(session, field, view.up, say_in("button", "Other times"))
    if offer.before is not None:
        yield _look(session, field, offer.before, _before(field, offer.before))
    if offer.after is not None:
        yield _look(session, field, offer.after, _after(field, offer.after))
    if sought(session, field):
        yield _look(session, field, "0", say_in("button", "Show all"))


def _look(session: Session, field: Field, word: str, label: Said) -> Button:
    return _button(session, Look(field.name, word), label, "l" + short(word))


def _before(field: Field, word: str) -> Said:
    if field.kind is Kind.DAY:
        return say_in("button", "Back to {month}", month=Month(word))
    return say_in("button", "Previous")


def _after(field: Field, word: str) -> Said:
    match field.kind:
        case Kind.DAY:
            return say_in("button", "On to {month}", month=Month(word))
        case Kind.HOUR:
            return say_in("button", "All hours of the day")
        case _:
            return say_in("button", "More")


def _choice(person: Person, session: Session, field: Field, choice: Choice, *, in_full: bool = False) -> Button:
    label = _in_full(field, choice, person.zone) if in_full else _in_brief(person, session, field, choice)
    # Questions of one form stand on one screen, and may have the same options.
    word = "c" + (short(repr((field.name, choice.value))) if field.part_of else short(choice.value))
    if choice.also:
        word += "-" + short(repr([(name, each.value) for name, each in choice.also]))
    if field.kind is Kind.CHOICES and isinstance(choice.value, str):
        chosen = choice.value in picked(session, field)
        return _button(session, Pick(field.name, choice.value), label, word, choice.detail, chosen)
    return _button(session, Answer(field.name, choice), label, word, choice.detail)


def _in_full(field: Field, choice: Choice, zone: str) -> Said:
    """A day with its year, an hour with its day and zone: what was named in other words is read back."""
    if field.kind is Kind.DAY and isinstance(choice.value, datetime):
        return choice.value.astimezone(zone_of(zone)).date()
    return said(field, choice)


def _offered(person: Person, session: Session, field: Field) -> tuple[Choice, ...]:
    """The field's choices, or what is known of the person: offered, never filled in unasked."""
    return known(person, field) or choices(person, session, field)


def _in_brief(person: Person, session: Session, field: Field, choice: Choice) -> Said:
    """The words for a button among its neighbours. A day with an hour is told by its name."""
    match field.kind, choice:
        case Kind.DAY, Choice(also=(("hour", Choice(value=datetime() as hour)),)):
            return _day_and_hour(hour, session.at, person.zone)
        case Kind.HOUR, Choice(value=datetime() as hour, also=(("day", _),)):
            return _day_and_hour(hour, session.at, person.zone)
        case Kind.HOUR, Choice(value=datetime() as hour):
            return choice.label or clock(hour, person.zone)
        case _:
            return said(field, choice)


def _day_and_hour(at: datetime, now: datetime, zone: str) -> Said:
    return at if twice(at, zone) else say_in("button", "{day}, {hour}", day=day(at, now, zone), hour=Clock(at))


def said(field: Field, choice: Choice) -> Said:
    """The words for an answer."""
    match field.kind, choice.value:
        case _, None:
            return SKIPPED.label
        case Kind.DAY, datetime():
            return Day(choice.value)
        case Kind.HOUR, datetime():
            return choice.value
        case _, tuple():
            return tuple(_option(field, each) for each in choice.value)
        case _:
            return choice.label or choice.value


def settled(session: Session) -> tuple[tuple[Said, Said], ...]:
    """What is settled so far. A day is not said twice: the hour holds it."""
    fields = [field for field in path(session) if field.name in session.answers and field.kind not in SILENT]
    timed = any(field.kind is Kind.HOUR for field in fields)
    return tuple(
        (field.label, said(field, session.answers[field.name]))
        for field in fields
        if not (field.kind is Kind.DAY and timed)
    )


def _ways(session: Session) -> tuple[Button, ...]:
    """The ways out of every screen."""
    back = (_button(session, Back(), say_in("button", "Back")),) if behind(session) else ()
    return (*back, *_out(session))


def _out(session: Session) -> tuple[Button, ...]:
    return (_button(session, Leave(), say_in("button", "Leave")), *_aside(session))


def _aside(session: Session) -> Iterator[Button]:
    """The way back to what was set aside last. Of several alike it is said which."""
    if session.aside is None:
        return
    title, known = conversation(session.aside).title, settled(session.aside)
    others = (*asides(session.aside), *(() if session.over else (session,)))
    label = say_in("button", "Go on: {title}", title=title)
    if known and any(each.conversation == session.aside.conversation for each in others):
        label = say_in("button", "Go on: {title}, {what}", title=title, what=known[0][1])
    yield _button(session, Resume(), label)


def _again(session: Session) -> Button:
    return _button(session, Retry(), say_in("button", "Send it again"))


def _button(
    session: Session, means: Press, label: Said, word: str = "", detail: str = "", chosen: bool = False
) -> Button:
    token = f"a-{session.key}-{base36(session.revision)}-{word or type(means).__name__.lower()}"
    return Button(token, label, means, detail, chosen)


def _option(field: Field, value: str) -> Said:
    """An option of the form by the organisation's word for it."""
    return next((each.label or value for each in field.options if each.value == value), value)
