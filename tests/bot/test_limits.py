"""Limits: one person is slowed down, in a sentence; nobody else notices. Nothing said so far is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from chat_board import NOW, Somebody, chatting, several
from sqlalchemy import select
from test_forgetting import forgets, notice

from bot.limits import DAY, SLOWED, UNLIMITED, Limits, Measure
from bot.store.desk import Desk
from bot.store.schema import paces as table
from conversations.events import Reason
from conversations.screens import Screen
from databases import both

pytestmark = both

SECOND = timedelta(seconds=1)
SECONDS = 1_000_000
"""In the database's clock, which is nobody's in a test."""


def took(measure: Measure, number: int, who: str = "somebody", at: timedelta = timedelta()) -> int:
    """How many of a number of messages at once are taken."""
    return sum(measure.takes(who, NOW + at) for _ in range(number))


def test_as_many_as_a_minute_has_are_taken_at_once_and_then_evenly() -> None:
    measure = Measure(Limits(messages_per_minute=30))
    assert took(measure, 100) == 30
    assert took(measure, 100, at=SECOND) == 0
    assert took(measure, 100, at=2 * SECOND) == 1
    assert took(measure, 100, at=62 * SECOND) == 30


def test_who_writes_too_much_takes_nothing_from_others() -> None:
    measure = Measure(Limits(messages_per_minute=5))
    took(measure, 1000, "a flood")
    assert took(measure, 5, "somebody") == 5


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    measure = Measure(Limits(messages_per_minute=5))
    assert took(measure, 3) == 3
    assert took(measure, 9, at=-DAY) == 2


def test_without_limits_everything_is_taken() -> None:
    measure = Measure(UNLIMITED)
    assert took(measure, 1000) == 1000
    assert measure.refuses("somebody", [NOW] * 1000, 1000, NOW) is None


def test_only_the_bookings_of_a_day_are_counted() -> None:
    measure = Measure(Limits(bookings_per_day=2))
    assert measure.refuses("somebody", [NOW - DAY, NOW], 0, NOW) is None
    assert measure.refuses("somebody", [NOW - DAY + SECOND, NOW], 0, NOW) is Reason.BOOKED_OFTEN


def test_appointments_are_counted_as_long_as_they_are_ahead() -> None:
    measure = Measure(Limits(coming_appointments=3))
    assert measure.refuses("somebody", [], 2, NOW) is None
    assert measure.refuses("somebody", [], 3, NOW) is Reason.MANY_COMING


def test_nothing_is_remembered_of_whoever_could_do_as_much_as_a_stranger() -> None:
    measure = Measure(Limits(messages_per_minute=5, bookings_per_day=1))
    took(measure, 5)
    measure.forgets("somebody", [NOW])
    measure.tidy(NOW + 59 * SECOND)
    assert took(measure, 1, at=SECOND) == 0
    assert measure.refuses("somebody", [], 0, NOW) is Reason.BOOKED_OFTEN
    measure.tidy(NOW + DAY)
    assert measure.__dict__["_room"] == measure.__dict__["_forgotten"] == {}


@pytest.mark.parametrize("each_database", ["postgresql"], indirect=True)
async def test_several_programs_take_no_more_than_one(tmp_path: Path) -> None:
    async with several(tmp_path, 3, limits=Limits(messages_per_minute=2)) as chats:
        hands = [chat.somebody("somebody", f"at {number}") for number, chat in enumerate(chats)]
        for number in range(9):
            await hands[number % 3].delivers(text=f"/nothing{number}")
        while (await chats[0].runner.counts()).inbox.get("new"):
            continue
        assert await chats[0].look(taken_by_now) == 2
        assert (await hands[0].session()).notice == SLOWED


def taken_by_now(desk: Desk) -> int:
    """What a row says that was new a moment ago."""
    [(until, at)] = desk.connection.execute(select(table.c.until, table.c.at)).all()
    rounded: int = round((until - at) / (30 * SECONDS))
    return rounded


async def test_a_flood_is_told_once_and_the_person_goes_on_where_they_were(tmp_path: Path) -> None:
    async with chatting(tmp_path, limits=Limits(messages_per_minute=10)) as chat:
        somebody, other = chat.somebody(), chat.somebody("other")
        await somebody.books_up_to("agent")
        for number in range(50):
            await somebody.delivers(text=f"/nothing{number}")
        await somebody.sees(lambda screen: screen.notice == SLOWED)
        assert (await other.books_up_to("agent")).focus == "agent"
        while (await chat.runner.counts()).inbox.get("new"):  # what is handled later than now would count then
            continue
        chat.clock.forward(seconds=6)
        await chat.look(lambda desk: desk.connection.execute(table.update().values(until=table.c.until - 6 * SECONDS)))
        screen = await somebody.says("Agent One")
        assert screen.focus == "day"
        assert sum(each.notice == SLOWED for each in somebody.screens) == 1


def refused(screen: Screen) -> str:
    assert not screen.over
    return notice(screen)


async def twice(somebody: Somebody) -> Screen:
    assert (await somebody.books()).over
    return await somebody.books()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(bookings_per_day=1), "more for one person in a day"),
        (Limits(coming_appointments=1), "as many appointments ahead"),
    ],
)
async def test_one_booking_too_many_is_refused_before_anything_is_sent(
    limits: Limits, words: str, tmp_path: Path
) -> None:
    async with chatting(tmp_path, limits=limits) as chat:
        somebody = chat.somebody()
        screen = await twice(somebody)
        assert words in refused(screen)
        assert somebody.button("Confirm").token, "it can be confirmed when there is room again"
        assert len(chat.world.ledger.entries) == 1
        assert (await chat.somebody("other").books()).over
        assert len((await somebody.contact()).person.appointments) == 1


async def test_the_next_day_has_bookings_of_its_own(tmp_path: Path) -> None:
    async with chatting(tmp_path, limits=Limits(bookings_per_day=1)) as chat:
        somebody = chat.somebody()
        assert not (await twice(somebody)).over
        chat.clock.forward(days=1, seconds=1)
        assert (await somebody.books()).over


async def test_who_cancels_one_can_book_another(tmp_path: Path) -> None:
    async with chatting(tmp_path, limits=Limits(coming_appointments=1)) as chat:
        somebody = chat.somebody()
        assert not (await twice(somebody)).over
        await somebody.says("/cancel")
        await somebody.says("Skip")
        assert (await somebody.presses(somebody.button("Confirm"))).over
        assert (await somebody.books()).over


async def test_to_be_forgotten_is_no_way_around_a_limit(tmp_path: Path) -> None:
    async with chatting(tmp_path, limits=Limits(bookings_per_day=1)) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await forgets(somebody)
        somebody.last = None
        await somebody.delivers(text="/book")
        await somebody.sees(lambda screen: screen.focus == "service")
        assert "in a day" in refused(await somebody.books())


async def test_moving_is_not_booking(tmp_path: Path) -> None:
    async with chatting(tmp_path, limits=Limits(bookings_per_day=1, coming_appointments=1)) as chat:
        somebody = chat.somebody()
        await somebody.books()
        screen = await somebody.says("/reschedule")
        for _ in ("day", "hour"):
            question = screen.question(screen.focus)
            assert question
            screen = await somebody.presses(question.choices[-1])
        assert (await somebody.presses(somebody.button("Confirm"))).over
