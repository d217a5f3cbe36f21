"""Answering what a conversation reads, from the calendar or from what the program knows. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.calendar import Calendar, CalendarError, answer
from bot.local import languages_found, zones_found
from bot.store.persons import Contact
from bot.tokens import Tokens
from conversations.calls import Book, FindInfo, FindLanguages, FindTrace, FindZones, Read
from conversations.events import Found, Reason, Refused, Unanswered

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
    if tokens is None or appointment is None:
        return Refused(clock(), call, Reason.TOKEN_SPENT)
    facts = await calendar.find(call, tokens, person=contact.id)
    return Found(clock(), call, facts.onto(appointment))
