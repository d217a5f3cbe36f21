"""Answering what a conversation reads, from the calendar or from what the program knows. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime

from bot.calendar import Calendar, CalendarError, answer
from bot.local import languages_found, zones_found
from bot.tokens import Tokens
from conversations.calls import FindInfo, FindLanguages, FindZones, Read
from conversations.events import Found, Reason, Refused, Unanswered
from conversations.people import Person

TokensOf = Callable[[str], Awaitable[Tokens | None]]


async def find(
    call: Read,
    person: Person,
    calendar: Calendar,
    tokens_of: TokensOf,
    clock: Callable[[], datetime],
    *,
    whose: Hashable = None,
) -> Found | Refused | Unanswered:
    """The event that answers a read. `tokens_of` opens the tokens of an appointment, by our id.

    Under a budget those who ask, each known by `whose`, take turns.
    """
    try:
        match call:
            case FindLanguages():
                return Found(clock(), call, languages_found(call))
            case FindZones():
                return Found(clock(), call, zones_found(call, person.locale, clock()))
            case FindInfo():
                return await _look_up(call, person, calendar, tokens_of, clock, whose)
            case _:
                return Found(clock(), call, await calendar.find(call, person=whose))
    except CalendarError as error:
        return answer(call, error, clock())


async def _look_up(
    call: FindInfo,
    person: Person,
    calendar: Calendar,
    tokens_of: TokensOf,
    clock: Callable[[], datetime],
    whose: Hashable,
) -> Found | Refused:
    tokens, appointment = await tokens_of(call.appointment), person.appointment(call.appointment)
    if tokens is None or appointment is None:
        return Refused(clock(), call, Reason.TOKEN_SPENT)
    facts = await calendar.find(call, tokens, person=whose)
    return Found(clock(), call, facts.onto(appointment))
