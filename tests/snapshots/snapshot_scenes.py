"""Every kind of screen, each reached by what a person does and the calendar answers. How it looks is told elsewhere.

A scene's name is that of its snapshots. Its words stand in it: what it must show, or it has missed its screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from snapshot_booth import ZONE, Booth, Sitter

from bot.steps import LOST
from chatting import NOW
from conversations.account import account
from conversations.alerts import Trouble, doubted, troubled
from conversations.calls import (
    WRITES,
    Book,
    Cancel,
    FindAgents,
    FindDays,
    FindForm,
    FindHours,
    FindInfo,
    FindNear,
    FindServices,
    Reschedule,
)
from conversations.cards import card
from conversations.drawing import show
from conversations.events import Delayed, Reason, Refused, Trace, Typed, Understood
from conversations.offers import Choice
from conversations.people import UNCONFIRMED, Appointment, Person, State
from conversations.screens import Confirm, Join, Look, Screen
from conversations.session import nothing_yet
from conversations.texts import say_in

Drawn = Sitter | Screen


@dataclass(frozen=True)
class Scene:
    """`whole` draws all questions of a form at once."""

    name: str
    play: Callable[[Booth], Drawn]
    whole: bool = False

    def screen(self, booth: Booth) -> Screen:
        drawn = self.play(booth)
        return drawn if isinstance(drawn, Screen) else drawn.screen


SCENES: list[Scene] = []


def scene(play: Callable[[Booth], Drawn]) -> Callable[[Booth], Drawn]:
    SCENES.append(Scene(play.__name__.replace("_", "-"), play))
    return play


def whole_scene(play: Callable[[Booth], Drawn]) -> Callable[[Booth], Drawn]:
    SCENES.append(Scene(play.__name__.replace("_", "-"), play, whole=True))
    return play


# How to get there


def opened(booth: Booth, command: str = "/book", person: Person | None = None) -> Sitter:
    return Sitter(booth, person).opens(command)


def at_agents(booth: Booth) -> Sitter:
    return opened(booth).taps("Account opening")


def at_days(booth: Booth, agent: str = "Agent One") -> Sitter:
    return at_agents(booth).taps(agent)


def at_hours(booth: Booth) -> Sitter:
    return at_days(booth).chooses(-1)


def at_form(booth: Booth) -> Sitter:
    return at_hours(booth).chooses(-1)


def at_summary(booth: Booth) -> Sitter:
    return filled_in(at_form(booth))


def filled_in(chat: Sitter) -> Sitter:
    return chat.types("Somebody", "somebody@example.com").taps("Skip", "Search").types("I shall be on time.")


def at_days_on_monday(booth: Booth) -> Sitter:
    """The calendar was asked the day before."""
    chat = at_agents(booth)
    chat.at = NOW + timedelta(hours=23)
    return chat.taps("Agent One")


def at_long_day(booth: Booth) -> Sitter:
    return opened(booth).taps("Quick question", "Agent Six").chooses(-1)


def at_history(booth: Booth) -> Sitter:
    chat = opened(booth).types("patient").taps("Patient history", "Agent One")
    return chat.chooses(-1).chooses(-1)


HISTORY = (
    *("Somebody", "Anybody", "somebody@example.com", "+56 2 2345 6789", "1980-05-17", "3"),
    *("https://example.com", "Nothing much.", "9", "4", "6", "Family", "Yes"),
)


def in_history(booth: Booth, answered: int) -> Sitter:
    return at_history(booth).types(*HISTORY[:answered])


def having(booth: Booth, number: int = 1, minutes: int | None = None, **changed: Any) -> Person:
    """Somebody with appointments, tomorrow and after; or in so many minutes."""
    start = NOW.replace(hour=13) + timedelta(days=1)
    appointments = tuple(
        Appointment(
            id=f"appointment{each}",
            service=booth.world.service("Account opening").id,
            service_title=("Account opening", "Tax return review")[each % 2 - 1],
            agent=booth.world.agent("One").id,
            agent_name="Agent One",
            start=start + timedelta(days=each - 1),
            end=start + timedelta(days=each - 1, minutes=30),
            zone=ZONE,
            email="somebody@example.com",
        )
        for each in range(1, number + 1)
    )
    if minutes is not None:
        soon = NOW + timedelta(minutes=minutes)
        changed |= {"start": soon, "end": soon + timedelta(minutes=30)}
    return Person(zone=ZONE, appointments=tuple(replace(each, **changed) for each in appointments))


def at_move(booth: Booth) -> Sitter:
    return opened(booth, "/reschedule", having(booth)).chooses(-1).chooses(-1)


def at_cancel(booth: Booth) -> Sitter:
    return opened(booth, "/cancel", having(booth)).types("I am ill.")


# The menu, and what is only told


@scene
def start(booth: Booth) -> Drawn:
    return opened(booth, "/start")


@scene
def start_with_an_appointment(booth: Booth) -> Drawn:
    return opened(booth, "/start", having(booth))


@scene
def help(booth: Booth) -> Drawn:
    return opened(booth, "/help")


@scene
def appointments_booked_in_another_zone(booth: Booth) -> Drawn:
    return opened(booth, "/appointments", having(booth, zone="Europe/Madrid"))


@scene
def appointments_after_the_clocks_change(booth: Booth) -> Drawn:
    return opened(booth, "/appointments", having(booth, minutes=200 * 24 * 60))


@scene
def timezone_guessed(booth: Booth) -> Drawn:
    return opened(booth, "/timezone", Person(zone=ZONE, zone_guessed=True))


@scene
def calendar(booth: Booth) -> Drawn:
    return opened(booth, "/calendar", having(booth))


@scene
def calendar_of_several(booth: Booth) -> Drawn:
    return opened(booth, "/calendar", having(booth, 2))


@scene
def privacy(booth: Booth) -> Drawn:
    return opened(booth, "/privacy")


@scene
def export(booth: Booth) -> Drawn:
    return opened(booth, "/export")


@scene
def export_done(booth: Booth) -> Drawn:
    return opened(booth, "/export").taps("Yes, write it here")


def accounted(page: int, details: int = 2) -> Callable[[Booth], Drawn]:
    """Somebody who has an appointment, is in the middle of booking, and sent three things; as pages."""

    def play(booth: Booth) -> Drawn:
        answers = {f"answer {number}": Choice("words " * 30) for number in range(details)}
        person = replace(having(booth), details=answers)
        one = person.appointments[0]
        sent = (
            Book("k-1", one.service, one.service_title, None, "", one.start, ZONE, (("1", "Somebody"),)),
            Reschedule("k-2", one.id, one.start + timedelta(days=1)),
            Cancel("k-3", one.id, "I am ill."),
        )
        session = at_summary(booth).session
        profile = (
            (say_in("row", "Platform"), "telegram"),
            (say_in("row", "Your name there"), "123456789"),
        )
        return account(person, session, profile, [(NOW, each) for each in sent], NOW)[page]

    return play


SCENES.append(Scene("account", accounted(0)))
SCENES.append(Scene("account-of-many-pages", accounted(1, details=20)))


@scene
def forget(booth: Booth) -> Drawn:
    return opened(booth, "/forget", having(booth))


@scene
def forget_done(booth: Booth) -> Drawn:
    return opened(booth, "/forget", having(booth)).taps("Yes, forget me")


@scene
def unknown_command(booth: Booth) -> Drawn:
    return opened(booth, "/start").opens("/frobnicate")


# Booking


@scene
def book_services(booth: Booth) -> Drawn:
    return opened(booth)


@scene
def book_services_last_page(booth: Booth) -> Drawn:
    return opened(booth).taps("More", "More")


@scene
def book_services_searched(booth: Booth) -> Drawn:
    return opened(booth).types("check")


@scene
def book_services_nothing_found(booth: Booth) -> Drawn:
    return opened(booth).types("submarines")


@scene
def book_agents(booth: Booth) -> Drawn:
    return at_agents(booth)


@scene
def book_days(booth: Booth) -> Drawn:
    return at_days(booth)


@scene
def book_days_from_today_on(booth: Booth) -> Drawn:
    return at_days_on_monday(booth)


@scene
def book_days_of_a_full_month_later(booth: Booth) -> Drawn:
    return at_days(booth).does(Look, -1)


@scene
def book_days_of_the_only_agent(booth: Booth) -> Drawn:
    return opened(booth).taps("Mortgage advice")


@scene
def book_days_months_skipped(booth: Booth) -> Drawn:
    return opened(booth).taps("Mortgage advice").does(Look, -1)


@scene
def book_hours(booth: Booth) -> Drawn:
    return at_hours(booth)


@scene
def book_hours_of_a_long_day(booth: Booth) -> Drawn:
    return at_long_day(booth)


@scene
def book_hours_of_a_long_day_elsewhere(booth: Booth) -> Drawn:
    return opened(booth, person=Person(zone="Asia/Tokyo")).taps("Quick question", "Agent Six").chooses(-1)


@scene
def book_hours_of_an_evening(booth: Booth) -> Drawn:
    return at_long_day(booth).does(Look, -1)


@scene
def book_hours_of_one_hour(booth: Booth) -> Drawn:
    return at_long_day(booth).does(Look, -1).does(Look, 0)


@scene
def book_day_named(booth: Booth) -> Drawn:
    return at_days(booth).types("next week")


@scene
def book_days_of_a_month_named(booth: Booth) -> Drawn:
    return at_days(booth).types("in december")


@scene
def book_night_named(booth: Booth) -> Drawn:
    return at_long_day(booth).types("friday night at 1")


@scene
def book_day_named_not_free(booth: Booth) -> Drawn:
    return at_days(booth).types("29 November at 3 pm")


@scene
def book_days_named_not_free(booth: Booth) -> Drawn:
    return at_days(booth).types("next weekend")


@scene
def book_hour_named(booth: Booth) -> Drawn:
    return at_days(booth).types("tomorrow at 3")


@scene
def book_hours_named(booth: Booth) -> Drawn:
    return at_days(booth).types("tomorrow afternoon")


@scene
def book_hour_named_not_free(booth: Booth) -> Drawn:
    return at_days(booth).types("tomorrow at 23:10")


@scene
def book_hours_named_not_free(booth: Booth) -> Drawn:
    return at_days(booth).types("tomorrow night")


@scene
def book_hour_again(booth: Booth) -> Drawn:
    return at_form(booth).taps("Back")


@scene
def book_agent_again(booth: Booth) -> Drawn:
    return at_summary(booth).taps("Change agent")


@scene
def book_form_in_turn(booth: Booth) -> Drawn:
    return at_form(booth)


@scene
def book_form_optional(booth: Booth) -> Drawn:
    return at_form(booth).types("Somebody", "somebody@example.com")


@scene
def book_form_choice(booth: Booth) -> Drawn:
    return at_form(booth).types("Somebody", "somebody@example.com").taps("Skip")


@scene
def book_form_lines(booth: Booth) -> Drawn:
    return at_form(booth).types("Somebody", "somebody@example.com").taps("Skip", "Search")


@scene
def book_form_last_time(booth: Booth) -> Drawn:
    details = {"firstname": Choice("Somebody"), "email": Choice("somebody@example.com")}
    return opened(booth, person=Person(zone=ZONE, details=details)).taps("Eye test").chooses(-1).chooses(-1)


@whole_scene
def book_form_whole(booth: Booth) -> Drawn:
    return at_form(booth)


@whole_scene
def book_form_whole_of_every_type(booth: Booth) -> Drawn:
    return at_history(booth)


@whole_scene
def book_form_whole_refused(booth: Booth) -> Drawn:
    return at_form(booth).puts_in(firstname="", email="nowhere", phone="12", comments="x" * 501)


@scene
def book_form_date(booth: Booth) -> Drawn:
    return in_history(booth, 4)


@scene
def book_form_number(booth: Booth) -> Drawn:
    return in_history(booth, 5)


@scene
def book_form_url(booth: Booth) -> Drawn:
    return in_history(booth, 6)


@scene
def book_form_nps(booth: Booth) -> Drawn:
    return in_history(booth, 8)


@scene
def book_form_several(booth: Booth) -> Drawn:
    return in_history(booth, 13)


@scene
def book_form_several_picked(booth: Booth) -> Drawn:
    return in_history(booth, 13).taps("Heart", "Sleep")


@scene
def book_summary(booth: Booth) -> Drawn:
    return at_summary(booth)


@scene
def book_summary_for_today(booth: Booth) -> Drawn:
    return filled_in(at_days_on_monday(booth).chooses_at_once(0))


@scene
def book_summary_for_tomorrow(booth: Booth) -> Drawn:
    return filled_in(at_days(booth).chooses_at_once(0))


@scene
def book_summary_of_every_type(booth: Booth) -> Drawn:
    chat = in_history(booth, 13).taps("Heart", "Sleep", "Done", "English", "Done")
    return chat.taps("Skip")


@scene
def book_done(booth: Booth) -> Drawn:
    return at_summary(booth).taps("Book it")


@scene
def book_left(booth: Booth) -> Drawn:
    return at_summary(booth).taps("Leave")


@scene
def book_nothing_to_book(booth: Booth) -> Drawn:
    with Emptied(booth, FindServices):
        return opened(booth)


@scene
def book_nobody_to_choose(booth: Booth) -> Drawn:
    with Emptied(booth, FindAgents):
        return at_agents(booth)


@scene
def book_no_free_day(booth: Booth) -> Drawn:
    with Emptied(booth, FindDays):
        return at_days(booth)


@scene
def book_no_free_hour(booth: Booth) -> Drawn:
    with Emptied(booth, FindHours):
        return at_hours(booth)


class Emptied:
    """While it lasts, the calendar offers nothing of a kind."""

    def __init__(self, booth: Booth, kind: type) -> None:
        self._booth, self._kind = booth, kind

    def __enter__(self) -> None:
        self._booth.empty = self._kind

    def __exit__(self, *_: object) -> None:
        self._booth.empty = None


# What goes wrong


def refusing(reason: Reason) -> Callable[[Booth], Drawn]:
    return lambda booth: at_summary(booth).calendar_refuses(reason).taps("Book it")


for _reason in (
    *(Reason.HOUR_TAKEN, Reason.DATE_PAST, Reason.SERVICE_GONE, Reason.FORM_CHANGED, Reason.FIELD_REFUSED),
    *(Reason.KEY_REFUSED, Reason.AWAY, Reason.NOT_ACCEPTED, Reason.BOOKED_OFTEN, Reason.MANY_COMING),
):
    SCENES.append(Scene(f"book-refused-{_reason.value.replace(' ', '-')}", refusing(_reason)))


@scene
def book_hour_taken_from_anyone(booth: Booth) -> Drawn:
    chat = at_days(booth, "Anyone").chooses(-1).chooses(-1).types("Somebody", "somebody@example.com")
    return chat.taps("Skip", "Skip", "Skip").calendar_refuses(Reason.HOUR_TAKEN).taps("Book it")


@scene
def book_hour_taken_nothing_near(booth: Booth) -> Drawn:
    with Emptied(booth, FindNear):
        return at_summary(booth).calendar_refuses(Reason.HOUR_TAKEN).taps("Book it")


@scene
def book_field_refused_by_its_limit(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_refuses(Reason.FIELD_REFUSED, "First name", 4).taps("Book it")


@scene
def book_field_refused_without_a_limit(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_refuses(Reason.FIELD_REFUSED, "First name").taps("Book it")


@scene
def book_services_unanswered(booth: Booth) -> Drawn:
    return Sitter(booth).calendar_is_silent(at=FindServices).opens("/book")


@scene
def book_services_refused(booth: Booth) -> Drawn:
    return Sitter(booth).calendar_refuses(Reason.KEY_REFUSED, at=FindServices).opens("/book")


@scene
def book_days_unanswered(booth: Booth) -> Drawn:
    return at_agents(booth).calendar_is_silent(at=FindDays).taps("Anyone")


@scene
def book_form_unanswered(booth: Booth) -> Drawn:
    return at_hours(booth).calendar_is_silent(at=FindForm).chooses(-1)


@scene
def book_busy_reading(booth: Booth) -> Drawn:
    return at_agents(booth).calendar_holds().taps("Anyone")


@scene
def book_busy_in_a_crowd(booth: Booth) -> Drawn:
    chat = at_agents(booth).calendar_holds().taps("Anyone")
    return chat.meets(Delayed(chat.at, chat.held[0]))


@scene
def book_busy_booking(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_holds().taps("Book it")


@scene
def book_busy_and_impatient(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_holds().taps("Book it").types("hello?")


@scene
def book_in_doubt(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_is_silent().taps("Book it")


@scene
def book_in_doubt_looking(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_is_silent().taps("Book it").calendar_holds().taps("Look again")


@scene
def book_in_doubt_of_an_hour_that_is_gone(booth: Booth) -> Drawn:
    booth.traces = {Book: Trace.SEEN}
    return at_summary(booth).calendar_is_silent().taps("Book it")


@scene
def book_in_doubt_too_soon(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_is_silent().taps("Book it").time_passes(20).taps("Send it again")


@scene
def book_in_doubt_left(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_is_silent().taps("Book it", "Leave")


@scene
def book_in_doubt_set_aside(booth: Booth) -> Drawn:
    return at_summary(booth).calendar_is_silent().taps("Book it").opens("/help")


@scene
def two_doubts(booth: Booth) -> Drawn:
    return _in_two_doubts(booth)


@scene
def two_doubts_and_a_third_confirmation(booth: Booth) -> Drawn:
    return _at_another_summary(_in_two_doubts(booth)).taps("Book it")


def _in_two_doubts(booth: Booth) -> Sitter:
    chat = (
        Sitter(booth, having(booth)).opens("/cancel").taps("Skip").calendar_is_silent().taps("Cancel the appointment")
    )
    return _at_another_summary(chat).calendar_is_silent(at=WRITES).taps("Book it")


def _at_another_summary(chat: Sitter) -> Sitter:
    chat.opens("/book").taps("Account opening", "Agent One").chooses(-1).chooses(-1)
    return chat.types("Somebody", "somebody@example.com").taps("Skip", "Skip", "Skip")


@scene
def old_button(booth: Booth) -> Drawn:
    return at_hours(booth).presses_old("Agent Two")


@scene
def set_aside(booth: Booth) -> Drawn:
    return at_form(booth).opens("/start")


@scene
def set_aside_behind_another(booth: Booth) -> Drawn:
    return at_form(booth).opens("/timezone")


@scene
def set_aside_too_many(booth: Booth) -> Drawn:
    chat = opened(booth, "/cancel", having(booth, 2)).chooses(0)
    return chat.opens("/reschedule").chooses(1).opens("/book").taps("Account opening").opens("/help")


@scene
def the_door_is_gone(booth: Booth) -> Drawn:
    return opened(booth).opens("/book", "nothing")


@scene
def buttons_only(booth: Booth) -> Drawn:
    return at_summary(booth).types("what?")


@scene
def the_hour_has_passed(booth: Booth) -> Drawn:
    return at_summary(booth).time_passes(40 * 24 * 3600).does(Confirm)


@scene
def thread_lost(_booth: Booth) -> Drawn:
    return show(Person(zone=ZONE), replace(nothing_yet("key"), notice=LOST))


# What was typed and could not be read


@scene
def unread_service(booth: Booth) -> Drawn:
    return at_agents(booth).types("my cousin")


@scene
def unread_several_named(booth: Booth) -> Drawn:
    return at_agents(booth).types("agent")


@scene
def unread_day(booth: Booth) -> Drawn:
    return at_days(booth).types("29 February")


@scene
def unread_hour(booth: Booth) -> Drawn:
    return at_hours(booth).types("whenever")


@scene
def unread_email(booth: Booth) -> Drawn:
    return at_form(booth).types("Somebody", "nowhere")


@scene
def unread_phone(booth: Booth) -> Drawn:
    return at_form(booth).types("Somebody", "somebody@example.com", "call me")


@scene
def unread_too_long(booth: Booth) -> Drawn:
    return at_form(booth).types("S" * 53)


@scene
def unread_date(booth: Booth) -> Drawn:
    return in_history(booth, 4).types("when I was born")


@scene
def unread_date_of_two_readings(booth: Booth) -> Drawn:
    return in_history(booth, 4).types("05/06/07")


@scene
def unread_number(booth: Booth) -> Drawn:
    return in_history(booth, 5).types("many")


@scene
def number_too_small(booth: Booth) -> Drawn:
    return in_history(booth, 5).types("0")


@scene
def number_too_large(booth: Booth) -> Drawn:
    return in_history(booth, 5).types("21")


@scene
def number_that_is_none(booth: Booth) -> Drawn:
    chat = in_history(booth, 5)
    return chat.meets(Typed(chat.at, "NaN", Understood(Choice(Decimal("NaN")))))


@scene
def answer_that_was_not_offered(booth: Booth) -> Drawn:
    chat = at_agents(booth)
    return chat.meets(Typed(chat.at, "Agent Ninety", Understood(Choice("nobody"))))


@scene
def unread_url(booth: Booth) -> Drawn:
    return in_history(booth, 6).types("somewhere")


# Appointments


@scene
def appointments_none(booth: Booth) -> Drawn:
    return opened(booth, "/appointments")


@scene
def appointments_one(booth: Booth) -> Drawn:
    booth.status = "pending"
    chat = opened(booth, "/appointments", having(booth))
    booth.status = ""
    return chat


@scene
def appointments_several(booth: Booth) -> Drawn:
    return opened(booth, "/appointments", having(booth, 3))


@scene
def appointments_to_join(booth: Booth) -> Drawn:
    return opened(booth, "/appointments", having(booth, minutes=4))


@scene
def appointments_unanswered(booth: Booth) -> Drawn:
    return Sitter(booth, having(booth)).calendar_is_silent(at=FindInfo).opens("/appointments")


@scene
def appointments_gone(booth: Booth) -> Drawn:
    return Sitter(booth, having(booth)).calendar_refuses(Reason.TOKEN_SPENT, at=FindInfo).opens("/appointments")


@scene
def appointments_left(booth: Booth) -> Drawn:
    return opened(booth, "/appointments", having(booth, 2)).taps("Leave")


def carded(status: str = "", state: State = State.BOOKED, minutes: int = 24 * 60) -> Callable[[Booth], Drawn]:
    def play(booth: Booth) -> Drawn:
        person = having(booth, status=status, state=state, minutes=minutes)
        screen = card(person, person.appointments[0], NOW)
        link = "https://example.com/?v-schedule-action=join"
        return replace(
            screen,
            buttons=tuple(replace(each, url=link) if isinstance(each.means, Join) else each for each in screen.buttons),
        )

    return play


SCENES.extend(
    (
        *(Scene(f"card-status-{each}", carded(each)) for each in ("pending", "confirmed", "unheard-of")),
        Scene("card-status-unconfirmed", carded(UNCONFIRMED)),
        Scene("card-soon", carded(minutes=4)),
        Scene("card-begun", carded("started", minutes=-10)),
        Scene("card-over", carded("finished", minutes=-45)),
        Scene("card-over-long-ago", carded(minutes=-600)),
        Scene("card-cancelled", carded(state=State.CANCELLED)),
        Scene("card-gone", carded(state=State.GONE)),
        Scene("card-gone-and-past", carded(state=State.GONE, minutes=-600)),
    )
)


# What whoever runs it is told


# Moving and cancelling


@scene
def move_which(booth: Booth) -> Drawn:
    return opened(booth, "/reschedule", having(booth, 2))


@scene
def move_days(booth: Booth) -> Drawn:
    return opened(booth, "/reschedule", having(booth))


@scene
def move_hours(booth: Booth) -> Drawn:
    return opened(booth, "/reschedule", having(booth)).chooses(-1)


@scene
def move_summary(booth: Booth) -> Drawn:
    return at_move(booth)


@scene
def move_busy(booth: Booth) -> Drawn:
    return at_move(booth).calendar_holds().taps("Move it")


@scene
def move_done(booth: Booth) -> Drawn:
    return at_move(booth).taps("Move it")


@scene
def move_hour_taken(booth: Booth) -> Drawn:
    return at_move(booth).calendar_refuses(Reason.HOUR_TAKEN).taps("Move it")


@scene
def move_spent(booth: Booth) -> Drawn:
    return at_move(booth).calendar_refuses(Reason.TOKEN_SPENT).taps("Move it")


@scene
def move_in_doubt(booth: Booth) -> Drawn:
    return at_move(booth).calendar_is_silent().taps("Move it")


@scene
def move_in_doubt_probably_moved(booth: Booth) -> Drawn:
    booth.traces = {Reschedule: Trace.SEEN}
    return at_move(booth).calendar_is_silent().taps("Move it")


@scene
def move_left(booth: Booth) -> Drawn:
    return at_move(booth).taps("Leave")


@scene
def move_none(booth: Booth) -> Drawn:
    return opened(booth, "/reschedule")


def linked(booth: Booth) -> Person:
    """Somebody who pasted a link, which the calendar has not yet been asked about."""
    person = having(booth)
    [appointment] = person.appointments
    return replace(person, appointments=(replace(appointment, state=State.LINKED),))


@scene
def link_none(booth: Booth) -> Drawn:
    return opened(booth, "/link")


@scene
def link_left(booth: Booth) -> Drawn:
    return Sitter(booth, linked(booth)).calendar_holds().opens("/link").taps("Leave")


@scene
def link_looking(booth: Booth) -> Drawn:
    return Sitter(booth, linked(booth)).calendar_holds().opens("/link")


@scene
def link_unanswered(booth: Booth) -> Drawn:
    return Sitter(booth, linked(booth)).calendar_is_silent(at=FindInfo).opens("/link")


@scene
def link_of_no_use(booth: Booth) -> Drawn:
    return Sitter(booth, linked(booth)).calendar_refuses(Reason.TOKEN_SPENT, at=FindInfo).opens("/link")


@scene
def link_not_told_of(booth: Booth) -> Drawn:
    [appointment] = linked(booth).appointments
    return card(linked(booth), appointment, NOW)


@scene
def link_to_join_alone(booth: Booth) -> Drawn:
    person = having(booth)
    [appointment] = person.appointments
    appointment = replace(appointment, changeable=False)
    return card(replace(person, appointments=(appointment,)), appointment, NOW)


@scene
def two_of_one_hour(booth: Booth) -> Drawn:
    person = having(booth)
    [one] = person.appointments
    two = (replace(one, agent_name="Agent One"), replace(one, id="other", agent_name="Agent Two"))
    return opened(booth, "/cancel", replace(person, appointments=two))


@scene
def cancel_which(booth: Booth) -> Drawn:
    return opened(booth, "/cancel", having(booth, 2))


@scene
def cancel_reason(booth: Booth) -> Drawn:
    return opened(booth, "/cancel", having(booth))


@scene
def cancel_summary(booth: Booth) -> Drawn:
    return at_cancel(booth)


@scene
def cancel_summary_of_one_of_two(booth: Booth) -> Drawn:
    return opened(booth, "/cancel", having(booth, 2)).chooses(1).taps("Skip")


@scene
def cancel_busy(booth: Booth) -> Drawn:
    return at_cancel(booth).calendar_holds().taps("Cancel the appointment")


@scene
def cancel_done(booth: Booth) -> Drawn:
    return at_cancel(booth).taps("Cancel the appointment")


@scene
def cancel_reason_refused(booth: Booth) -> Drawn:
    return at_cancel(booth).calendar_blames("reason", 1000).taps("Cancel the appointment")


@scene
def cancel_in_doubt(booth: Booth) -> Drawn:
    return at_cancel(booth).calendar_is_silent().taps("Cancel the appointment")


@scene
def cancel_in_doubt_probably_cancelled(booth: Booth) -> Drawn:
    booth.traces = {Cancel: Trace.SEEN}
    return at_cancel(booth).calendar_is_silent().taps("Cancel the appointment")


@scene
def cancel_left(booth: Booth) -> Drawn:
    return at_cancel(booth).taps("Leave")


@scene
def cancel_none(booth: Booth) -> Drawn:
    return opened(booth, "/cancel")


@scene
def cancel_cancelled_already(booth: Booth) -> Drawn:
    chat = at_cancel(booth)
    chat.person = replace(chat.person, appointments=having(booth, state=State.CANCELLED).appointments)
    return chat.does(Confirm)


@scene
def cancel_has_begun(booth: Booth) -> Drawn:
    return at_cancel(booth).time_passes(25 * 3600 + 600).does(Confirm)


def refused(chat: Sitter, appointments: tuple[Appointment, ...]) -> Sitter:
    """The calendar says that the token is spent, and by now more is known of the appointment."""
    chat.calendar_holds().does(Confirm)
    (call,) = chat.held
    chat.person = replace(chat.person, appointments=appointments)
    return chat.meets(Refused(chat.at, call, Reason.TOKEN_SPENT))


@scene
def cancel_spent_cancelled(booth: Booth) -> Drawn:
    return refused(at_cancel(booth), having(booth, state=State.CANCELLED).appointments)


@scene
def cancel_spent_begun(booth: Booth) -> Drawn:
    return refused(at_cancel(booth), having(booth, state=State.GONE, minutes=-10).appointments)


@scene
def cancel_spent_over(booth: Booth) -> Drawn:
    return refused(at_cancel(booth), having(booth, state=State.GONE, minutes=-90).appointments)


@scene
def cancel_spent_unknown(booth: Booth) -> Drawn:
    return refused(at_cancel(booth), ())


# Settings


@scene
def settings(booth: Booth) -> Drawn:
    return opened(booth, "/settings")


@scene
def language(booth: Booth) -> Drawn:
    return opened(booth, "/language")


@scene
def language_done(booth: Booth) -> Drawn:
    return opened(booth, "/language").chooses(0)


@scene
def timezone(booth: Booth) -> Drawn:
    return opened(booth, "/timezone")


@scene
def timezone_busy(booth: Booth) -> Drawn:
    return Sitter(booth).calendar_holds().opens("/timezone")


@scene
def timezone_searched(booth: Booth) -> Drawn:
    return opened(booth, "/timezone").types("argentina")


@scene
def timezone_done(booth: Booth) -> Drawn:
    return opened(booth, "/timezone").types("argentina").chooses(0)


@scene
def timezone_in_the_middle(booth: Booth) -> Drawn:
    return at_form(booth).opens("/timezone").types("argentina").chooses(0)


@scene
def settings_left(booth: Booth) -> Drawn:
    return opened(booth, "/settings").taps("Leave")


@scene
def alert_of_a_doubt(booth: Booth) -> Drawn:
    [one] = having(booth).appointments
    return doubted(Cancel("k-3", one.id, "I am ill."), one.service_title, one.start)


@scene
def alert_of_a_key(_booth: Booth) -> Drawn:
    return troubled(Trouble.KEY)


@scene
def alert_of_a_disk(_booth: Booth) -> Drawn:
    return troubled(Trouble.DISK)
