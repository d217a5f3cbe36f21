"""In every zone of the tz database, around every change of its clocks: what is shown is what is booked."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_invitations import BOOKED, by_its_own_rules, ics

from bot.reading import moment
from bot.words import Words
from conversations.kinds import Kind
from conversations.offers import Choice
from conversations.texts import Clock, Day
from conversations.wishes import fitting
from conversations.zones import beginning, twice, zone_of

ZONES = sorted(each for each in available_timezones() if not each.startswith(("posix/", "right/")))
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
SHOWN = re.compile(r"\w+, (\d+ \w+ \d{4})(?: at|,) (\d\d:\d\d) \((?:.*, )?(UTC|GMT)([+-]\d+(?::\d\d)?)?\)")
DATE_LINE = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia", "Etc/GMT+12", "Pacific/Auckland")
MIDNIGHTS = ("Africa/Cairo", "Asia/Beirut", "America/Havana", "America/Asuncion", "America/Santiago", "Atlantic/Azores")


@lru_cache(maxsize=4096)
def changes(zone: str) -> tuple[datetime, ...]:
    """The instants at which the clocks of a zone change, to the quarter of an hour."""
    rules, found, at = ZoneInfo(zone), [], BEGIN
    while at < END:
        later = at + timedelta(days=1)
        if at.astimezone(rules).utcoffset() != later.astimezone(rules).utcoffset():
            quarter = at
            while quarter.astimezone(rules).utcoffset() == at.astimezone(rules).utcoffset():
                quarter += timedelta(minutes=15)
            found.append(quarter)
        at = later
    return tuple(found)


def instants(zone: str) -> Iterator[datetime]:
    """Every half hour around each change, and some on ordinary days."""
    for change in (*changes(zone), datetime(2026, 11, 22, 12, tzinfo=UTC)):
        yield from (change + timedelta(minutes=30 * step) for step in range(-4, 5))


def told(shown: str) -> datetime:
    """The instant that a reader understands who knows nothing but what is written."""
    found = SHOWN.fullmatch(shown.replace("\u202f", " "))
    assert found, shown
    local = datetime.strptime(f"{found[1]} {found[2]}", "%d %B %Y %H:%M").replace(tzinfo=UTC)
    sign, hours, minutes = re.fullmatch(r"([+-]?)(\d*):?(\d*)", found[4] or "").groups()  # type: ignore[union-attr]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return local + offset if sign == "-" else local - offset


@pytest.mark.parametrize("part", range(8))
def test_what_is_shown_is_what_is_booked_in_every_zone(part: int) -> None:
    for zone in ZONES[part::8]:
        words = Words("en-GB", zone)
        for at in instants(zone):
            assert told(words.say(at)) == at, (zone, at)


@pytest.mark.parametrize("part", range(8))
def test_a_file_for_a_calendar_holds_what_is_booked_in_every_zone(part: int) -> None:
    """An hour that the clocks show twice is no hour by the clock there: programs take it for the first."""
    half = timedelta(minutes=30)
    for zone in ZONES[part::8]:
        for change in changes(zone)[:2]:
            for start in (change + step * half for step in (-3, -1, 0, 1, 3)):
                text = ics(replace(BOOKED, zone=zone, start=start, end=start + half))
                assert by_its_own_rules(text, zone) == start, (zone, start)


@pytest.mark.parametrize("zone", [*DATE_LINE, *MIDNIGHTS, "Australia/Lord_Howe", "Africa/Casablanca", "Europe/Dublin"])
def test_what_is_shown_can_be_typed_and_leads_back_to_it(zone: str) -> None:
    """Where the clocks show an hour twice, both are offered, and none is taken unasked."""
    words = Words("en-GB", zone)
    for at in instants(zone):
        today = at - timedelta(days=1)
        typed = f"{words.say(Day(at))} {words.local(at).year} {words.say(Clock(at))}"
        wish = moment.read(typed, words, today)
        assert wish, typed
        assert wish.days == (words.local(at).date(),)
        offered = tuple(Choice(at + timedelta(minutes=15 * step)) for step in range(-8, 9))
        found = fitting(Kind.HOUR, offered, wish, zone)
        same_day = [each for each in found if words.local(each.value).date() == words.local(at).date()]  # type: ignore[arg-type]
        assert Choice(at) in same_day
        assert (len(same_day) > 1) == twice(at, zone), (zone, at)


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_a_day_begins_on_that_day_and_not_before(zone: str, day: date) -> None:
    begins_with(day, zone)


def test_so_does_every_day_around_a_change_of_the_clocks() -> None:
    for zone in ZONES:
        for change in changes(zone):
            on = change.astimezone(ZoneInfo(zone)).date()
            for day in (on - timedelta(days=1), on, on + timedelta(days=1)):
                begins_with(day, zone)


def begins_with(day: date, zone: str) -> None:
    begins = beginning(day, zone)
    rules = zone_of(zone)
    local = begins.astimezone(rules)
    if local.date() != day:  # the whole day is left out, as on the date line in 2011
        assert local.date() > day, (zone, day)
        return
    before = (begins - timedelta(minutes=1)).astimezone(rules)
    assert before.date() <= day, (zone, day)
    if before.date() == day:  # midnight came twice: the day begins with the first
        assert twice(begins, zone) or before.hour == 23


@given(st.sampled_from(ZONES), st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)))
def test_today_is_the_person_s_today_everywhere(zone: str, at: datetime) -> None:
    at = at.replace(tzinfo=UTC)
    read = moment.read("today", Words("en", zone), at)
    assert read
    assert read.days == (at.astimezone(ZoneInfo(zone)).date(),)
