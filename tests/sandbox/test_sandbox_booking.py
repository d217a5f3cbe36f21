"""Booking, moving and cancelling in the stand-in: an agent is in one place only, and the ledger proves it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sandbox_asking import FREE, REFERRER, ROOT, SANTIAGO, Asking, asking

from sandbox.calendar.appointments import Wish
from sandbox.calendar.ledger import Deed, Entry, Ledger

LATER = "2026-03-03T12:00:00.000Z"


async def offered(ask: Asking, lastname: str) -> list[str]:
    path = f"users/{ask.world.agent(lastname).id}/hours"
    found: list[str] = (await ask.get(path, date="2026-03-03T03:00:00.000Z", timezone=SANTIAGO)).json()
    return found


async def test_a_service_has_as_many_places_as_free_agents() -> None:
    async with asking() as ask:
        answers = await asyncio.gather(*(ask.book() for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409, 409]
        assert {each.agent for each in ask.world.appointments.values()} == set(
            ask.world.service("Quick question").agents
        )
        assert ask.world.ledger.double_bookings() != []  # One person, two agents: that is what it is there to tell.


async def test_an_agent_holds_one_appointment_at_a_time_whatever_the_service() -> None:
    async with asking() as ask:
        assert (await ask.book_agent("Six", "Quick question")).status_code == 201
        assert FREE not in await offered(ask, "Six")
        assert (await ask.book_agent("Six", "Quick question")).status_code == 409
        # "Card lost or stolen" has the same agents: one of them is left.
        assert (await ask.book("Card lost or stolen")).status_code == 201
        assert (await ask.book("Card lost or stolen")).status_code == 409
        assert ask.world.ledger.double_bookings() == []


async def test_the_agent_with_fewer_appointments_is_chosen() -> None:
    async with asking() as ask:
        for hour in ("11:00", "11:05", "11:10", "11:15"):
            await ask.booked(startAt=f"2026-03-03T{hour}:00.000Z")
        held = [each.agent for each in ask.world.appointments.values()]
        assert held == 2 * list(ask.world.service("Quick question").agents)


async def test_a_cancelled_hour_is_free_again() -> None:
    async with asking() as ask:
        booked = (await ask.book_agent("Six")).json()
        await ask.post("schedule/cancel", {"cancelReason": "Rain"}, booked["actionToken"])
        assert FREE in await offered(ask, "Six")
        assert [(entry.deed, entry.reason) for entry in ask.world.ledger.entries] == [
            (Deed.BOOKED, None),
            (Deed.CANCELLED, "Rain"),
        ]
        assert ask.world.ledger.standing() == []


async def test_a_moved_appointment_frees_its_old_hour_and_keeps_agent_and_service() -> None:
    async with asking() as ask:
        booked = (await ask.book_agent("Nine")).json()
        moved = (await ask.post("schedule/reschedule", {"date": LATER}, booked["actionToken"])).json()
        assert {key for key in booked if booked[key] != moved[key]} == {
            *("startAt", "endAt", "joinURL", "rescheduleURL", "cancelURL", "accessToken", "actionToken")
        }
        assert FREE in await offered(ask, "Nine")
        assert LATER not in await offered(ask, "Nine")
        information = (await ask.get("schedule/info", moved["accessToken"])).json()
        assert (information["startAt"], information["user"]["lastname"]) == (LATER, "Nine")


async def test_moving_to_a_taken_hour_is_refused_and_changes_nothing() -> None:
    async with asking() as ask:
        await ask.book_agent("Six", startAt=LATER)
        booked = (await ask.book_agent("Six")).json()
        answer = await ask.post("schedule/reschedule", {"date": LATER}, booked["actionToken"])
        assert answer.status_code == 409
        assert answer.json()["message"] == f'Sorry, the hour "{LATER}" is unavailable.'
        assert (await ask.get("schedule/info", booked["accessToken"])).json()["startAt"] == FREE


async def test_an_appointment_does_not_stand_in_its_own_way() -> None:
    async with asking() as ask:
        booked = (await ask.book_agent("Six")).json()
        assert (await ask.post("schedule/reschedule", {"date": FREE}, booked["actionToken"])).status_code == 201


@pytest.mark.parametrize(
    "start",
    [
        "2026-03-03T11:01:00.000Z",  # off the grid
        "2026-03-03T11:00:00.001Z",
        "2026-03-03T13:00:00.000Z",  # in the gap
        "2026-03-02T14:00:00.000Z",  # past
        "2026-12-01T12:00:00.000Z",  # too far away
    ],
)
async def test_an_hour_that_nobody_offers_is_unavailable(start: str) -> None:
    async with asking() as ask:
        assert (await ask.book(startAt=start)).status_code == 409
        assert ask.world.ledger.entries == []


@pytest.mark.parametrize(("ahead", "status"), [(10, 201), (9, 409), (-1, 409)])
async def test_the_last_seconds_before_the_start_are_too_late(ahead: int, status: int) -> None:
    async with asking() as ask:
        await ask.booked(startAt=LATER)
        start = ask.appointment.start
        await ask.post("schedule/cancel", {}, ask.world.action_token(ask.appointment))
        ask.clock.at = start - timedelta(seconds=ahead)
        assert (await ask.book(startAt=LATER)).status_code == status


async def test_the_hour_that_comes_is_the_one_that_is_booked_in_the_zone_of_who_asked() -> None:
    async with asking() as ask:
        booked = await ask.booked(timezone="Asia/Kathmandu")
        assert (booked["startAt"], booked["timezone"]) == (FREE, "Asia/Kathmandu")


async def test_the_duration_is_the_agent_s() -> None:
    async with asking() as ask:
        service = ask.world.service("Company formation")
        hours = (
            await ask.get(f"services/{service.id}/hours", date="2026-03-04T03:00:00.000Z", timezone=SANTIAGO)
        ).json()
        assert (await ask.booked(title=service.title, startAt=hours[0]))["duration"] == 45


@pytest.mark.parametrize(
    ("service", "lastname"),
    [
        ("Card lost or stolen", "Six"),  # automatic: nobody chooses the agent
        ("Quick question", "One"),  # not one of its agents
    ],
)
async def test_an_agent_is_booked_only_for_manual_services_of_its_own(service: str, lastname: str) -> None:
    async with asking() as ask:
        answer = await ask.book_agent(lastname, service)
        assert (answer.status_code, answer.json()["message"]) == (400, "A valid service id is required")


@pytest.mark.parametrize("service", [None, "", 5, [], "x" * 24])
async def test_a_service_must_be_one(service: object) -> None:
    async with asking() as ask:
        answer = await ask.book_agent("Six", service=service)
        assert (answer.status_code, answer.json()["message"]) == (400, "A valid service id is required")


async def test_unknown_services_and_agents_are_not_found() -> None:
    async with asking() as ask:
        assert (await ask.post(f"schedule/service/{'0' * 24}", ask.wish())).status_code == 404
        assert (await ask.post(f"schedule/user/{'0' * 24}", ask.wish())).status_code == 404


async def test_a_service_that_was_removed_is_gone_but_its_appointments_stand() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        ask.world.remove_service(ask.world.service("Quick question").id)
        assert (await ask.get("services")).json()["total"] == 22
        assert (await ask.get("schedule/info", booked["accessToken"])).json()["service"]["title"] == "Quick question"


@pytest.mark.parametrize(
    ("changes", "explanation"),
    [
        ({"startAt": None}, "date"),
        ({"startAt": 1772535600000}, "date"),
        ({"startAt": "2026-03-03T11:00:00Z"}, "date"),
        ({"timezone": None}, "timezone"),
        ({"timezone": ["UTC"]}, "timezone"),
        ({"form": None}, "form"),
        ({"form": {}}, "form"),
        ({"referrer": None}, "referrer"),
        ({"referrer": "http://example.com"}, "referrer"),
        ({"referrer": "example.com"}, "referrer"),
        ({"referrer": "https://"}, "referrer"),
        ({"referrer": "https://[x"}, "referrer"),
        ({"referrer": "https://example.com/a b"}, "referrer"),
        ({"extra": 1}, None),
    ],
)
async def test_a_booking_must_bring_what_the_page_names(changes: dict[str, Any], explanation: str | None) -> None:
    async with asking() as ask:
        for answer in (await ask.book(**changes), await ask.book_agent("Six", **changes)):
            assert (answer.status_code, answer.json().get("data")) == (400, explanation)
        assert ask.world.ledger.entries == []


async def test_what_is_left_out_is_refused_like_what_is_wrong() -> None:
    async with asking() as ask:
        path = f"schedule/service/{ask.world.service('Quick question').id}"
        for name, explanation in (
            ("startAt", "date"),
            ("timezone", "timezone"),
            ("form", "form"),
            ("referrer", "referrer"),
        ):
            wish = ask.wish()
            del wish[name]
            assert (await ask.post(path, wish)).json()["data"] == explanation


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", 'A valid "date" is required'),
        (b"[]", "The body must be an object"),
        (b"{x}", "Unexpected token x in JSON at position 1"),
        (b'{"startAt"', "Unexpected end of JSON input"),
        (b"\xff", "Unexpected token � in JSON at position 0"),
        (b'{"startAt":NaN}', "Unexpected token N in JSON"),
        (b"[" * 100_000, "The body is nested too deeply"),
    ],
)
async def test_a_body_that_is_no_object_is_refused(raw: bytes, message: str) -> None:
    async with asking() as ask:
        headers = {"authorization": f"Bearer {ask.world.api_token()}", "content-type": "application/json"}
        path = f"{ROOT}/schedule/service/{ask.world.service('Quick question').id}"
        answer = await ask.http.post(path, content=raw, headers=headers)
        assert (answer.status_code, answer.json()["message"]) == (400, message)


@pytest.mark.parametrize("kind", ["", "text/plain", "application/jsonp"])
async def test_the_content_type_is_part_of_the_page(kind: str) -> None:
    async with asking() as ask:
        ask.sent = {"content-type": kind} if kind else {}
        for answer in (await ask.get("services"), await ask.http.post(f"{ROOT}/schedule/cancel", headers=ask.sent)):
            assert (answer.status_code, answer.json()["data"]) == (400, "Content-Type")
        ask.sent = {"content-type": "application/json; charset=utf-8"}
        assert (await ask.get("services")).status_code == 200


@pytest.mark.parametrize(
    ("referrer", "url"),
    [
        ("https://example.com", "https://example.com?v-schedule-action=join&v-schedule-auth={token}"),
        ("https://example.com/a?b=c", "https://example.com/a?b=c&v-schedule-action=join&v-schedule-auth={token}"),
        ("https://example.com/#top", "https://example.com/?v-schedule-action=join&v-schedule-auth={token}#top"),
    ],
)
async def test_the_links_are_built_on_the_page_that_refers(referrer: str, url: str) -> None:
    async with asking() as ask:
        booked = await ask.booked(referrer=referrer)
        assert booked["joinURL"] == url.format(token=booked["accessToken"])
        assert booked["cancelURL"] == url.format(token=booked["actionToken"]).replace("join", "modify")
        assert booked["rescheduleURL"] == booked["cancelURL"]
        assert ask.world.mail == [booked]


REASONS: list[tuple[Any, int, str | None]] = [
    ("x" * 1000, 201, "x" * 1000),
    ("😀" * 500, 201, "😀" * 500),
    ("😀" * 501, 400, None),
    ("", 201, ""),
    (None, 201, None),
    (7, 201, "7"),
    (True, 201, "true"),
    ({"a": 1}, 400, None),
    (["a"], 400, None),
]


@pytest.mark.parametrize(("reason", "status", "kept"), REASONS)
async def test_a_reason_is_a_string_of_at_most_a_thousand_units(reason: Any, status: int, kept: str | None) -> None:
    async with asking() as ask:
        booked = await ask.booked()
        answer = await ask.post("schedule/cancel", {"cancelReason": reason}, booked["actionToken"])
        assert answer.status_code == status
        assert ask.world.ledger.entries[-1].reason == kept
        assert bool(ask.world.ledger.standing()) == (status == 400)


async def test_a_reason_need_not_be_given() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        assert (await ask.post("schedule/cancel", {}, booked["actionToken"])).status_code == 201
        assert (await ask.post("schedule/cancel", {"reason": "?"}, booked["actionToken"])).status_code == 401


async def test_the_ledger_says_who_committed_what() -> None:
    async with asking() as ask:
        await ask.get("services")
        await ask.booked()
        entry, agent = ask.world.ledger.entries[0], ask.world.service("Quick question").agents[0]
        assert (entry.request, entry.agent, entry.email) == (2, agent, "one@example.com")
        assert entry.form == {each["_id"]: each["value"] for each in ask.form()}
        assert ask.world.ledger.of(ask.appointment.id) == [entry]
        assert [(seen.operation, seen.status, seen.committed) for seen in ask.world.traffic.seen] == [
            ("services", 200, False),
            ("schedule_service", 201, True),
        ]


def entry(world_wish: Wish, appointment: str, agent: str, deed: Deed = Deed.BOOKED, later: int = 0) -> Entry:
    start = world_wish.start + timedelta(minutes=later)
    return Entry(
        deed=deed,
        at=start,
        request=0,
        appointment=appointment,
        agent=agent,
        service=world_wish.service.id,
        start=start,
        end=start + timedelta(minutes=5),
        zone=world_wish.zone,
        email=world_wish.email,
        form=world_wish.form,
    )


async def test_the_ledger_finds_what_stood_twice() -> None:
    async with asking() as ask:
        await ask.booked()
        held = ask.appointment
    wish = Wish(held.service, (), held.start, held.zone, held.email, REFERRER, held.form)
    cancelled = Deed.CANCELLED
    cases: list[tuple[list[Entry], int]] = [
        ([entry(wish, "a", "1"), entry(wish, "b", "1", later=4)], 1),
        ([entry(wish, "a", "1"), entry(wish, "b", "1", later=5)], 0),
        ([entry(wish, "a", "1"), entry(wish, "b", "2")], 1),
        ([entry(wish, "a", "1"), entry(wish, "b", "2", later=5)], 0),
        ([entry(wish, "a", "1"), entry(wish, "b", "2"), entry(wish, "b", "2", cancelled)], 1),
        ([entry(wish, "a", "1"), entry(wish, "a", "1", cancelled), entry(wish, "b", "1")], 0),
        ([entry(wish, "a", "1"), entry(wish, "a", "1", Deed.MOVED, later=1)], 0),
        ([entry(wish, "a", "1"), entry(wish, "b", "2", later=5), entry(wish, "b", "2", Deed.MOVED)], 1),
    ]
    for entries, doubles in cases:
        ledger = Ledger()
        for each in entries:
            ledger.write(each)
        assert len(ledger.double_bookings()) == doubles
