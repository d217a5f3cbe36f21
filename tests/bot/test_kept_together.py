"""Answers of the calendar, kept for all programs on one database: asked once, and what one learns holds for all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from chat_board import KEY, NOW
from test_together import TOKENS, Program, programs

import databases
from bot.calendar import CalendarError, NotSent, Refusal
from bot.calendar.cache import Begun, Common
from bot.calendar.questions import SERVICES, TIMES, Topic
from bot.store import answers, schema
from bot.store.nodes import Node, present
from bot.store.store import Store
from bot.store.vault import Vault
from bot.together import CalendarShelf
from conversations.calls import Book, Cancel, FindDays, FindForm, FindHours, FindServices
from sandbox.calendar import World
from sandbox.calendar.faults import Twist, failing, twisted
from sandbox.calendar.traffic import Operation

pytestmark = pytest.mark.usefixtures("postgresql")

KEEP = timedelta(minutes=1)
ZONE = "America/Santiago"
HOURS = FindHours("s1", "u1", NOW, ZONE)
DAYS = FindDays("s1", "u1", "2026-03", ZONE)
ANSWER = (NOW + timedelta(hours=1), NOW + timedelta(hours=2))


class Asked:
    """Whoever is asked, and counts. Closed, the `gate` keeps back what is answered."""

    def __init__(self) -> None:
        self.times = 0
        self.begun, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def __call__(self) -> object:
        self.times += 1
        self.begun.set()
        await self.gate.wait()
        return ANSWER


@asynccontextmanager
async def caches(folder: Path, number: int = 3) -> AsyncIterator[list[tuple[Common, Node]]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(a_cache(folder)) for _ in range(number)]


@asynccontextmanager
async def a_cache(folder: Path) -> AsyncIterator[tuple[Common, Node]]:
    async with present(databases.url(folder)) as node:
        store = await Store.open(databases.url(folder), Vault([KEY]), node=node.number)
        cache = Common(CalendarShelf(store))
        try:
            yield cache, node
        finally:
            await cache.close()
            await store.close()


async def test_an_equal_question_asked_everywhere_at_once_is_asked_once(tmp_path: Path) -> None:
    ask = Asked()
    async with caches(tmp_path) as three:
        found = await asyncio.gather(*(cache.get(HOURS, KEEP, ask) for cache, _ in three for _ in range(20)))
        assert found == [ANSWER] * 60
        assert ask.times == 1
        assert [await cache.known([HOURS, DAYS]) for cache, _ in three] == [{HOURS: ANSWER}] * 3


async def test_an_answer_is_kept_no_longer_than_it_lasts_but_as_a_hint(tmp_path: Path) -> None:
    ask = Asked()
    async with caches(tmp_path, 2) as [(one, _), (two, _)]:
        await one.get(HOURS, timedelta(), ask)
        assert await two.known([HOURS]) == {}
        assert await two.last([HOURS]) == {HOURS: ANSWER}
        await two.get(HOURS, KEEP, ask)
        assert ask.times == 2


async def test_a_failure_is_not_kept_and_nobody_waits_for_it(tmp_path: Path) -> None:
    failing, ask = Asked(), Asked()
    failing.gate.clear()

    async def fail() -> object:
        await failing()
        raise NotSent("nothing came")

    async with caches(tmp_path, 2) as [(one, _), (two, _)]:
        first = asyncio.create_task(one.get(HOURS, KEEP, fail))
        await failing.begun.wait()
        second = asyncio.create_task(two.get(HOURS, KEEP, ask))
        failing.gate.set()
        with pytest.raises(NotSent, match="nothing came"):
            await first
        assert await second == ANSWER


async def test_what_is_on_its_way_when_another_program_drops_it_is_not_kept(tmp_path: Path) -> None:
    slow, ask = Asked(), Asked()
    slow.gate.clear()
    async with caches(tmp_path, 2) as [(one, _), (two, _)]:
        late = asyncio.create_task(one.get(HOURS, KEEP, slow))
        await slow.begun.wait()
        await two.drop(Topic(TIMES, "s1"))
        assert await two.get(HOURS, KEEP, ask) == ANSWER
        assert ask.times == 1, "the one that is late was not waited for"
        slow.gate.set()
        await late
        assert await one.get(HOURS, KEEP, slow) == ANSWER
        assert slow.times == 1


async def test_whoever_comes_after_a_drop_does_not_get_what_was_asked_before(tmp_path: Path) -> None:
    slow, ask = Asked(), Asked()
    slow.gate.clear()
    async with caches(tmp_path, 2) as [(one, _), (two, _)]:
        late = asyncio.create_task(one.get(HOURS, KEEP, slow))
        await slow.begun.wait()
        await two.drop(Topic(TIMES, "s1"))
        assert await one.get(HOURS, KEEP, ask) == ANSWER
        assert ask.times == 1
        slow.gate.set()
        await late


@pytest.mark.parametrize(
    ("topic", "left"),
    [
        (Topic(), set()),
        (Topic(TIMES), {SERVICES}),
        (Topic(TIMES, "s1"), {SERVICES, replace(HOURS, service="s2"), replace(HOURS, service="s2", agent="u2")}),
        (Topic(TIMES, "s1", "u1"), {SERVICES, replace(HOURS, service="s2", agent="u2")}),
        (Topic(frozenset({FindDays}), "s1"), None),
        (Topic(frozenset({FindServices})), None),
    ],
)
async def test_what_is_dropped_is_what_it_is_about(tmp_path: Path, topic: Topic, left: set[object] | None) -> None:
    others = [replace(HOURS, service="s2"), replace(HOURS, service="s2", agent="u2")]
    questions = [HOURS, DAYS, *others]

    async def nothing() -> object:
        return ()

    async with caches(tmp_path, 2) as [(one, _), (two, _)]:
        for each in questions:
            await one.get(each, KEEP, Asked())
        await one.get(SERVICES, KEEP, nothing)
        await two.drop(topic)
        kept = set(await one.known([*questions, SERVICES]))
    assert kept == ({each for each in [*questions, SERVICES] if not topic.holds(each)} if left is None else left)


async def test_a_program_that_dies_while_it_asks_holds_up_nobody(tmp_path: Path) -> None:
    ask = Asked()
    async with caches(tmp_path, 1) as [(living, _)]:
        async with present(databases.url(tmp_path)) as node:
            store = await Store.open(databases.url(tmp_path), Vault([KEY]), node=node.number)
            begun = await CalendarShelf(store).find(HOURS)
            assert isinstance(begun, Begun)
            assert begun.mine
            waiting = asyncio.create_task(living.get(HOURS, KEEP, ask))
            await store.close()
        assert await waiting == ANSWER
        assert ask.times == 1


async def test_a_program_that_is_frozen_while_it_asks_holds_up_nobody_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Asked()
    async with caches(tmp_path, 2) as [(frozen, _), (living, _)]:
        slow = Asked()
        slow.gate.clear()
        first = asyncio.create_task(frozen.get(HOURS, KEEP, slow))
        await slow.begun.wait()
        with monkeypatch.context() as patched:
            patched.setattr(answers, "_LEASED", schema.answers.c.leased_until < 0)  # as if it were over
            assert await living.get(HOURS, KEEP, ask) == ANSWER
        await living.revise(Topic(), lambda kept: {HOURS: ANSWER[:1]})
        slow.gate.set()
        await first
        assert await living.known([HOURS]) == {HOURS: ANSWER[:1]}, "whoever wakes changes nothing"


# With the calendar


async def free(program: Program, world: World) -> tuple[FindHours, list[object]]:
    """A question for hours of an agent, and what is free then."""
    service = world.service("Account opening")
    days = await program.calendar.find(FindDays(service.id, service.agents[0], None, ZONE))
    day = next(each.value for each in days.choices if not each.also)
    assert isinstance(day, datetime)
    question = FindHours(service.id, service.agents[0], day, ZONE)
    return question, await hours(program, question)


async def hours(program: Program, question: FindHours) -> list[object]:
    return [each.value for each in (await program.calendar.find(question)).choices]


async def booking(program: Program, question: FindHours, start: object) -> Book:
    fields = await program.calendar.find(FindForm(question.service))
    form = tuple(
        (each.id, "guest@example.com" if each.name == "email" else "Guest") for each in fields if each.required
    )
    assert isinstance(start, datetime)
    return Book("k", question.service, "", question.agent, "", start, ZONE, form)


async def booked(program: Program, world: World, question: FindHours, start: object) -> None:
    await program.calendar.carry_out(await booking(program, question, start), None, world.now())


async def test_what_one_program_has_asked_no_other_asks(tmp_path: Path) -> None:
    world = World()
    async with programs(tmp_path, world, per_second=0) as three:
        services = await three[0].calendar.find(FindServices())
        found = await free(three[0], world)
        asked = world.traffic.total
        for each in three:
            assert await free(each, world) == found
            assert await each.calendar.find(FindServices()) == services
        assert world.traffic.total == asked


async def test_an_hour_that_is_booked_at_one_program_is_gone_at_all_without_a_question(tmp_path: Path) -> None:
    world = World()
    async with programs(tmp_path, world, per_second=0) as three:
        question, found = await free(three[0], world)
        await booked(three[1], world, question, found[0])
        asked = world.traffic.by_operation[Operation.USER_HOURS]
        for each in three:
            assert found[0] not in await hours(each, question)
        assert world.traffic.by_operation[Operation.USER_HOURS] == asked


async def test_what_a_refusal_makes_doubtful_at_one_program_is_asked_anew_at_another(tmp_path: Path) -> None:
    world = World()
    async with programs(tmp_path, world, number=2, per_second=0) as [one, two]:
        question, found = await free(one, world)
        world.faults.add(twisted("schedule_user", Twist.STEAL_HOUR))
        with pytest.raises(Refusal):
            await booked(two, world, question, found[0])
        assert found[0] not in await hours(one, question)


async def test_a_cancellation_without_an_answer_at_one_program_leaves_nothing_known_at_another(tmp_path: Path) -> None:
    world = World()
    async with programs(tmp_path, world, number=2, per_second=0) as [one, two]:
        question, _ = await free(one, world)
        asked = world.traffic.by_operation[Operation.USER_HOURS]
        world.faults.add(failing("cancel", 500))
        with pytest.raises(CalendarError):
            await two.calendar.carry_out(Cancel("k", "a", ""), TOKENS, world.now())
        await hours(one, question)
        assert world.traffic.by_operation[Operation.USER_HOURS] == asked + 1


async def test_without_the_database_nothing_is_asked_and_what_is_booked_is_not_lost(tmp_path: Path) -> None:
    world = World()
    async with programs(tmp_path, world, number=1, per_second=0) as [program]:
        question, found = await free(program, world)
        call = await booking(program, question, found[0])
        await program.store.close()
        with pytest.raises(NotSent):
            await hours(program, question)
        assert (await program.calendar.carry_out(call, None, world.now())).start == call.start
        assert len(world.ledger.entries) == 1
