"""A file for one's own calendar is read by another library too, and a link holds what its page documents."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject  # type: ignore[import-untyped]
from dateutil import tz  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from bot.invitations import invitation, links
from bot.words import Words
from conversations.people import Appointment, State
from conversations.screens import CALENDARS

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
START = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c"
JOIN = f"https://example.com?v-schedule-action=join&v-schedule-auth={TOKEN}"
BOOKED = Appointment(
    id="k3y0fAnAppointment",
    service="s1",
    service_title="Eye test; glasses, too",
    agent="a1",
    agent_name="Agent One",
    start=START,
    end=START + timedelta(minutes=30),
    zone="America/Santiago",
    email="somebody@example.com",
)
ENGLISH = Words("en", "America/Santiago")


def ics(appointment: Appointment = BOOKED, words: Words = ENGLISH, join_url: str = JOIN, at: datetime = AT) -> str:
    return invitation(appointment, words, at, join_url=join_url).content.decode("utf-8")


def event(text: str) -> vobject.base.Component:
    return vobject.readOne(text).vevent


def test_another_library_reads_the_same_moment_title_and_state() -> None:
    read = event(ics())
    assert read.dtstart.value == START
    assert read.dtend.value == START + timedelta(minutes=30)
    assert read.summary.value == "Eye test; glasses, too with Agent One"
    assert read.status.value == "CONFIRMED"
    assert read.valarm.trigger.value == timedelta(minutes=-15)


def test_it_stands_in_the_zone_in_which_it_was_booked_wherever_it_is_read() -> None:
    text = ics(words=Words("en", "Asia/Tokyo"))
    assert "DTSTART;TZID=America/Santiago:20261124T143000" in text
    assert [each.tzid.value for each in vobject.readOne(text).vtimezone_list] == ["America/Santiago"]


def test_a_zone_that_nobody_knows_is_written_as_greenwich_s() -> None:
    text = ics(replace(BOOKED, zone="Nowhere/At_All"))
    assert "DTSTART:20261124T173000Z" in text
    assert event(text).dtstart.value == START


def test_it_is_one_event_for_good_and_newer_when_it_was_moved() -> None:
    moved = replace(BOOKED, start=START + timedelta(days=1), end=START + timedelta(days=1, minutes=30), sequence=1)
    first, second = event(ics()), event(ics(moved, at=AT + timedelta(hours=1)))
    assert first.uid.value == second.uid.value
    assert (first.sequence.value, second.sequence.value) == ("0", "1")
    assert second.dtstamp.value > first.dtstamp.value


def test_two_appointments_are_two_events_and_neither_tells_our_id() -> None:
    assert event(ics()).uid.value != event(ics(replace(BOOKED, id="another"))).uid.value
    assert BOOKED.id not in ics()


def test_a_cancelled_one_takes_the_event_back() -> None:
    file = invitation(replace(BOOKED, state=State.CANCELLED, sequence=2), ENGLISH, AT, join_url=JOIN)
    read = vobject.readOne(file.content.decode())
    assert read.method.value == "CANCEL"
    assert read.vevent.status.value == "CANCELLED"
    assert read.vevent.uid.value == event(ics()).uid.value
    assert read.vevent.sequence.value == "2"
    assert "valarm" not in read.vevent.contents
    assert "method=CANCEL" in file.media
    assert file.name == "cancelled-appointment.ics"


def test_the_file_leads_to_the_appointment_and_says_how_to_join() -> None:
    text = ics()
    assert event(text).url.value == event(text).location.value == JOIN
    said = event(text).description.value
    assert JOIN in said
    assert "choose “Join now”: it is there from 2:25 PM on." in said
    assert "The e-mail that confirmed your appointment holds the link as well." in said


def test_in_arabic_names_of_the_other_direction_are_kept_apart() -> None:
    file = invitation(BOOKED, Words("ar", "UTC"), AT, join_url=JOIN)
    title = vobject.readOne(file.content.decode()).vevent.summary.value
    assert f"\u2068{BOOKED.service_title}\u2069" in title
    assert f"\u2068{BOOKED.agent_name}\u2069" in title
    assert "\u2068" not in event(ics()).summary.value


def test_where_the_calendar_gave_no_link_to_join_there_is_none() -> None:
    assert not {"url", "location"} & event(ics(join_url="")).contents.keys()


def test_what_is_cancelled_leads_nowhere() -> None:
    assert TOKEN not in ics(replace(BOOKED, state=State.CANCELLED)).replace("\r\n ", "")


def test_lines_are_folded_and_ended_as_the_format_wants() -> None:
    content = invitation(replace(BOOKED, service_title="Ünïcode " * 40), ENGLISH, AT).content
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    assert b"\n" not in content.replace(b"\r\n", b"")


@given(st.text(max_size=200), st.text(max_size=80), st.sampled_from(["en", "es", "ar", "de"]))
def test_no_title_or_name_breaks_out_of_its_line(title: str, name: str, locale: str) -> None:
    title, name = (each.encode("utf-8", "replace").decode() for each in (title, name))
    file = invitation(replace(BOOKED, service_title=title, agent_name=name), Words(locale, "UTC"), AT, join_url=JOIN)
    ours, theirs = icalendar.Calendar.from_ical(file.content), vobject.readOne(file.content.decode())
    assert [each.name for each in ours.walk()].count("VEVENT") == 1
    assert theirs.vevent.summary.value == str(ours.walk("VEVENT")[0]["SUMMARY"])


@pytest.mark.parametrize("zone", ["America/Santiago", "Europe/Madrid", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
@pytest.mark.parametrize("month", range(1, 13))
def test_the_moment_is_the_same_in_every_season(zone: str, month: int) -> None:
    start = datetime(2027, month, 15, 9, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    text = ics(replace(BOOKED, zone=zone, start=start, end=start + timedelta(minutes=30)))
    assert by_its_own_rules(text, zone) == start


def by_its_own_rules(text: str, zone: str) -> datetime:
    """The start, by the rules of the zone that stand in the file, as a third library reads them."""
    local = re.search("BEGIN:VEVENT.*?DTSTART(?:;TZID=[^:]*)?:([0-9]{8}T[0-9]{6})(Z?)", text, re.DOTALL)
    assert local
    rules = UTC if local[2] else tz.tzical(StringIO(text.replace("\r\n", "\n"))).get(zone)
    return datetime.strptime(local[1], "%Y%m%dT%H%M%S").replace(tzinfo=rules).astimezone(UTC)


# Links


def parameters(name: str, appointment: Appointment = BOOKED) -> dict[str, str]:
    address = links(appointment, ENGLISH)[name]
    return {each: values[0] for each, values in parse_qs(urlsplit(address).query, strict_parsing=True).items()}


def test_there_is_a_link_for_each_calendar_that_has_a_button() -> None:
    assert tuple(links(BOOKED, ENGLISH)) == CALENDARS


def test_google_s_link() -> None:
    assert links(BOOKED, ENGLISH)["Google"].startswith("https://calendar.google.com/calendar/render?")
    found = parameters("Google")
    assert found["action"] == "TEMPLATE"
    assert found["text"] == "Eye test; glasses, too with Agent One"
    assert found["dates"] == "20261124T173000Z/20261124T180000Z"
    assert found["ctz"] == "America/Santiago"
    assert "Join now" in found["details"]


@pytest.mark.parametrize(("name", "host"), [("Outlook", "outlook.live.com"), ("Office 365", "outlook.office.com")])
def test_outlook_s_links(name: str, host: str) -> None:
    assert links(BOOKED, ENGLISH)[name].startswith(f"https://{host}/calendar/0/deeplink/compose?")
    found = parameters(name)
    assert (found["path"], found["rru"]) == ("/calendar/action/compose", "addevent")
    assert (found["startdt"], found["enddt"]) == ("2026-11-24T17:30:00Z", "2026-11-24T18:00:00Z")
    assert found["subject"] == "Eye test; glasses, too with Agent One"
    assert "Join now" in found["body"]


def test_yahoo_s_link() -> None:
    assert links(BOOKED, ENGLISH)["Yahoo"].startswith("https://calendar.yahoo.com/?")
    found = parameters("Yahoo")
    assert (found["v"], found["st"], found["et"]) == ("60", "20261124T173000Z", "20261124T180000Z")
    assert found["title"] == "Eye test; glasses, too with Agent One"
    assert "Join now" in found["desc"]


@given(st.text(max_size=400), st.text(max_size=80))
def test_links_hold_any_words_and_end_in_time(title: str, name: str) -> None:
    title, name = (each.encode("utf-8", "replace").decode() for each in (title, name))
    for address in links(replace(BOOKED, service_title=title, agent_name=name), ENGLISH).values():
        assert address.isascii()
        assert " " not in address
        assert parse_qs(urlsplit(address).query, strict_parsing=True)


def test_no_id_and_no_address_goes_to_anybody_else() -> None:
    for address in links(BOOKED, ENGLISH).values():
        assert BOOKED.id not in address
        assert "somebody" not in address
