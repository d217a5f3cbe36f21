"""An appointment for the person's own calendar: as a file (RFC 5545), and as links to pages that are filled in.

Pure; nothing is sent from here. The file is the person's own and leads to the appointment, as an invitation by e-mail
does. A link tells its whole text to whoever it leads to: there is no token in it, and how to join is said in words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5

from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress

from adapters import Attachment
from bot.directions import FSI, PDI
from bot.words import Words
from conversations.people import OPENS, Appointment, State
from conversations.texts import Clock, say
from conversations.zones import twice, zone_of

PRODUCT = "-//booking-bot//booking-bot//EN"
MEDIA = "text/calendar"
ALARM = timedelta(minutes=15)
"""How long before its start the calendar reminds of an appointment."""

YEARS = 2
"""Before and after an appointment's own, for which the rules of its zone are told."""

LONGEST = 300
"""Characters of a title in a link: addresses of more than some 2,000 are cut off by programs on the way."""


def invitation(appointment: Appointment, words: Words, at: datetime, *, join_url: str = "") -> Attachment:
    """The file: the same event each time, newer by its sequence if it was moved, and taken back if it was cancelled."""
    cancelled = appointment.state is not State.BOOKED
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(_event(appointment, words, at, "" if cancelled else join_url))
    zones = [_rules(each, appointment.start.year) for each in calendar.get_missing_tzids()]
    calendar.subcomponents[:0] = filter(None, zones)
    name = "cancelled-appointment.ics" if cancelled else "appointment.ics"
    return Attachment(
        name, f"{MEDIA}; method={'CANCEL' if cancelled else 'PUBLISH'}; charset=utf-8", calendar.to_ical()
    )


@lru_cache(maxsize=64)
def _rules(zone: str, year: int) -> Timezone | None:
    """When a zone changes its clocks, which takes milliseconds to find out; None for one that nobody knows.

    Programs keep the rules of a zone by its name, for the next file too: they must hold for years around it.
    """
    try:
        return Timezone.from_tzid(zone, first_date=date(year - YEARS, 1, 1), last_date=date(year + YEARS + 1, 1, 1))
    except ValueError:
        return None


def links(appointment: Appointment, words: Words) -> Mapping[str, str]:
    """Where each calendar takes an event: its name, and its page with everything filled in."""
    title, text = _title(appointment, words)[:LONGEST], _description(appointment, words, "")
    start, end = (each.astimezone(UTC) for each in (appointment.start, appointment.end))
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "startdt": _extended(start),
        "enddt": _extended(end),
        "subject": title,
        "body": text,
    }
    return {
        "Google": _link(
            "https://calendar.google.com/calendar/render",
            {
                "action": "TEMPLATE",
                "text": title,
                "dates": f"{_basic(start)}/{_basic(end)}",
                "details": text,
                "ctz": appointment.zone,
            },
        ),
        "Outlook": _link("https://outlook.live.com/calendar/0/deeplink/compose", outlook),
        "Office 365": _link("https://outlook.office.com/calendar/0/deeplink/compose", outlook),
        "Yahoo": _link(
            "https://calendar.yahoo.com/",
            {"v": "60", "title": title, "st": _basic(start), "et": _basic(end), "desc": text},
        ),
    }


_NOBODY = "invalid:nomail"  # an organiser is demanded, but none who could be written to is known


def _event(appointment: Appointment, words: Words, at: datetime, join_url: str) -> Event:
    doubled = any(twice(each, appointment.zone) for each in (appointment.start, appointment.end))
    zone = UTC if doubled else zone_of(appointment.zone)  # an hour by the clock is the first of two of its name
    organiser = vCalAddress(_NOBODY)
    organiser.params["CN"] = _plain(appointment.agent_name or appointment.service_title)
    event = Event()
    event.add("uid", str(uuid5(NAMESPACE_URL, f"booking-bot:{appointment.id}")))
    event.add("dtstamp", at.astimezone(UTC))
    event.add("sequence", appointment.sequence)
    event.add("dtstart", appointment.start.astimezone(zone))
    event.add("dtend", appointment.end.astimezone(zone))
    event.add("summary", _title(appointment, words))
    event.add("description", _description(appointment, words, join_url))
    event.add("organizer", organiser)
    event.add("transp", "OPAQUE")
    if join_url:
        event.add("url", join_url)
        event.add("location", join_url)  # where programs show it that have no place for the other
    if appointment.state is State.BOOKED:
        event.add("status", "CONFIRMED")
        event.add_component(_alarm(_title(appointment, words)))
    else:
        event.add("status", "CANCELLED")
    return event


def _alarm(title: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -ALARM)
    return alarm


def _title(appointment: Appointment, words: Words) -> str:
    service = appointment.service_title
    if appointment.agent_name:
        # Translators: the title of an appointment in a calendar: what for, and with whom
        title = say("{service} with {agent}", service=service, agent=appointment.agent_name)
        return _plain(words.say(title))
    return _plain(service) or words.say(say("Your appointment"))


def _description(appointment: Appointment, words: Words, join_url: str) -> str:
    if appointment.state is not State.BOOKED:
        return words.say(say("This appointment is cancelled."))
    opens = Clock(appointment.start - OPENS)
    how = say(
        "To join, open the chat in which you booked and choose “Join now”: it is there from {hour} on.", hour=opens
    )
    mailed = say("The e-mail that confirmed your appointment holds the link as well.")
    lines = [
        words.say(appointment.start),
        words.say(how),
        *([words.say(mailed)] if appointment.email else []),
        join_url,
    ]
    return "\n".join(filter(None, map(_plain, lines)))


def _plain(text: str) -> str:
    """In one line, without control characters. What keeps two directions apart stays, or an Arabic reader would read
    the agent before the service.
    """
    kept = (each if each in (FSI, PDI) or unicodedata.category(each)[0] != "C" else " " for each in text)
    return " ".join("".join(kept).split())


def _basic(at: datetime) -> str:
    return f"{at:%Y%m%dT%H%M%SZ}"


def _extended(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _link(page: str, parameters: Mapping[str, str]) -> str:
    return f"{page}?{urlencode(parameters, quote_via=quote)}"
