"""All that is kept of a person, drawn for themselves: what /export shows. Never a token; nothing is fetched here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import assert_never

from conversations.calls import Book, Cancel, FormValue, Reschedule, Write
from conversations.cards import rows_of, state_of
from conversations.drawing import settled
from conversations.offers import Choice
from conversations.people import Appointment, Person
from conversations.screens import Screen
from conversations.session import Session
from conversations.texts import Said, say, say_in

Row = tuple[Said, Said]

PIECE = 1000
"""Characters of an answer in a row; a longer one goes on in the next row."""

ROOM = 2500
"""Characters of a screen, roughly: Slack takes 3,000 at a time, Telegram 4,096."""

SENTENCE = 60
"""What a sentence or an instant is reckoned at: its words are not known here."""


def account(
    person: Person, session: Session, profile: Iterable[Row], sent: Iterable[tuple[datetime, Write]], at: datetime
) -> tuple[Screen, ...]:
    """The screens, as many as it takes. `profile` is what the platform says, `sent` what went to the calendar, when."""
    rows = [
        *profile,
        (say_in("row", "Language"), person.locale),
        (say_in("row", "Time zone"), person.zone),
        *((name, _answer(choice)) for name, choice in person.details.items()),
        *(row for layer in _layers(session) for row in settled(layer)),
        *(row for each in person.appointments for row in _appointment(person, each, at)),
        *(row for instant, call in sent for row in _write(person, instant, call)),
    ]
    pages = list(_pages([piece for row in rows for piece in _pieces(row)]))
    return tuple(_screen(session, page, number, len(pages)) for number, page in enumerate(pages, 1))


def _screen(session: Session, rows: Sequence[Row], number: int, pages: int) -> Screen:
    whole = say("What I keep of you")
    part = say("What I keep of you, {number} of {pages}", number=number, pages=pages)
    return Screen(key=session.key, revision=0, title=part if pages > 1 else whole, rows=tuple(rows), over=True)


def _layers(session: Session) -> Iterator[Session]:
    yield session
    if session.aside:
        yield from _layers(session.aside)


def _answer(choice: Choice) -> Said:
    return choice.label or choice.value or ""


def _appointment(person: Person, appointment: Appointment, at: datetime) -> Iterator[Row]:
    yield from rows_of(person, appointment, at)
    yield say_in("row", "State"), state_of(appointment, at)


def _write(person: Person, instant: datetime, call: Write) -> Iterator[Row]:
    match call:
        case Book(form=form):
            what = say("{service}, {when}", service=call.service_title, when=call.start)
            yield instant, say("Sent to be booked: {what}", what=what)
            yield from ((say_in("row", "Answer"), piece) for _, value in form for piece in _words(value))
        case Reschedule():
            yield (
                instant,
                say("Sent to be moved to {when}: {what}", when=call.start, what=_of(person, call.appointment)),
            )
        case Cancel():
            yield instant, say("Sent to be cancelled: {what}", what=_of(person, call.appointment))
            yield from ((say_in("row", "Reason"), reason) for reason in (call.reason,) if reason)
        case _:
            assert_never(call)


def _words(value: FormValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)


def _of(person: Person, id: str) -> Said:
    known = person.appointment(id)
    return say("{service}, {when}", service=known.service_title, when=known.start) if known else id


def _pieces(row: Row) -> Iterator[Row]:
    """A row, cut so that each piece of it fits on a screen."""
    label, value = row
    yield from ((label, piece) for piece in _cut(value))


def _cut(said: Said) -> Iterator[Said]:
    match said:
        case str() if len(said) > PIECE:
            yield from (said[start : start + PIECE] for start in range(0, len(said), PIECE))
        case tuple() if _size(said) > PIECE:
            for each in said:
                yield from _cut(each)
        case _:
            yield said


def _pages(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    page: list[Row] = []
    for row in rows:
        if page and sum(map(_size, [*page, row])) > ROOM:
            yield page
            page = []
        page.append(row)
    yield page


def _size(said: Said | Row) -> int:
    match said:
        case str():
            return len(said)
        case tuple():
            return sum(map(_size, said))
        case _:
            return SENTENCE
