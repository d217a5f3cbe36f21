"""The soonest free hours beside the days, and the nearest ones around an hour that was taken: what, at what price."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from calendar_asking import NOW, SANTIAGO, Clock, asking, refusal

from bot.calendar import Calendar, CalendarError, NoAnswer, NotSent, Refusal, times
from bot.calendar.times import render
from conversations.calls import FindAgents, FindDays, FindHours, FindNear
from conversations.events import Reason
from conversations.offers import ANYONE, Choice, Offer
from conversations.texts import Clock as Hour
from conversations.texts import say_in

ZONE = ZoneInfo(SANTIAGO)
# The clock stands at noon of Sunday, 15 January, in Santiago.
TAKEN = datetime(2023, 1, 18, 10, 0, tzinfo=ZONE).astimezone(UTC)
NEAR = FindNear("s1", None, TAKEN, SANTIAGO)
NEAR_AGENT = replace(NEAR, agent="u1")
NEAR_OTHERS = replace(NEAR_AGENT, others=True)


def at(day: int, hour: int, minute: int = 0, month: int = 1) -> datetime:
    return datetime(2023, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def midnight(at: datetime) -> datetime:
    return at.astimezone(ZONE).replace(hour=0, minute=0).astimezone(UTC)


@dataclass
class Diary:
    """A calendar that answers by who is asked about: hours by `s1` or agent, and services with these agents."""

    hours: Mapping[str, Iterable[datetime]]
    users: tuple[str, ...] = ("u1", "u2", "u3")
    automatic: bool = False
    failing: Callable[[str], httpx.Response | Exception | None] = lambda path: None
    asked: list[str] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.rpartition("video-contact-center/")[2]
        if path == "services":
            return httpx.Response(200, json=[self._service()])
        day = datetime.fromisoformat(request.url.params["date"]).astimezone(ZONE)
        self.asked.append(path if path.endswith("dates") else f"{path} {day:%d}")
        failure = self.failing(self.asked[-1])
        if isinstance(failure, Exception):
            raise failure
        return failure or httpx.Response(200, json=[render(each) for each in self._free(path, day)])

    def _service(self) -> dict[str, Any]:
        users = [{"_id": id, "firstname": f"Agent {id}"} for id in self.users]
        return {"id": "s1", "title": "Service", "users": users, "automatic": self.automatic}

    def _free(self, path: str, day: datetime) -> list[datetime]:
        free = list(self.hours.get(path.split("/")[1], ()))
        if path.endswith("dates"):
            return sorted({midnight(each) for each in free if each.astimezone(ZONE).month == day.month})
        return [each for each in free if midnight(each) == midnight(day)]


def values(offer: Offer) -> list[object]:
    return [each.value for each in offer.choices]


def and_day(instant: datetime) -> Choice:
    return Choice(instant, also=(("day", Choice(midnight(instant))),))


def and_agent(instant: datetime, id: str) -> Choice:
    agent = Choice(id, f"Agent {id}")
    label = say_in("button", "{hour} with {agent}", hour=Hour(instant), agent=agent.label)
    return Choice(instant, label, also=(("agent", agent),))


# The soonest

FREE = [at(16, 9), at(16, 15), at(17, 10), at(17, 11)]


def soonest(hour: datetime) -> Choice:
    return Choice(midnight(hour), also=(("hour", Choice(hour)),))


@pytest.mark.parametrize("month", [None, "2023-01", "2022-12"])
async def test_the_soonest_free_hours_stand_in_front_of_the_days(month: str | None) -> None:
    diary = Diary({"s1": FREE})
    async with asking(diary) as (calendar, _):
        offer = await calendar.find(FindDays("s1", None, month, SANTIAGO))
    assert offer.choices == (soonest(FREE[0]), soonest(FREE[1]), Choice(midnight(FREE[0])), Choice(midnight(FREE[2])))
    assert diary.asked == ["services/s1/dates", "services/s1/hours 16"]


async def test_the_hours_of_the_next_day_fill_up_the_soonest_where_they_are_known() -> None:
    diary = Diary({"u1": FREE})
    async with asking(diary) as (calendar, _):
        await calendar.find(FindHours("s1", "u1", midnight(FREE[2]), SANTIAGO))
        offer = await calendar.find(FindDays("s1", "u1", None, SANTIAGO))
    assert offer.choices[:3] == (soonest(FREE[0]), soonest(FREE[1]), soonest(FREE[2]))
    assert len(diary.asked) == 3


async def test_the_hours_that_were_asked_for_the_soonest_need_not_be_asked_again() -> None:
    diary = Diary({"s1": FREE})
    async with asking(diary) as (calendar, _):
        await calendar.find(FindDays("s1", None, None, SANTIAGO))
        await calendar.find(FindHours("s1", None, midnight(FREE[0]), SANTIAGO))
    assert len(diary.asked) == 2


async def test_a_later_month_has_no_soonest_hours() -> None:
    diary = Diary({"s1": [at(16, 9), at(3, 9, month=2)]})
    async with asking(diary) as (calendar, _):
        offer = await calendar.find(FindDays("s1", None, "2023-02", SANTIAGO))
    assert offer.choices == (Choice(midnight(at(3, 9, month=2))),)
    assert diary.asked == ["services/s1/dates"]


async def test_the_soonest_may_lie_beyond_empty_months() -> None:
    hour = at(3, 9, month=3)
    async with asking(Diary({"s1": [hour]})) as (calendar, _):
        offer = await calendar.find(FindDays("s1", None, None, SANTIAGO))
    assert offer.choices == (soonest(hour), Choice(midnight(hour)))
    assert offer.here == "2023-03"


async def test_an_hour_that_begins_at_once_is_not_among_the_soonest() -> None:
    hours = [NOW + timedelta(minutes=minutes) for minutes in (4, 5, 6)]
    async with asking(Diary({"s1": hours})) as (calendar, _):
        offer = await calendar.find(FindDays("s1", None, None, SANTIAGO))
    assert offer.choices == (soonest(hours[2]), Choice(midnight(NOW)))


@pytest.mark.parametrize("failure", [httpx.Response(400), httpx.ReadError("x"), refusal(404, "No record found")])
async def test_days_are_there_even_if_their_hours_cannot_be_had(
    monkeypatch: pytest.MonkeyPatch, failure: httpx.Response | Exception
) -> None:
    diary = Diary({"s1": FREE}, failing=lambda path: failure if "hours" in path else None)
    monkeypatch.setattr(times, "BESIDES", 0.05)
    async with asking(diary) as (calendar, _):
        offer = await calendar.find(FindDays("s1", None, None, SANTIAGO))
    assert offer.choices == (Choice(midnight(FREE[0])), Choice(midnight(FREE[2])))


async def test_days_do_not_wait_for_hours_that_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    diary = Diary({"s1": FREE})

    async def hanging(request: httpx.Request) -> httpx.Response:
        if "hours" in request.url.path:
            await asyncio.Event().wait()
        return diary(request)

    monkeypatch.setattr(times, "BESIDES", 0.05)
    async with asking(hanging) as (calendar, _):  # type: ignore[arg-type]
        offer = await calendar.find(FindDays("s1", None, None, SANTIAGO))
    assert len(offer.choices) == 2


# Near an hour that was taken


async def near(diary: Diary, call: FindNear, *before: object, clock: Clock | None = None) -> Offer:
    """The answer, after other questions were asked. `diary.asked` then holds only what it cost."""
    async with asking(diary, clock=clock) as (calendar, _):
        for each in before:
            await calendar.find(each)  # type: ignore[call-overload]
        diary.asked.clear()
        return await calendar.find(call)


DAY_OF_TAKEN = [
    at(18, 8),
    at(18, 8, 30),
    at(18, 9),
    at(18, 9, 30),
    TAKEN,
    at(18, 11),
    at(18, 12),
    at(18, 13),
    at(18, 14),
]


async def test_the_nearest_hours_before_and_after_come_first_and_never_the_one_taken() -> None:
    diary = Diary({"s1": DAY_OF_TAKEN})
    offer = await near(diary, NEAR)
    assert offer.call == NEAR
    assert (offer.before, offer.after) == (None, "all")
    assert offer.choices == tuple(map(Choice, [*DAY_OF_TAKEN[1:4], *DAY_OF_TAKEN[5:8]]))


async def test_the_same_hour_on_the_next_days_carries_its_day() -> None:
    diary = Diary({"s1": [at(18, 11), at(19, 10), at(19, 10, 30)]})
    offer = await near(diary, NEAR)
    assert offer.choices == (Choice(at(18, 11)), and_day(at(19, 10)))
    assert diary.asked == ["services/s1/hours 18", "services/s1/hours 19"]


@pytest.mark.parametrize(
    ("free", "found"),
    [
        ([at(20, 9)], at(20, 9)),
        ([at(20, 8, 59)], None),
        ([at(20, 11)], at(20, 11)),
        ([at(20, 11, 1)], None),
        ([at(20, 9, 40), at(20, 10, 20)], at(20, 9, 40)),
        ([at(20, 9, 30), at(20, 10, 20)], at(20, 10, 20)),
    ],
)
async def test_where_the_same_hour_is_not_free_the_nearest_within_an_hour_is(
    free: list[datetime], found: datetime | None
) -> None:
    diary = Diary({"s1": free})
    offer = await near(diary, NEAR, FindDays("s1", None, "2023-01", SANTIAGO))
    assert offer.choices == (() if found is None else (and_day(found),))


async def test_the_next_day_asked_is_the_next_that_was_free() -> None:
    diary = Diary({"s1": [at(18, 11), at(21, 10), at(22, 10)]})
    offer = await near(diary, NEAR, FindDays("s1", None, None, SANTIAGO))
    assert offer.choices == (Choice(at(18, 11)), and_day(at(21, 10)), and_day(at(22, 10)))
    # The 18th was asked for as the soonest.
    assert diary.asked == ["services/s1/hours 21", "services/s1/hours 22"]


async def test_which_days_were_free_is_remembered_for_longer_than_it_is_shown() -> None:
    clock = Clock()
    diary = Diary({"s1": [at(18, 11), at(21, 10)]})
    async with asking(diary, clock=clock) as (calendar, _):
        await calendar.find(FindDays("s1", None, None, SANTIAGO))
        clock.forward(minutes=10)
        diary.asked.clear()
        offer = await calendar.find(NEAR)
    assert diary.asked == ["services/s1/hours 18", "services/s1/hours 21"]
    assert offer.choices == (Choice(at(18, 11)), and_day(at(21, 10)))


async def test_up_to_three_days_whose_hours_are_known_are_free_of_charge() -> None:
    days = [19, 20, 21, 22]
    diary = Diary({"s1": [at(day, 10) for day in days]})
    known = [FindHours("s1", None, midnight(at(day, 10)), SANTIAGO) for day in days]
    offer = await near(diary, NEAR, *known)
    assert offer.choices == tuple(and_day(at(day, 10)) for day in days[:3])
    assert len(diary.asked) <= 2


async def test_the_same_hour_is_the_same_by_the_clock_when_summer_time_ends() -> None:
    taken, later = at(1, 10, month=4), at(2, 10, month=4)
    assert later - taken == timedelta(hours=25)
    offer = await near(Diary({"s1": [later, later - timedelta(hours=1)]}), replace(NEAR, instant=taken))
    assert offer.choices == (and_day(later),)


async def test_hours_over_midnight_utc_belong_to_the_persons_day() -> None:
    taken = at(18, 22)
    free = [at(18, 20), at(18, 23), at(19, 0, 30), at(19, 22)]
    offer = await near(Diary({"s1": free}), replace(NEAR, instant=taken))
    assert offer.choices == (Choice(free[0]), Choice(free[1]), and_day(free[3]))


async def test_what_has_passed_is_not_near() -> None:
    clock = Clock(at(18, 9, 15))
    offer = await near(Diary({"s1": [at(18, 9), at(18, 9, 15), at(18, 9, 30)]}), NEAR, clock=clock)
    assert values(offer) == [at(18, 9, 30)]


# With somebody else


async def test_the_only_other_agent_is_asked_and_named() -> None:
    diary = Diary({"u1": [at(18, 11)], "u2": [TAKEN, at(18, 12)]}, users=("u1", "u2"))
    offer = await near(diary, NEAR_OTHERS, FindAgents("s1"))
    assert offer.choices == (Choice(at(18, 11)), and_agent(TAKEN, "u2"))
    assert sorted(diary.asked) == ["users/u1/hours 18", "users/u2/hours 18"]


async def test_of_several_other_agents_one_question_tells_whether_anybody_is_free() -> None:
    diary = Diary({"u1": [at(18, 11)], "s1": [TAKEN]})
    offer = await near(diary, NEAR_OTHERS, FindAgents("s1"))
    somebody = say_in("button", "{hour} with somebody else", hour=Hour(TAKEN))
    assert offer.choices == (Choice(at(18, 11)), Choice(TAKEN, somebody, also=(("agent", ANYONE),)))
    assert sorted(diary.asked) == ["services/s1/hours 18", "users/u1/hours 18"]


async def test_another_agent_who_is_known_to_be_free_is_named() -> None:
    diary = Diary({"u1": [], "u3": [TAKEN], "s1": [TAKEN]})
    known = FindHours("s1", "u3", midnight(TAKEN), SANTIAGO)
    offer = await near(diary, NEAR_OTHERS, FindAgents("s1"), known)
    assert offer.choices[0] == and_agent(TAKEN, "u3")
    assert len(diary.asked) == 2


@pytest.mark.parametrize(
    ("call", "diary"),
    [
        (NEAR_AGENT, Diary({"u2": [TAKEN], "s1": [TAKEN]})),
        (replace(NEAR, others=True), Diary({"u2": [TAKEN]})),
        (NEAR_OTHERS, Diary({"u2": [TAKEN], "s1": [TAKEN]}, automatic=True)),
        (NEAR_OTHERS, Diary({"s1": [TAKEN]}, users=("u1",))),
        (NEAR_OTHERS, Diary({"u2": [at(18, 11)], "s1": [at(18, 11)]})),
    ],
    ids=["not wanted", "anyone was wanted", "automatic", "nobody else", "nobody free"],
)
async def test_where_nobody_else_can_be_had_nobody_else_is_offered(call: FindNear, diary: Diary) -> None:
    offer = await near(diary, call, FindAgents("s1"))
    assert TAKEN not in values(offer)
    assert len(diary.asked) <= 2


async def test_without_the_services_at_hand_nobody_else_is_looked_for() -> None:
    diary = Diary({"u1": [at(18, 11)], "u2": [TAKEN], "s1": [TAKEN]})
    assert values(await near(diary, NEAR_OTHERS)) == [at(18, 11)]


# When the calendar fails


@pytest.mark.parametrize("call", [NEAR, NEAR_AGENT, NEAR_OTHERS])
async def test_no_more_than_two_questions_are_asked(call: FindNear) -> None:
    everyday = [at(day, hour) for day in range(16, 26) for hour in (9, 11)]
    diary = Diary({"s1": everyday, "u1": everyday, "u2": everyday})
    await near(diary, call, FindAgents("s1"))
    assert len(diary.asked) == 2


@pytest.mark.parametrize("broken", ["18", "19"])
async def test_what_fails_only_makes_the_answer_shorter(broken: str) -> None:
    free = [at(18, 11), at(19, 10)]
    diary = Diary({"s1": free}, failing=lambda path: httpx.Response(418) if path.endswith(broken) else None)
    offer = await near(diary, NEAR)
    assert values(offer) == [free[1] if broken == "18" else free[0]]


FAILURES = {
    "no connection": (httpx.ConnectError("x"), NotSent, None),
    "nonsense": (httpx.Response(200, text="<html>"), NoAnswer, None),
    "too many requests": (httpx.Response(429, headers={"retry-after": "3600"}), Refusal, Reason.AWAY),
    "the key": (httpx.Response(401), Refusal, Reason.KEY_REFUSED),
    "the firewall": (httpx.Response(403), Refusal, Reason.KEY_REFUSED),
    "the service": (refusal(404, "No record found"), Refusal, Reason.SERVICE_GONE),
    "the date": (refusal(400, "The date can not be in the past.", "dateInPast"), Refusal, Reason.DATE_PAST),
    "unexplained": (httpx.Response(418), Refusal, Reason.NOT_ACCEPTED),
}


@pytest.mark.parametrize(("failure", "error", "reason"), FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("broken", ["18", "19", ""], ids=["the day", "the day after", "both"])
async def test_what_was_not_learned_is_never_told_as_nothing_free(
    monkeypatch: pytest.MonkeyPatch,
    broken: str,
    failure: httpx.Response | Exception,
    error: type[CalendarError],
    reason: Reason | None,
) -> None:
    monkeypatch.setattr("bot.calendar.client.TRIES", 1)
    diary = Diary({}, failing=lambda path: failure if path.endswith(broken) else None)
    with pytest.raises(error) as raised:
        await near(diary, NEAR)
    assert getattr(raised.value, "reason", None) is reason


async def test_where_nothing_is_free_and_all_was_answered_the_offer_is_empty() -> None:
    assert await near(Diary({}), NEAR) == Offer(NEAR, (), after="all")


@pytest.mark.parametrize("failure", [failure for failure, *_ in FAILURES.values()], ids=FAILURES)
async def test_a_calendar_that_fails_does_not_take_back_what_is_known(
    monkeypatch: pytest.MonkeyPatch, failure: httpx.Response | Exception
) -> None:
    monkeypatch.setattr("bot.calendar.client.TRIES", 1)
    away = False
    diary = Diary({"s1": [at(19, 10)]}, failing=lambda path: failure if away else None)
    async with asking(diary) as (calendar, _):
        await _ask(calendar, at(19, 10))
        away = True
        offer = await calendar.find(NEAR)
    assert offer.choices == (and_day(at(19, 10)),)


async def _ask(calendar: Calendar, hour: datetime) -> None:
    await calendar.find(FindHours("s1", None, midnight(hour), SANTIAGO))
