"""Writes through the whole program: never twice, never silently, and again only by the person's own word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from chat_board import NOW, Clock, Somebody, chatting, program

from bot import performing
from bot.calendar import Calendar, Facts, Refusal
from bot.store import appointments, writes
from bot.store.desk import Desk
from bot.store.writes import State
from conversations.calls import FindInfo
from conversations.events import Reason
from conversations.people import State as Standing
from conversations.screens import Screen
from conversations.texts import Text
from databases import both
from sandbox.calendar import Fault, Operation, Then, Twist, World, faults
from sandbox.serving import serving

pytestmark = both


def notice(screen: Screen) -> str:
    return screen.notice.message if isinstance(screen.notice, Text) else ""


def line(screen: Screen) -> str:
    return " ".join(each.message for each in screen.lines if isinstance(each, Text))


def in_doubt(screen: Screen) -> bool:
    return any(isinstance(line, Text) and "I am not sure" in line.message for line in screen.lines)


def all_writes(desk: Desk) -> list[writes.Entry]:
    return writes.in_state(desk, *State)


async def told(somebody: Somebody) -> list[State]:
    return sorted(entry.state for entry in await somebody.chat.look(all_writes))


def asked(world: World) -> int:
    return world.traffic.by_operation[Operation.SCHEDULE_USER]


LOST = {
    "reset before the commit": Fault("writes", then=Then.RESET, commit=False),
    "reset after the commit": Fault("writes", then=Then.RESET, commit=True),
    "half an answer": Fault("writes", then=Then.RESET, cut=40),
    "broken before the commit": Fault("writes", status=503),
    "broken after the commit": Fault("writes", status=500, commit=True),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_a_booking_whose_answer_is_lost_is_in_doubt_and_sent_again_by_ones_own_word_alone(
    fault: Fault, tmp_path: Path
) -> None:
    clock = Clock()
    async with chatting(tmp_path, clock=clock) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(fault)
        screen = await somebody.presses(somebody.button("Confirm"))
        assert in_doubt(screen)
        assert asked(chat.world) == 1
        assert await _settled_states(somebody) == [State.TOLD]

        clock.forward(seconds=30)
        await somebody.delivers(press=somebody.button("Retry").token)
        await somebody.sees(lambda screen: "more second" in notice(screen))
        assert asked(chat.world) == 1

        clock.forward(seconds=31)
        committed = len(chat.world.ledger.entries) == 1
        after = await somebody.presses(somebody.button("Retry"))
        assert asked(chat.world) == 2
        first, second = sorted(await chat.look(all_writes), key=lambda entry: entry.changed_at)
        assert first.key != second.key
        assert first.state is State.TOLD
        # The agent can hold the hour once: what was carried out the first time is refused the second.
        assert second.state is (State.REFUSED if committed else State.BOOKED)
        assert (after.focus == "hour") if committed else after.over
        assert len(chat.world.ledger.entries) == 1
        assert chat.world.ledger.double_bookings() == []


async def _settled_states(somebody: Somebody) -> list[State]:
    """Told is written when the screen has been shown: the next event comes after."""
    await somebody.delivers(text="Hello?", within=30)
    await somebody.sees(lambda screen: "use the buttons" in notice(screen))
    return await told(somebody)


async def test_a_doubt_can_be_left_and_the_next_booking_is_another(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(faults.reset("writes", commit=False))
        await somebody.presses(somebody.button("Confirm"))
        left = await somebody.presses(somebody.button("Leave"))
        assert "still not known" in notice(left)
        assert (await somebody.books()).over
        assert await told(somebody) == [State.BOOKED, State.TOLD]
        assert asked(chat.world) == 2


async def test_where_nothing_could_be_sent_nothing_was_booked_and_it_can_be_tried_again(tmp_path: Path) -> None:
    clock = Clock()
    world = World(clock=clock)
    async with AsyncExitStack() as calendar, AsyncExitStack() as chats:
        url = await calendar.enter_async_context(serving(world))
        chat = await chats.enter_async_context(program(tmp_path, url, world, clock))
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        await calendar.aclose()
        screen = await somebody.presses(somebody.button("Confirm"))
        assert "cannot be reached" in notice(screen)
        assert await told(somebody) == [State.REFUSED]
        assert world.ledger.entries == []

        port = urlsplit(url).port
        assert port is not None
        await calendar.enter_async_context(serving(world, port=port))
        assert (await somebody.presses(somebody.button("Confirm"))).over
        assert len(world.ledger.entries) == 1
        await chats.aclose()


async def test_a_write_is_on_record_as_sent_only_when_its_turn_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    come = asyncio.Event()

    @asynccontextmanager
    async def turn(_calendar: Calendar) -> AsyncIterator[bool]:
        await come.wait()
        yield True

    monkeypatch.setattr(Calendar, "turn", turn)
    monkeypatch.setattr(Calendar, "delay", 5.0)
    monkeypatch.setattr(performing, "CROWD", 0.0)
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        await somebody.delivers(press=somebody.button("Confirm").token)
        await somebody.sees(lambda screen: "Many people are asking" in notice(screen))
        assert await told(somebody) == [State.CONFIRMED]
        come.set()
        await somebody.sees(lambda screen: screen.over)
        assert await told(somebody) == [State.BOOKED]


async def test_a_write_whose_turn_does_not_come_is_refused_and_can_be_confirmed_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def turn(_calendar: Calendar) -> AsyncIterator[bool]:
        yield False

    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        with monkeypatch.context() as crowd:
            crowd.setattr(Calendar, "turn", turn)
            screen = await somebody.presses(somebody.button("Confirm"))
        assert "cannot be reached" in notice(screen)
        assert (asked(chat.world), await told(somebody)) == (0, [State.REFUSED])
        assert (await somebody.presses(somebody.button("Confirm"))).over
        assert await told(somebody) == [State.BOOKED, State.REFUSED]


async def test_a_confirmation_pressed_five_times_at_once_books_once(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        token = somebody.button("Confirm").token
        for _ in range(5):
            await somebody.delivers(press=token)
        await somebody.sees(lambda screen: screen.over)
        assert asked(chat.world) == 1
        assert await told(somebody) == [State.BOOKED]


async def test_a_taken_hour_is_another_question_and_another_write(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books_up_to(None)
        chat.world.faults.add(faults.twisted("writes", Twist.STEAL_HOUR))
        screen = await somebody.presses(somebody.button("Confirm"))
        assert screen.focus == "hour"
        question = screen.question("hour")
        assert question is not None
        await somebody.presses(question.choices[0])
        assert (await somebody.presses(somebody.button("Confirm"))).over
        assert await told(somebody) == [State.BOOKED, State.REFUSED]
        assert chat.world.ledger.double_bookings() == []


async def test_the_tokens_of_what_was_booked_and_moved_work(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await _moves(somebody)
        [appointment] = (await somebody.contact()).person.appointments
        tokens = await chat.look(lambda desk: appointments.tokens(desk, appointment.id))
        facts = await chat.calendar.find(FindInfo(appointment.id), tokens)
        assert facts.onto(appointment).start == appointment.start
        assert appointment.start == chat.world.ledger.standing()[0].start > NOW


async def _moves(somebody: Somebody) -> None:
    screen = await somebody.says("/reschedule")
    while screen.focus:
        question = screen.question(screen.focus)
        assert question is not None
        screen = await somebody.presses(question.choices[-1])
    assert (await somebody.presses(somebody.button("Confirm"))).over


async def test_what_the_calendar_does_not_tell_of_stands_until_it_is_known_to_be_gone(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        chat.world.faults.add(faults.twisted("info", Twist.WITHDRAW))
        screen = await somebody.says("/appointments")
        assert "does not confirm this appointment" in line(screen)
        [appointment] = (await somebody.contact()).person.coming(NOW)

        await somebody.says("/cancel")
        await somebody.says("I cannot come.")
        screen = await somebody.presses(somebody.button("Confirm"))
        assert "cannot be changed any more" in notice(screen)
        assert (await somebody.contact()).person.appointment(appointment.id).state is Standing.GONE  # type: ignore[union-attr]


async def test_what_the_calendar_told_of_before_and_refuses_now_is_gone(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        assert "is booked" in line(await somebody.says("/appointments"))
        chat.world.faults.add(faults.twisted("info", Twist.WITHDRAW))
        screen = await somebody.says("/appointments")
        assert "was cancelled or moved elsewhere" in notice(screen)
        assert (await somebody.contact()).person.coming(NOW) == ()


@pytest.mark.parametrize(
    "late", [Refusal(Reason.TOKEN_SPENT), Refusal(Reason.NOT_ACCEPTED), Facts(start=NOW + timedelta(days=1))], ids=str
)
async def test_what_the_calendar_said_of_an_appointment_before_it_was_cancelled_does_not_bring_it_back(
    late: Refusal | Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, cancelled, find = asyncio.Event(), asyncio.Event(), Calendar.find

    async def slow(calendar: Calendar, call: Any, tokens: Any = None, **who: Any) -> Any:
        if not isinstance(call, FindInfo):
            return await find(calendar, call, tokens, **who)
        asked.set()
        await cancelled.wait()
        if isinstance(late, Refusal):
            raise late
        return late

    monkeypatch.setattr(Calendar, "find", slow)
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await somebody.delivers(text="/appointments")
        await asked.wait()
        await somebody.says("/cancel")
        await somebody.says("I cannot come.")
        assert (await somebody.presses(somebody.button("Confirm"))).over
        cancelled.set()
    async with chatting(tmp_path, world=chat.world) as chat:  # all that was under way has come to its end
        [appointment] = (await chat.somebody().contact()).person.appointments
    assert appointment.state is Standing.CANCELLED


async def test_what_was_spent_elsewhere_is_told_and_not_offered_again(tmp_path: Path) -> None:
    async with chatting(tmp_path) as chat:
        somebody = chat.somebody()
        await somebody.books()
        await somebody.says("/cancel")
        await somebody.says("I cannot come.")
        chat.world.faults.add(faults.twisted("writes", Twist.WITHDRAW))
        screen = await somebody.presses(somebody.button("Confirm"))
        assert "cannot be changed any more" in notice(screen)
        assert (await somebody.contact()).person.coming(NOW) == ()
