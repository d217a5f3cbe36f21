"""Choosing what, with whom and when: found by name, soonest, on long and odd days, and near an hour that was taken."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from test_reschedule import appointment, chat_with

from chatting import NOW, ZONE, Chat, at_once, spoken
from conversations.calls import Book, FindAgents, FindDays, FindHours, FindNear, FindServices
from conversations.events import Found, Reason, Typed, Understood
from conversations.narrowing import MANY, narrowed
from conversations.offers import ANYONE, Choice, Offer
from conversations.people import Person
from conversations.screens import Answer, Question
from dialogs import answered, chosen
from paper_calendar import LONG_DAYS, MANY_CLOCKS, MANY_SERVICES, PaperCalendar, Service

SUMMARY = "Shall I book this?"


def of_many() -> Chat:
    return Chat(PaperCalendar(services=MANY_SERVICES))


def question(chat: Chat) -> Question:
    shown = chat.screen.question(chat.screen.focus)
    assert shown, chat.screen_text
    return shown


def labels(chat: Chat) -> list[str]:
    return [spoken(each.label) for each in question(chat).choices]


def to_the_summary(chat: Chat, *, agent: str = "Anyone") -> Chat:
    answered(chosen(chat, agent=agent))
    return chat


# Services.


def test_every_service_stands_on_some_page() -> None:
    chat = of_many().opens("/book")
    seen = labels(chat)
    while "[More]" in chat.screen_text:
        seen += labels(chat.taps("More"))
    assert seen == [service.title for service in MANY_SERVICES]
    assert len(seen) == 23


def test_a_part_of_a_name_finds_all_that_have_it_on_any_page() -> None:
    chat = of_many().opens("/book").types("ey")
    assert labels(chat) == ["Eye test", "Eye surgery"]
    chat.sees("[Show all]").sees_no("[More]").taps("Eye surgery").sees("Which day suits you?")


def test_only_one_found_by_a_part_of_its_name_is_not_taken_unasked() -> None:
    chat = of_many().opens("/book").types("physio")
    assert labels(chat) == ["Physiotherapy"]
    chat.sees("What is it for?").chooses(0).sees("Service: Physiotherapy")


def test_an_exact_name_from_another_page_is_an_answer() -> None:
    chat = of_many().opens("/book").types("dental hygiene").sees("Service: Dental hygiene", "Which day suits you?")
    chat.back().sees("Keep: Dental hygiene", "[Account opening]").sees_no("[Show all]")


def test_what_is_not_found_is_said_and_all_can_be_shown_again() -> None:
    chat = of_many().opens("/book").types("dancing lessons").sees("Nothing here is called “dancing lessons”.")
    assert labels(chat) == []
    chat.taps("Show all").sees("[Account opening]", "[More]").sees_no("Nothing here is called", "[Show all]")


def test_one_search_can_follow_another() -> None:
    chat = of_many().opens("/book").types("dancing", "loan", "e").sees("[More]")
    chat.taps("More").sees("[Previous]", "[Show all]").taps("Previous", "More")
    assert all("e" in label.lower() for label in labels(chat))


def test_words_are_looked_for_without_the_space_around_them_and_not_endlessly() -> None:
    chat = of_many().opens("/book").types("  eye \n  test ").sees("Service: Eye test")
    chat.opens("/book").types("x" * 3000)
    assert isinstance(chat.session.offer, Offer)
    assert chat.session.offer.call == FindServices(search="x" * 60)


@pytest.mark.parametrize("line", ["", "   ", "\n"])
def test_no_words_look_for_nothing(line: str) -> None:
    chat = of_many().opens("/book")
    chat.types(line).sees("This is no answer.", "[Account opening]").sees_no("[Show all]")


def test_what_was_said_of_a_line_is_gone_with_the_page_it_was_typed_at() -> None:
    of_many().opens("/book").types("").sees("This is no answer.").taps("More").sees_no("This is no answer.")


def test_a_service_on_a_later_page_has_a_door() -> None:
    chat = of_many().opens("/book", "s22").sees("Service: Investment review", "Which day suits you?")
    assert chat.session.wanted is None


def test_a_door_to_a_service_that_is_gone_shows_all_and_takes_none_in_its_place() -> None:
    chat = Chat(PaperCalendar(services=MANY_SERVICES[:1])).opens("/book", "s22").sees_notice("not there any more")
    chat.sees("[Account opening]").returns().sees("What is it for?")
    assert isinstance(chat.session.offer, Offer)
    assert chat.session.offer.call == FindServices()


# Agents.


@pytest.mark.parametrize(
    ("agents", "automatic", "asked"),
    [((), True, False), (("a1", "a2"), False, True), (("a1",), False, False)],
)
def test_whom_is_asked_only_where_there_is_a_choice(agents: tuple[str, ...], automatic: bool, asked: bool) -> None:
    service = Service("s1", "Account opening", agents, automatic)
    chat = Chat(PaperCalendar(services=(service,))).opens("/book").taps("Account opening")
    chat.sees("With whom?") if asked else chat.sees("Which day suits you?")


def test_without_anybody_to_choose_one_can_go_back() -> None:
    chat = Chat().calendar_holds().opens("/book").calendar_answers().calendar_holds().taps("Account opening")
    [asked] = chat.held
    chat.held.clear()
    chat.meets(Found(NOW, asked, Offer(asked, ()))).sees("Nobody can be chosen for this service at the moment.")
    chat.calendar_answers().back().taps("Eye test").sees("Which day suits you?")
    assert asked == FindAgents("s1")


# Days.


def test_the_soonest_hours_are_one_tap_each() -> None:
    chat = chosen_service("Account opening").sees(
        "[2026-11-24, 10:00] [2026-11-24, 10:30] [2026-11-24, 15:00] [2026-11-24]"
    )
    chat.chooses_at_once(1).sees("When: 2026-11-24 10:30", "First name").sees_no("Day: ")
    answered(chat).taps("Book it").sees("Booked.")
    assert chat.booked.start == datetime(2026, 11, 24, 13, 30, tzinfo=UTC)


def chosen_service(title: str) -> Chat:
    chat = Chat().opens("/book").taps(title)
    return chat.taps("Anyone") if "With whom?" in chat.screen_text else chat


def test_after_one_of_the_soonest_the_other_hours_of_its_day_are_one_step_back() -> None:
    chat = (
        chosen_service("Eye test").chooses_at_once(0).back().sees("At what time?", "Keep: 2026-11-24 10:00", "[18:30]")
    )
    chat.taps("18:30").sees("When: 2026-11-24 18:30").back().back().sees("Which day suits you?", "Keep: 2026-11-24")


def test_after_one_of_the_soonest_another_day_asks_for_its_hour() -> None:
    chat = chosen_service("Eye test").chooses_at_once(0).back().back().taps("2026-11-28").sees("At what time?")
    chat.sees_no("Keep", "When: ").taps("15:00").sees("When: 2026-11-28 15:00")


def test_another_of_the_soonest_moves_day_and_hour_at_once() -> None:
    chat = answered(chosen_service("Eye test").chooses_at_once(0)).taps("Change day").chooses_at_once(2)
    chat.sees(SUMMARY, "When: 2026-11-24 15:00")


def test_the_soonest_are_offered_where_the_days_are_and_not_in_later_months() -> None:
    chat = chosen_service("Eye test").taps("On to 2026-12")
    assert not any(map(at_once, question(chat).choices))


def test_a_typed_answer_that_was_not_offered_brings_nothing_with_it() -> None:
    chat = chosen_service("Eye test")
    day = question(chat).choices[-1].means
    assert isinstance(day, Answer)
    forged = replace(day.choice, also=(("hour", Choice(NOW + timedelta(days=9))),))
    chat.meets(Typed(NOW, "then", Understood(forged))).sees("This cannot be an answer here.").sees_no("When: ")


def test_months_without_a_free_day_are_skipped_and_that_is_said() -> None:
    full = {"2026-11", "2026-12", "2027-01"}
    chat = Chat(PaperCalendar(full_months=full)).opens("/book").taps("Eye test")
    chat.sees("[2027-02-04]", "On to 2027-03")
    assert spoken(question(chat).hint) == "Nothing is free in 2026-11."
    chat.chooses(0).chooses(0).sees("When: 2027-02-04")


def test_a_month_that_was_looked_at_and_is_full_is_said_to_be() -> None:
    chat = Chat(PaperCalendar(full_months={"2026-12"})).opens("/book").taps("Eye test")
    assert not question(chat).hint
    chat.taps("On to 2026-12").sees("[2027-01-04]", "Back to 2026-11")
    assert spoken(question(chat).hint) == "Nothing is free in 2026-12."


def test_where_half_a_year_is_full_that_is_said_and_one_can_look_further() -> None:
    full = {"2026-11", "2026-12", *(f"2027-{month:02}" for month in range(1, 6))}
    chat = Chat(PaperCalendar(full_months=full)).opens("/book").taps("Eye test").sees("On to 2026-12", "[Back]")
    assert spoken(question(chat).hint) == "No free day was found in these months."
    chat.taps("On to 2026-12").sees("[2027-06-04]")


# Long days.


def long_day() -> Chat:
    chat = Chat(PaperCalendar(services=MANY_SERVICES)).opens("/book", LONG_DAYS).taps("Anyone").chooses(0)
    assert isinstance(chat.session.offer, Offer)
    assert len(chat.session.offer.choices) == 156
    return chat


def test_a_long_day_is_asked_by_its_parts_with_counts() -> None:
    chat = long_day().sees("[Morning (24)] [Afternoon (60)] [Evening (72)]").sees_no("[08:00]", "Night")
    chat.taps("Evening (72)").sees("[18:00 (12)] [19:00 (12)]", "[23:00 (12)] [Other times]")
    chat.taps("21:00 (12)").sees("[21:00] [21:05]", "[21:55]").taps("Other times").sees("[18:00 (12)]")
    chat.taps("Other times").sees("[Morning (24)]").taps("Morning (24)").sees(
        "[08:00] [08:05]", "[09:55] [Other times]"
    )


@pytest.mark.parametrize("clock", MANY_CLOCKS, ids=str)
def test_every_hour_of_a_long_day_is_three_taps_away(clock: time) -> None:
    chat, wanted = long_day(), datetime.combine(datetime(2026, 11, 24), clock, ZoneInfo(ZONE)).astimezone(UTC)
    for _ in range(3):
        if "hour" not in chat.session.answers:
            chat.presses(next(leads(chat, wanted)))
    assert chat.session.instant("hour") == wanted


def leads(chat: Chat, wanted: datetime) -> Iterator[str]:
    """The buttons by which a person gets nearer to an hour: the hour, its full hour, its part of the day."""
    local, shown = wanted.astimezone(ZoneInfo(ZONE)), question(chat)
    part = ("Night", "Morning", "Afternoon", "Evening")[local.hour // 6]
    for button in (*shown.choices, *shown.looks):
        if spoken(button.label).split(" (")[0] in (f"{local:%H:%M}", part, f"{local:%H}:00") and (
            button in shown.looks or spoken(button.label) == f"{local:%H:%M}"
        ):
            yield button.token


def test_an_hour_that_is_not_shown_can_be_typed() -> None:
    chat = long_day().sees_no("[14:30]").types("14:30").sees("When: 2026-11-24 14:30")
    chat.back().sees("Keep: 2026-11-24 14:30", "[Afternoon (60)]")


def test_an_hour_that_is_not_free_cannot_be_typed() -> None:
    long_day().types("12:30").sees("This is no answer.", "[Morning (24)]").sees_no("When: ")


def test_another_day_is_asked_from_its_parts_again() -> None:
    long_day().taps("Evening (72)").back().chooses(1).sees("[Evening (72)]")


def test_a_day_with_as_many_hours_as_are_taken_in_at_a_glance_is_shown_at_once() -> None:
    hours = tuple(Choice(NOW + timedelta(minutes=5 * step)) for step in range(MANY))
    assert narrowed(hours, "", ZONE).choices == hours
    assert narrowed((*hours, Choice(NOW + timedelta(hours=5))), "", ZONE).choices == ()


def reachable(hours: tuple[Choice, ...], zone: str) -> list[datetime]:
    """All the hours that looking leads to, each as often as it does."""
    found: list[datetime] = []
    words = [""]
    while words:
        view = narrowed(hours, words.pop(), zone)
        found += [each.value for each in view.choices if isinstance(each.value, datetime)]
        words += [group.word for group in view.groups]
    return sorted(found)


@pytest.mark.parametrize(
    ("zone", "begins", "number"),
    [
        ("America/Santiago", datetime(2026, 4, 4, 3, tzinfo=UTC), 25),  # the hour before midnight comes twice
        ("Europe/Madrid", datetime(2026, 10, 24, 22, tzinfo=UTC), 25),  # 02:00 comes twice
        ("Europe/Madrid", datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 13, tzinfo=UTC), 24),  # half an hour comes twice
        ("Asia/Kolkata", datetime(2026, 11, 22, 18, 30, tzinfo=UTC), 24),
        ("America/Lima", datetime(2026, 11, 22, 20, tzinfo=UTC), 24),  # over midnight
    ],
)
def test_every_hour_of_an_odd_day_is_reached_once(zone: str, begins: datetime, number: int) -> None:
    hours = tuple(Choice(begins + timedelta(minutes=5 * step)) for step in range(number * 12))
    assert reachable(hours, zone) == [each.value for each in hours]
    for group in (*narrowed(hours, "", zone).groups,):
        assert spoken(group.label).endswith(f"({len(group.choices)})")


def in_madrid(clocks: tuple[time, ...]) -> Chat:
    chat = Chat(PaperCalendar(clocks=clocks), Person(zone="Europe/Madrid"), datetime(2026, 10, 22, 12, tzinfo=UTC))
    chat.opens("/book").taps("Eye test")
    day = Choice(datetime(2026, 10, 24, 22, tzinfo=UTC))
    assert chat.session.offer
    offer = replace(chat.session.offer, choices=(day,))
    chat.session = replace(chat.session, offer=offer)
    return chat.meets(Typed(chat.at, "25", Understood(day))).sees("At what time?")


def test_an_hour_that_comes_twice_is_said_in_full_and_is_the_one_that_was_meant() -> None:
    chat = in_madrid((time(1), time(2), time(3)))
    values = [button.means.choice.value for button in question(chat).choices if isinstance(button.means, Answer)]
    assert values == [datetime(2026, 10, 24, 23, tzinfo=UTC) + timedelta(hours=step) for step in range(4)]
    said = [button.label for button in question(chat).choices]
    assert said[1:3] == values[1:3]
    assert len(set(map(spoken, said))) == 4
    chat.chooses(2)
    assert chat.session.instant("hour") == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_the_two_equal_hours_of_a_long_night_are_two_buttons() -> None:
    chat = in_madrid(tuple(time(hour, minute) for hour in range(24) for minute in range(0, 60, 5)))
    chat.sees("[Night (84)]").taps("Night (84)")
    full = [each for each in question(chat).looks if "(12)" in spoken(each.label)]
    assert len({spoken(each.label) for each in full}) == len(full) == 7
    chat.presses(full[3].token)
    assert {spoken(button.label) for button in question(chat).choices}.isdisjoint({"02:00", "02:55"})
    chat.chooses(-1)
    assert chat.session.instant("hour") == datetime(2026, 10, 25, 1, 55, tzinfo=UTC)


# The hour is gone.


def taken(agent: str = "Anyone", position: int = 1) -> Chat:
    """The hour that was chosen, 10:30, is gone at the confirmation."""
    chosen(chat := Chat(), agent=agent).back().chooses(position)
    return answered(chat).calendar_refuses(Reason.HOUR_TAKEN).taps("Book it")


def test_the_hours_near_the_one_that_was_taken_are_one_tap_each() -> None:
    chat = taken().sees_notice("this hour has just been taken").sees("[10:00] [15:00] [18:30]", "First name: Somebody")
    chat.sees_no("[10:30]").taps("15:00").sees(SUMMARY, "When: 2026-11-24 15:00").taps("Book it").sees("Booked.")


def test_the_same_hour_on_another_day_is_one_tap_with_all_else_kept() -> None:
    chat = taken()
    before = dict(chat.session.answers)
    chat.taps("2026-11-28, 10:30").sees(SUMMARY, "When: 2026-11-28 10:30", "Anything we should know?: Not given")
    assert {name for name, choice in chat.session.answers.items() if before.get(name) != choice} == {"day", "hour"}
    chat.taps("Change day").sees("Keep: 2026-11-28", "[2026-11-24]")


def test_another_agent_at_that_hour_is_one_tap_with_all_else_kept() -> None:
    chat = taken("Agent One").sees("With: Agent One", "[10:30 with Agent Two]").sees_no("[10:30 with Agent One]")
    before = dict(chat.session.answers)
    chat.taps("10:30 with Agent Two").sees(SUMMARY, "With: Agent Two", "When: 2026-11-24 10:30")
    changed = {name for name, choice in chat.session.answers.items() if before.get(name) != choice}
    assert changed == {"agent", "day", "hour"}
    assert chat.session.answers["day"].value == before["day"].value
    chat.taps("Book it").sees("Booked.", "With: Agent Two")
    assert (chat.booked.agent, chat.booked.agent_name) == ("a2", "Agent Two")


@pytest.mark.parametrize("agent", [Choice("a2", "Agent Two"), ANYONE])
def test_an_hour_that_brings_another_agent_alone_keeps_its_day(agent: Choice) -> None:
    chat = taken("Agent One")
    offer = chat.session.offer
    assert offer
    gone = chat.session.lost["hour"]
    alone = Choice(gone.value, "with somebody else", also=(("agent", agent),))
    chat.session = replace(chat.session, offer=replace(offer, choices=(*offer.choices, alone)))
    chat.meets(Typed(NOW, "else", Understood(alone))).sees(SUMMARY, f"With: {spoken(agent.label)}", "2026-11-24 10:30")


def test_all_hours_of_the_day_can_be_asked_for_and_their_parts() -> None:
    chat = taken().taps("All hours of the day").sees("At what time?", "[10:00] [15:00] [18:30]").sees_no("2026-11-28,")
    assert isinstance(chat.session.offer, Offer)
    assert isinstance(chat.session.offer.call, FindHours)
    chat.taps("18:30").sees(SUMMARY)


def test_another_day_can_be_chosen_instead_of_an_hour_near_by() -> None:
    chat = taken().back().sees("Which day suits you?", "Keep: 2026-11-24").taps("2026-11-28").chooses(0)
    chat.sees(SUMMARY, "First name: Somebody").taps("Book it").sees("Booked.")


def test_going_back_and_keeping_the_day_shows_all_its_hours() -> None:
    taken().back().taps("Keep: 2026-11-24").sees("[10:00] [15:00] [18:30]").sees_no("with", "2026-11-28")


def test_where_nothing_is_free_near_it_the_whole_day_and_other_days_remain() -> None:
    chat = taken()
    near = chat.session.offer
    assert near
    assert isinstance(near.call, FindNear)
    chat.session = replace(chat.session, offer=replace(near, choices=()))
    chat.returns().sees("At what time?", "[All hours of the day]", "[Back]")
    assert spoken(question(chat).hint) == "Nothing near it is free."
    chat.back().chooses(1).chooses(0).taps("Book it").sees("Booked.")


def test_an_hour_taken_twice_is_followed_by_what_is_near_the_second() -> None:
    chat = (
        taken().calendar_refuses(Reason.HOUR_TAKEN).taps("15:00", "Book it").sees("[10:00] [18:30]").sees_no("[15:00]")
    )
    assert len(chat.writes) == 2
    chat.taps("18:30", "Book it").sees("Booked.")


def test_near_hours_that_cannot_be_had_can_be_asked_for_again() -> None:
    chat = to_the_summary(Chat()).calendar_refuses(Reason.HOUR_TAKEN).calendar_is_silent(at=FindNear).taps("Book it")
    chat.sees("The calendar does not answer.", "First name: Somebody").taps("Try again").chooses(0).sees(SUMMARY)


def test_a_move_to_an_hour_that_was_taken_is_offered_what_is_near_with_the_same_agent() -> None:
    chat = chat_with(appointment("one", agent="a2")).opens("/reschedule").chooses(0).chooses(1)
    chat.calendar_refuses(Reason.HOUR_TAKEN).taps("Move it").sees("At what time?", "[10:00]").sees_no("with Agent")
    assert isinstance(chat.session.offer, Offer)
    assert chat.session.offer.call == FindNear("s1", "a2", datetime(2026, 11, 24, 13, 30, tzinfo=UTC), ZONE)
    chat.taps("2026-11-28, 10:30").sees("New time: 2026-11-28 10:30").taps("Move it").sees("Moved.")


def test_the_hour_that_was_taken_stays_that_instant_in_another_zone() -> None:
    chat = taken("Agent One")
    chat.person = replace(chat.person, zone="Asia/Kolkata")
    chat.returns().sees("At what time?")
    assert chat.session.offer
    assert chat.session.offer.call == FindNear(
        "s1", "a1", datetime(2026, 11, 24, 13, 30, tzinfo=UTC), "Asia/Kolkata", others=True
    )
    chat.taps("All hours of the day").chooses(0).sees(SUMMARY)


# What is confirmed, and what is said then.


def test_what_is_confirmed_is_all_that_is_sent_and_what_was_booked_all_that_matters() -> None:
    chat = to_the_summary(Chat(), agent="Agent Two")
    chat.sees("Service: Account opening", "With: Agent Two", "When: 2026-11-24 10:00 -0300", "E-mail: somebody@")
    chat.taps("Book it").sees("Booked. See you then!", "Service: Account opening", "With: Agent Two")
    chat.sees("When: 2026-11-24 10:00 -0300", "Duration: 30 minutes", "Confirmation: e-mailed to somebody@example.com")
    chat.sees("To join: here, from 09:55 on", "[Move an appointment]", "[Cancel an appointment]").sees_no("[Join now]")
    assert isinstance(chat.writes[-1], Book)


def test_the_days_of_another_agent_are_asked_with_that_agent() -> None:
    chat = to_the_summary(Chat()).taps("Change agent", "Agent Two").sees("Which day suits you?")
    assert chat.session.offer
    assert chat.session.offer.call == FindDays("s1", "a2", None, ZONE)
