"""The stand-in under many and strange requests: no agent is ever in two places, nothing is ever a server error."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sandbox_asking import FREE, REFERRER, SANTIAGO, TODAY, Asking, asking

from sandbox.calendar import Fault
from sandbox.calendar.ledger import SAME_AGENT, Deed

STARTS = [f"2026-03-03T{hour}:{minute:02d}:00.000Z" for hour in (11, 12) for minute in range(0, 60, 5)]


async def one_customer(ask: Asking, random: Random, number: int) -> None:
    """Books, moves and cancels at random, in few hours, so that others are in the way."""
    booked: dict[str, Any] | None = None
    for _ in range(8):
        start = random.choice(STARTS)
        if booked is None:
            form = ask.form(email=f"{number}@example.com")
            lastname = random.choice(["Six", "Nine", ""])
            answer = await (
                ask.book_agent(lastname, startAt=start, form=form) if lastname else ask.book(startAt=start, form=form)
            )
            booked = answer.json() if answer.status_code == 201 else None
        elif random.random() < 0.6:
            answer = await ask.post("schedule/reschedule", {"date": start}, booked["actionToken"])
            booked = answer.json() if answer.status_code == 201 else booked
        else:
            answer = await ask.post("schedule/cancel", {}, booked["actionToken"])
            assert answer.status_code == 201
            booked = None
        assert answer.status_code in (201, 409)


@pytest.mark.parametrize("seed", range(3))
async def test_in_a_crowd_no_agent_is_in_two_places(seed: int) -> None:
    async with asking() as ask:
        await asyncio.gather(*(one_customer(ask, Random(f"{seed} {number}"), number) for number in range(40)))
        ledger, traffic = ask.world.ledger, ask.world.traffic
        assert ledger.double_bookings() == []
        # It was a crowd: all that can happen did, and often.
        assert {entry.deed for entry in ledger.entries} == {Deed.BOOKED, Deed.MOVED, Deed.CANCELLED}
        assert traffic.by_status[409] > 20
        assert traffic.by_status[201] == len(ledger.entries)
        standing = {(entry.agent, entry.start) for entry in ledger.standing()}
        assert len(standing) == len(ledger.standing())
        for lastname in ("Six", "Nine"):
            agent = ask.world.agent(lastname).id
            path = f"users/{agent}/hours"
            offered = (await ask.get(path, date="2026-03-03T03:00:00.000Z", timezone=SANTIAGO)).json()
            taken = sum(holder == agent for holder, _ in standing)
            assert len(offered) == 156 - taken


async def test_an_overbooked_agent_would_show() -> None:
    """The check above can fail: here the world forgets what it noted."""
    async with asking() as ask:
        await ask.book_agent("Six")
        held = ask.appointment
        ask.world._diary.release(held.agent, held.id, held.start, held.end)
        form = ask.form(email="two@example.com")
        assert (await ask.book_agent("Six", form=form)).status_code == 201
        assert [double.why for double in ask.world.ledger.double_bookings()] == [SAME_AGENT]


ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    10**400,
    1e308,
    "",
    " ",
    "x",
    "\0",
    "\ud83d",
    "😀" * 2000,
    [],
    {},
    [[]],
    {"_id": None},
]


def mutated(random: Random, value: Any) -> Any:
    """The same, with something in it replaced by something odd."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        key = random.choice(list(value))
        return {**value, key: mutated(random, value[key])}
    if isinstance(value, list) and value and random.random() < 0.8:
        place = random.randrange(len(value))
        return [*value[:place], mutated(random, value[place]), *value[place + 1 :]]
    return random.choice(ODD)


def strange_requests(ask: Asking, random: Random, tokens: dict[str, str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    service, agent = ask.world.service("Quick question").id, ask.world.agent("Six").id
    reads = [f"services/{service}/dates", f"services/{service}/hours", f"users/{agent}/dates", f"users/{agent}/hours"]
    for _ in range(400):
        query = {"date": TODAY, "timezone": SANTIAGO}
        query[random.choice(list(query))] = str(random.choice(ODD)).encode(errors="replace").decode()[:50]
        yield "GET", random.choice(reads), {"params": query}
        wish = {"service": service, "startAt": FREE, "timezone": SANTIAGO, "form": ask.form(), "referrer": REFERRER}
        yield "POST", f"schedule/user/{agent}", {"content": json.dumps(mutated(random, wish))}
        change = {"date": FREE} if random.random() < 0.5 else {"cancelReason": "x"}
        where = "reschedule" if "date" in change else "cancel"
        token = bytearray(tokens["action"].encode())
        token[random.randrange(len(token))] = random.randrange(33, 127)
        headers = {"authorization": f"Bearer {token.decode()}"}
        yield "POST", f"schedule/{where}", {"content": json.dumps(mutated(random, change)), "headers": headers}
        raw = json.dumps(wish).encode()
        yield "POST", f"schedule/user/{agent}", {"content": raw[: random.randrange(len(raw))]}
        yield "GET", f"forms/{random.choice(['x', '%00', '..', '💥'])}", {"params": {"version": "base"}}


async def test_nothing_that_is_asked_is_a_server_error() -> None:
    random = Random(22)
    async with asking() as ask:
        booked = await ask.booked(startAt="2026-03-05T11:00:00.000Z")
        usual = {"authorization": f"Bearer {ask.world.api_token()}", "content-type": "application/json"}
        for method, path, what in strange_requests(ask, random, {"action": booked["actionToken"]}):
            headers = {**usual, **what.pop("headers", {})}
            answer = await ask.http.request(method, f"/public/video-contact-center/{path}", headers=headers, **what)
            assert answer.status_code < 500, (path, what)
            if answer.status_code >= 400:
                assert answer.json()["code"] == answer.status_code
        assert (await ask.http.get("/_sandbox/ledger")).status_code == 200
        assert {201, 400, 401, 404} <= set(ask.world.traffic.by_status)


async def test_a_client_that_leaves_in_the_middle_of_its_body_has_asked_nothing() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        _, writer = await asyncio.open_connection(*ask.url.removeprefix("http://").split(":"))
        head = (
            "POST /public/video-contact-center/schedule/cancel HTTP/1.1\r\nhost: x\r\ncontent-length: 20\r\n"
            f"content-type: application/json\r\nauthorization: Bearer {booked['actionToken']}\r\n\r\n"
        )
        writer.write(head.encode() + b"{}")
        await writer.drain()
        await ask.until(lambda: ask.world.traffic.total == 2)
        writer.close()
        await writer.wait_closed()
        await ask.until(lambda: ask.world.traffic.seen[-1].fault != "")
        assert ask.world.traffic.seen[-1].fault == "left before it was asked"
        assert len(ask.world.ledger.standing()) == 1


async def test_a_client_that_leaves_while_it_waits_is_served_all_the_same() -> None:
    async with asking() as ask:
        ask.world.faults.add(Fault("schedule_service", latency=0.2))
        waiting = asyncio.create_task(ask.book())
        await ask.until(lambda: bool(ask.world.traffic.seen and ask.world.traffic.seen[-1].fault))
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await ask.until(lambda: len(ask.world.ledger.entries) == 1)


async def test_a_body_that_is_too_large_is_refused() -> None:
    async with asking() as ask:
        answer = await ask.book(referrer="https://example.com/" + "x" * 1_000_000)
        assert (answer.status_code, answer.json()["name"]) == (413, "PayloadTooLarge")
        assert ask.world.ledger.entries == []


async def test_time_that_jumps_makes_the_past() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        ask.world.forward(timedelta(days=1))
        assert (await ask.get("schedule/info", booked["accessToken"])).status_code == 401
        assert (await ask.book()).status_code == 409
