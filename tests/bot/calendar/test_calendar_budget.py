"""When requests leave under a budget: how far apart, in whose turn, after which rest. Time is made here."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import stamina
from calendar_asking import (
    API,
    CANCEL,
    NOW,
    REFERRER,
    SERVICE_DATES,
    SERVICES,
    TOKENS,
    Answering,
    Clock,
    asking,
    good,
)
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.calendar import Calendar, NotSent, Refusal, budget, client
from bot.calendar.budget import LONGEST_REST, MOST_WAITING, PERSON, Budget
from bot.calendar.client import FRESH
from conversations.calls import FindHours, Write

LONG = 1e6
BUSY = 20
"""So many times whoever could do something may, before time passes for those who sleep."""


class Clockwork:
    """Seconds that pass only while everybody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._ends: list[float] = []

    def tick(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        await asyncio.sleep(0)  # whoever else could do something does it first
        self.now += seconds

    async def until(self, seconds: float) -> None:
        """As `sleep`, where several sleep: each until its own time has come."""
        seen, calm, end = self.now, 0, self.now + seconds
        self._ends.append(end)
        try:
            while self.now < end:
                await asyncio.sleep(0)
                calm = calm + 1 if self.now == seen else 0
                seen = self.now
                if calm > BUSY and end == min(self._ends):
                    self.now = end
        finally:
            self._ends.remove(end)


class Leaving:
    """A budget, and who left when."""

    def __init__(self, per_second: float = 20) -> None:
        self.clock = Clockwork()
        self.budget = Budget(per_second, tick=self.clock.tick, sleep=self.clock.sleep)
        self.left: list[tuple[Hashable, float]] = []

    async def leave(self, person: Hashable, *, write: bool = False, within: float = LONG) -> None:
        PERSON.set(person)
        turn = await self.budget.turn(write=write, within=within)
        self.left.append((person, turn))

    def leaves(self, person: Hashable, *, write: bool = False) -> asyncio.Task[None]:
        return asyncio.create_task(self.leave(person, write=write))

    @property
    def who(self) -> str:
        return "".join(str(person) for person, _ in self.left)

    @property
    def times(self) -> list[float]:
        return [round(turn - 1000, 3) for _, turn in self.left]


def busiest(times: list[float]) -> int:
    return max(sum(begin <= each < begin + 1 for each in times) for begin in times)


async def test_departures_are_evenly_spaced() -> None:
    leaving = Leaving()
    await asyncio.gather(*(leaving.leaves("a") for _ in range(5)))
    assert leaving.times == [0, 0.053, 0.106, 0.159, 0.212]


async def test_whoever_comes_after_a_pause_waits_for_nobody() -> None:
    leaving = Leaving()
    await leaving.leave("a")
    leaving.clock.now += 5
    await leaving.leave("b")
    await leaving.leave("c")
    assert leaving.times == [0, 5, 5.053]


@pytest.mark.parametrize("per_second", [1, 2, 5, 20, 100])
async def test_a_second_never_holds_more_than_it_may_even_if_some_are_delayed(per_second: int) -> None:
    leaving = Leaving(per_second)
    await asyncio.gather(*(leaving.leaves("a") for _ in range(per_second * 4)))
    assert busiest(leaving.times) <= per_second
    # Every second one is as late as may be: all the others catch up with it.
    late = [each + (0.059 if number % 2 else 0) for number, each in enumerate(leaving.times)]
    assert busiest(late) <= per_second


async def test_without_a_budget_nobody_waits() -> None:
    leaving = Leaving(0)
    leaving.budget.rest(60)
    await asyncio.gather(*(leaving.leaves("a") for _ in range(100)))
    assert set(leaving.times) == {0}
    assert leaving.budget.delay == 0
    assert not leaving.budget.missed(0)


# Fair


async def test_persons_take_turns_however_much_one_of_them_asks() -> None:
    leaving = Leaving()
    await asyncio.gather(*(leaving.leaves(person) for person in "aaaaaabbc"))
    assert leaving.who == "abcabaaaa"


async def test_a_newcomer_waits_for_one_turn_of_each_who_was_there() -> None:
    leaving = Leaving()
    waiting = [leaving.leaves(person) for person in "aaaabbbb"]
    await asyncio.sleep(0)
    await asyncio.gather(*waiting, leaving.leaves("c"))
    assert "c" in leaving.who[:4]


async def test_writes_go_first_and_take_turns_too() -> None:
    leaving = Leaving()
    reads = [leaving.leaves(person) for person in "abc"]
    await asyncio.sleep(0)
    writes = [leaving.leaves(person, write=True) for person in "XXY"]
    await asyncio.gather(*reads, *writes)
    assert leaving.who == "aXYXbc"


async def test_a_write_that_comes_while_a_read_waits_for_its_moment_goes_before_it() -> None:
    leaving = Leaving()
    await leaving.leave("a")
    read = leaving.leaves("b")
    await asyncio.sleep(0)
    await asyncio.gather(read, leaving.leaves("W", write=True))
    assert leaving.who == "aWb"


@given(asked=st.lists(st.sampled_from("abcdef"), min_size=1, max_size=60))
def test_nobody_is_starved(asked: list[str]) -> None:
    """Before a person's nth turn, nobody has had more than n."""

    async def play() -> str:
        leaving = Leaving()
        await asyncio.gather(*(leaving.leaves(person) for person in asked))
        return leaving.who

    who = asyncio.run(play())
    assert sorted(who) == sorted(asked)
    for place, person in enumerate(who):
        turns = who[: place + 1].count(person)
        assert all(who[:place].count(other) <= turns for other in set(asked))


# Leaving the queue


async def test_whoever_stops_waiting_costs_no_turn() -> None:
    leaving = Leaving()
    waiting = [leaving.leaves(person) for person in "abcd"]
    await asyncio.sleep(0)
    waiting[1].cancel()
    waiting[2].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert (leaving.who, leaving.times) == ("ad", [0, 0.053])
    assert leaving.budget.waiting == 0


async def test_all_may_stop_waiting_and_others_come_later() -> None:
    leaving = Leaving()
    leaving.budget.rest(5)
    waiting = [leaving.leaves("a"), leaving.leaves("a")]
    await asyncio.sleep(0)
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    await leaving.leave("b")
    assert (leaving.who, leaving.times) == ("b", [5])


async def test_a_queue_that_nobody_would_outlast_does_not_grow() -> None:
    leaving = Leaving()
    waiting = [leaving.leaves("a") for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(NotSent):
        await leaving.leave("b")
    await asyncio.gather(*waiting)
    await leaving.leave("b")


async def test_closing_leaves_nothing_behind() -> None:
    budget = Budget(20)
    budget.rest(3600)
    waiting = asyncio.create_task(budget.turn(within=LONG))
    await asyncio.sleep(0)
    await budget.close()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert budget.waiting == 0
    assert len(asyncio.all_tasks()) == 1


# Rest


@pytest.mark.parametrize(("said", "seconds"), [(3, 3), (0, 0.053), (None, 1), (1e9, LONGEST_REST)])
async def test_nobody_leaves_while_the_calendar_wants_a_rest(said: float | None, seconds: float) -> None:
    leaving = Leaving()
    await leaving.leave("a")
    waiting = [leaving.leaves("b"), leaving.leaves("W", write=True)]
    leaving.budget.wanted(said)
    await asyncio.gather(*waiting)
    assert (leaving.who, leaving.times) == ("aWb", [0, seconds, round(seconds + 0.053, 3)])


async def test_whoever_cannot_wait_for_the_end_of_a_rest_is_told_at_once() -> None:
    leaving = Leaving()
    leaving.budget.rest(30)
    with pytest.raises(NotSent):
        await leaving.leave("a", within=10)
    assert leaving.clock.now == 1000
    assert leaving.budget.waiting == 0


async def test_the_delay_is_what_the_last_one_waits() -> None:
    leaving = Leaving()
    assert leaving.budget.delay == 0
    waiting = [leaving.leaves("a") for _ in range(41)]
    await asyncio.sleep(0)
    expected = leaving.budget.delay
    await asyncio.gather(*waiting)
    assert expected == pytest.approx(40 * 0.053)
    assert leaving.times[-1] == pytest.approx(expected)


async def test_a_turn_is_missed_once_others_have_had_theirs() -> None:
    leaving = Leaving()
    turn = await leaving.budget.turn(within=LONG)
    assert not leaving.budget.missed(turn)
    leaving.clock.now += 0.05
    assert leaving.budget.missed(turn)


# Places


async def test_so_many_have_a_place_as_leave_in_two_seconds_and_the_others_wait_in_their_order() -> None:
    opened, entered = Budget(2), []

    async def enter(person: int) -> None:
        async with opened.place(within=LONG) as come:
            assert come
            entered.append(person)
            await asyncio.sleep(0)

    waiting = [asyncio.create_task(enter(person)) for person in range(9)]
    await asyncio.sleep(0)
    assert entered == [0, 1, 2, 3]
    assert opened.delay > 4 * 0.5
    await asyncio.gather(*waiting)
    assert entered == list(range(9))
    assert opened.delay == 0


async def test_where_no_place_is_free_in_time_none_is_given_and_none_is_lost() -> None:
    opened = Budget(0.1)
    async with opened.place(within=LONG), opened.place(within=0) as late:
        assert not late
    async with opened.place(within=LONG) as come:
        assert come


async def test_whoever_stops_waiting_for_a_place_takes_none() -> None:
    opened = Budget(0.1)
    async with opened.place(within=LONG):
        leaving = asyncio.create_task(opened.place(within=LONG).__aenter__())
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
        assert opened.delay == 0
    async with opened.place(within=LONG) as come:
        assert come


async def test_only_so_many_wait_for_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "MOST_WAITING", 0)
    async with Budget(0.1).place(within=LONG) as come:
        assert not come


async def test_without_a_budget_everybody_has_a_place() -> None:
    opened = Budget()
    async with opened.place(within=LONG) as first, opened.place(within=0) as second:
        assert first
        assert second


# With the client


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(client, "PAUSES", (0.0, 0.0))
    with stamina.set_testing(True, attempts=client.TRIES, cap=True):
        yield


@pytest.mark.usefixtures("_at_once")
async def test_every_try_takes_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    leaving = Leaving()
    monkeypatch.setattr("bot.calendar.asking.Budget", lambda _, tick: leaving.budget)
    departures: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        departures.append(round(leaving.clock.now - 1000, 3))
        return httpx.Response(500 if len(departures) < 3 else 200, text=good("services"))

    async with asking(answer) as (calendar, _):
        await calendar.find(SERVICES)
    assert departures == [0, 0.053, 0.106]


@pytest.mark.parametrize("said", ["7", "Sun, 15 Jan 2023 15:00:07 GMT"])
@pytest.mark.usefixtures("_at_once")
async def test_one_refused_for_being_too_quick_holds_up_all(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    leaving = Leaving()
    monkeypatch.setattr("bot.calendar.asking.Budget", lambda _, tick: leaving.budget)
    departures: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        departures.append(round(leaving.clock.now - 1000, 3))
        if len(departures) == 1:
            return httpx.Response(429, headers={"retry-after": said})
        return httpx.Response(200, text=good("services" if "dates" not in request.url.path else "service_dates"))

    async with asking(answer) as (calendar, _):
        first = asyncio.create_task(calendar.find(SERVICES, person="a"))
        while not departures:  # noqa: ASYNC110 a script cannot set an event
            await asyncio.sleep(0)
        await calendar.find(SERVICE_DATES, person="b")
        await first
    assert departures == [0, 7, 7.053]


async def test_a_write_refused_for_being_too_quick_is_away_and_holds_up_all() -> None:
    async with Budgeted(httpx.Response(429, headers={"retry-after": "3600"})) as calendar:
        with pytest.raises(Refusal):
            await calendar.carry_out(CANCEL, TOKENS, NOW)
        assert calendar.delay > 3500
        with pytest.raises(NotSent):
            await calendar.carry_out(CANCEL, TOKENS, NOW)
        with pytest.raises(NotSent):
            await calendar.find(SERVICES)


class Budgeted:
    """A calendar with a budget of real time; nothing answers it but the script."""

    def __init__(self, answer: httpx.Response | Answering, *, per_second: float = 20, deadline: float = 10.0) -> None:
        self.calls = 0

        def respond(request: httpx.Request) -> httpx.Response:
            self.calls += 1
            return answer if isinstance(answer, httpx.Response) else answer(request)

        self.calendar = Calendar(
            "https://api.example.com",
            SecretStr(API),
            REFERRER,
            clock=Clock(),
            deadline=deadline,
            requests_per_second=per_second,
            tick=asyncio.get_running_loop().time,
            transport=httpx.MockTransport(respond),
        )

    async def __aenter__(self) -> Calendar:
        return self.calendar

    async def __aexit__(self, *_: object) -> None:
        await self.calendar.close()


@pytest.mark.usefixtures("nobody_waits")
async def test_a_read_that_cannot_leave_before_its_deadline_gives_up_at_once() -> None:
    opened = Budgeted(httpx.Response(200, text=good("services")), per_second=0.1, deadline=5)
    async with opened as calendar:
        await calendar.find(SERVICES)
        waiting = [calendar.find(hours) for hours in two_days()]
        answers = await asyncio.gather(*waiting, return_exceptions=True)
    # The next turn is ten seconds away.
    assert [type(each) for each in answers] == [NotSent, NotSent]
    assert opened.calls == 1


@pytest.mark.usefixtures("nobody_waits")
async def test_a_read_overtaken_until_its_deadline_was_not_sent() -> None:
    opened = Budgeted(httpx.Response(200, text=good("service_hours")), per_second=0.1, deadline=15)
    async with opened as calendar:
        answers = await asyncio.gather(*(calendar.find(hours) for hours in two_days(6)), return_exceptions=True)
    lost = [each for each in answers if isinstance(each, BaseException)]
    assert [type(each) for each in lost] == [NotSent] * 4
    assert opened.calls == 2


@pytest.mark.usefixtures("nobody_waits")
async def test_a_write_whose_turn_does_not_come_was_not_sent() -> None:
    opened = Budgeted(httpx.Response(201, text=good("cancel")), per_second=0.3)
    async with opened as calendar:
        writes: list[Write] = [CANCEL] * 6
        answers = await asyncio.gather(
            *(calendar.carry_out(each, TOKENS, NOW) for each in writes), return_exceptions=True
        )
    lost = [each for each in answers if each is not None]
    assert [type(each) for each in lost] == [NotSent] * 4
    assert opened.calls == 2


def two_days(number: int = 2) -> list[FindHours]:
    return [FindHours("s1", None, NOW + timedelta(days=day), "UTC") for day in range(1, number + 1)]


async def test_a_write_that_grows_old_in_the_queue_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, leaving = Clock(), Leaving()
    monkeypatch.setattr("bot.calendar.asking.Budget", lambda _, tick: leaving.budget)
    leaving.budget.rest(4)
    slept = leaving.clock.sleep

    async def sleep(seconds: float) -> None:
        clock.forward(seconds=FRESH.total_seconds() + 1)
        await slept(seconds)

    monkeypatch.setattr(leaving.budget._turns, "_sleep", sleep)
    async with asking(httpx.Response(201, text=good("cancel")), clock=clock) as (calendar, api):
        with pytest.raises(NotSent):
            await calendar.carry_out(CANCEL, TOKENS, NOW)
    assert api.seen == []


async def test_equal_reads_of_many_take_one_turn() -> None:
    opened = Budgeted(httpx.Response(200, text=good("services")), per_second=0.1)
    async with opened as calendar:
        offers = await asyncio.gather(*(calendar.find(SERVICES, person=person) for person in range(500)))
    assert len(offers) == 500
    assert opened.calls == 1


async def test_a_connection_that_had_to_be_made_first_takes_another_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The transport tells when the first byte is about to leave; by then the turn is long over."""
    leaving = Leaving()
    monkeypatch.setattr("bot.calendar.asking.Budget", lambda _, tick: leaving.budget)
    departures: list[float] = []

    class Slow(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            leaving.clock.now += 0.2
            await request.extensions["trace"]("http11.send_request_headers.started", {})
            departures.append(round(leaving.clock.now - 1000, 3))
            return httpx.Response(200, text=good("services"))

    calendar = Calendar("https://api.example.com", SecretStr(API), REFERRER, clock=Clock(), transport=Slow())
    try:
        await leaving.leave("a")
        await calendar.find(SERVICES)
        waiting = leaving.leaves("b")
        await waiting
    finally:
        await calendar.close()
    # Its turn came at 0.053 and was missed at 0.253; the next one is free, and b's comes after it.
    assert departures == [0.253]
    assert leaving.times == [0, 0.306]


async def test_conveniences_are_not_asked_for_while_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget.Budget, "delay", 2.0)
    day = NOW + timedelta(days=1)
    body = [f"{day:%Y-%m-%dT%H:%M:%S}.000Z"]
    async with asking(httpx.Response(200, json=body)) as (calendar, api):
        await calendar.find(replace(SERVICE_DATES, month=None))
    assert [request.url.path.rpartition("/")[2] for request in api.seen] == ["dates"]
