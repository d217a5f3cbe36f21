"""Tokens of the stand-in: where each is accepted, and how it dies."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from sandbox_asking import FREE, NOW, ROOT, Asking, asking

from sandbox.calendar import World

LATER = "2026-03-03T12:00:00.000Z"
SPENT = "The token is not valid any more."


async def refusal(ask: Asking, authorization: str | None) -> tuple[int, str, str]:
    headers = {"content-type": "application/json"} | ({"authorization": authorization} if authorization else {})
    answer = await ask.http.get(f"{ROOT}/services", headers=headers)
    assert list(answer.json()) == ["name", "message", "code", "className", "errors"]
    return answer.status_code, answer.json()["name"], answer.json()["message"]


def coded(claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


async def test_a_header_is_refused_for_what_is_wrong_with_it() -> None:
    async with asking() as ask:
        good = ask.world.api_token()
        head, payload, signature = good.split(".")
        spoiled = base64.urlsafe_b64encode(b"{x}").decode().rstrip("=")
        cases = {
            None: "Authorization header with valid JWT is required.",
            "Bearer": "Authorization header with valid JWT is required.",
            f"Basic {good}": "Authorization header with valid JWT is required.",
            "Bearer abc": "jwt malformed",
            f"Bearer {head}.{payload}": "jwt malformed",
            f"Bearer {head}..{signature}": "jwt malformed",
            f"Bearer x.{payload}.{signature}": "jwt malformed",
            f"Bearer {coded([])}.{payload}.{signature}": "jwt malformed",
            f"Bearer {spoiled}.{payload}.{signature}": "Unexpected token x in JSON at position 1",
            f"Bearer {head}.{coded({'sub': 'else'})}.{signature}": "invalid signature",
            f"Bearer {head}.{payload}.{signature[::-1]}": "invalid signature",
            f"Bearer {coded({'alg': 'none'})}.{payload}.{signature}": "invalid algorithm",
        }
        found = {header: await refusal(ask, header) for header in cases}
        assert found == {header: (401, "NotAuthenticated", message) for header, message in cases.items()}


async def test_a_token_that_expires_is_good_until_then() -> None:
    async with asking() as ask:
        token = ask.world.api_token(expires=NOW + timedelta(hours=1))
        assert (await ask.get("services", token)).status_code == 200
        ask.clock.at += timedelta(hours=1)
        assert await refusal(ask, f"Bearer {token}") == (401, "NotAuthenticated", "jwt expired")


async def test_a_revoked_integration_is_forbidden() -> None:
    async with asking() as ask:
        ask.world.revoked = True
        assert await refusal(ask, f"Bearer {ask.world.api_token()}") == (
            403,
            "Forbidden",
            "The integration token it's invalid or was removed.",
        )


async def test_a_server_that_starts_anew_knows_its_token_and_another_does_not() -> None:
    assert World().api_token() == World().api_token() != World(seed="another").api_token()


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("get", "services", "api"),
        ("get", "services/{service}/dates", "api"),
        ("get", "services/{service}/hours", "api"),
        ("get", "users/{agent}/dates", "api"),
        ("get", "users/{agent}/hours", "api"),
        ("get", "forms/{segment}", "api"),
        ("post", "schedule/service/{service}", "api"),
        ("post", "schedule/user/{agent}", "api"),
        ("post", "schedule/cancel", "action"),
        ("post", "schedule/reschedule", "action"),
        ("get", "schedule/info", "access"),
    ],
)
async def test_a_token_is_good_where_the_page_says_and_nowhere_else(method: str, path: str, right: str) -> None:
    async with asking() as ask:
        service = ask.world.service("Quick question")
        booked = await ask.booked()
        tokens = {"api": ask.world.api_token(), "action": booked["actionToken"], "access": booked["accessToken"]}
        filled = path.format(service=service.id, agent=service.agents[0], segment=service.segment)
        refused = []
        for kind, token in tokens.items():
            # Without what else they need, so that only the token decides between 401 and whatever comes next.
            answer = await (ask.get(filled, token) if method == "get" else ask.post(filled, {"x": 1}, token))
            if answer.status_code == 401:
                assert answer.json()["message"] == "invalid signature"
                refused.append(kind)
        assert refused == [kind for kind in tokens if kind != right]


async def alive(ask: Asking, body: dict[str, str]) -> dict[str, bool]:
    """Which tokens of a booking still work, found out without changing anything."""
    information = await ask.get("schedule/info", body["accessToken"])
    move = await ask.post("schedule/reschedule", {"date": "?"}, body["actionToken"])
    cancel = await ask.post("schedule/cancel", {"cancelReason": []}, body["actionToken"])
    for answer in (information, move, cancel):
        assert answer.status_code in (201, 400) or answer.json()["message"] == SPENT
    assert (move.status_code == 401) == (cancel.status_code == 401)
    return {"access": information.status_code == 201, "action": move.status_code == 400}


BOTH, NONE = {"access": True, "action": True}, {"access": False, "action": False}


async def test_moving_spends_the_old_tokens_and_gives_new_ones() -> None:
    async with asking() as ask:
        first = await ask.booked()
        assert await alive(ask, first) == BOTH
        moved = (await ask.post("schedule/reschedule", {"date": LATER}, first["actionToken"])).json()
        assert await alive(ask, first) == NONE
        assert await alive(ask, moved) == BOTH


async def test_cancelling_spends_all_tokens() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        await ask.post("schedule/cancel", {}, booked["actionToken"])
        assert await alive(ask, booked) == NONE


async def test_a_refused_move_spends_nothing() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        answer = await ask.post("schedule/reschedule", {"date": "2026-03-03T11:01:00.000Z"}, booked["actionToken"])
        assert answer.status_code == 409
        assert await alive(ask, booked) == BOTH


async def test_the_start_ends_the_action_token_and_the_end_the_access_token() -> None:
    async with asking() as ask:
        booked = await ask.booked()
        start = ask.appointment.start
        for at, expected in (
            (start - timedelta(milliseconds=1), BOTH),
            (start, {"access": True, "action": False}),
            (start + timedelta(minutes=5, milliseconds=-1), {"access": True, "action": False}),
            (start + timedelta(minutes=5), NONE),
        ):
            ask.clock.at = at
            assert await alive(ask, booked) == expected


async def test_what_the_business_does_spends_tokens_too() -> None:
    async with asking() as ask:
        renewed, withdrawn = await ask.booked(), await ask.booked(startAt=LATER)
        first, second = ask.world.appointments.values()
        ask.world.spend_tokens(first.id)
        ask.world.withdraw(second.id)
        assert await alive(ask, renewed) == await alive(ask, withdrawn) == NONE
        assert [entry.start for entry in ask.world.ledger.standing()] == [first.start]


async def test_a_moved_appointment_may_become_another_record() -> None:
    async with asking(keeps_id=False) as ask:
        booked = await ask.booked()
        before = ask.appointment.id
        moved = (await ask.post("schedule/reschedule", {"date": LATER}, booked["actionToken"])).json()
        assert ask.appointment.id != before
        assert await alive(ask, booked) == NONE
        assert await alive(ask, moved) == BOTH
        assert (await ask.book_agent("Six", startAt=FREE)).status_code == 201
