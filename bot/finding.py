"""Answering what a conversation reads, from the calendar or from what the program knows. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.calendar import Calendar, CalendarError, Refusal, answer
from bot.calendar.times import AHEAD
from bot.local import languages_found, zones_found
from bot.store.persons import Contact
from bot.tokens import Tokens
from conversations.calls import Book, FindInfo, FindLanguages, FindTrace, FindZones, Read
from conversations.events import Found, Reason, Refused, Unanswered
from conversations.people import OPENS, UNCONFIRMED, Appointment, State

TokensOf = Callable[[str], Awaitable[Tokens | None]]


async def find(
    call: Read, contact: Contact, calendar: Calendar, tokens_of: TokensOf, clock: Callable[[], datetime]
) -> Found | Refused | Unanswered:
    """The event that answers a read. `tokens_of` opens the tokens of an appointment, by our id."""
    try:
        match call:
            case FindLanguages():
                return Found(clock(), call, languages_found(call))
            case FindZones():
                return Found(clock(), call, zones_found(call, contact.person.locale, clock()))
            case FindInfo():
                return await _look_up(call, contact, calendar, tokens_of, clock)
            case FindTrace():
                tokens = None if isinstance(call.write, Book) else await tokens_of(call.write.appointment)
                return Found(clock(), call, await calendar.trace(call, tokens, person=contact.id))
            case _:
                return Found(clock(), call, await calendar.find(call, person=contact.id))
    except CalendarError as error:
        return answer(call, error, clock())


async def _look_up(
    call: FindInfo, contact: Contact, calendar: Calendar, tokens_of: TokensOf, clock: Callable[[], datetime]
) -> Found | Refused:
    tokens, appointment = await tokens_of(call.appointment), contact.person.appointment(call.appointment)
    if appointment is None:
        return Refused(clock(), call, Reason.TOKEN_SPENT)
    if tokens is None:  # cancelled here: nobody knows better
        return Found(clock(), call, appointment)
    try:
        facts = await calendar.find(call, tokens, person=contact.id)
    except Refusal as refusal:
        if appointment.state is State.LINKED or not _says_nothing(refusal, appointment, calendar.foretells, clock()):
            raise
        return Found(clock(), call, replace(appointment, holder=appointment.holder or "", status=UNCONFIRMED))
    return Found(clock(), call, facts.onto(appointment))


def _says_nothing(refusal: Refusal, appointment: Appointment, foretells: bool, at: datetime) -> bool:
    """Whether the appointment may stand all the same.

    A spent token is that of an appointment which was cancelled or moved, or is over. But one page of the documentation
    has it that the calendar tells of none before it can be joined, and no page says how it refuses to.
    """
    opened = foretells or at >= appointment.start - OPENS
    spent = refusal.reason is Reason.TOKEN_SPENT and opened and at < appointment.end - AHEAD
    return refusal.reason in (Reason.TOKEN_SPENT, Reason.NOT_ACCEPTED) and not spent
