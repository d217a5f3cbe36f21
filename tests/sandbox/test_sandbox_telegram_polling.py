"""How updates are numbered, kept, fetched, confirmed, and posted to a webhook of the stand-in Telegram."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram_playing import Playing, playing

from sandbox.listening import listening

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now
        assert playing_now.complaints == []


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


# Polling


async def test_updates_come_again_until_an_offset_confirms_them(play: Playing) -> None:
    for text in ("one", "two", "three"):
        play.person.writes(text)
    first = await play.updates()
    assert texts(first) == texts(await play.updates()) == ["one", "two", "three"]
    assert [update["update_id"] - first[0]["update_id"] for update in first] == [0, 1, 2]
    assert texts(await play.updates(first[1]["update_id"])) == ["two", "three"]
    assert texts(await play.updates(first[2]["update_id"] + 1)) == []
    assert texts(await play.updates()) == []


async def test_a_poll_takes_no_more_than_it_asks_for(play: Playing) -> None:
    for number in range(120):
        play.person.writes(f"{number}")
    assert len(await play.updates()) == 100
    assert texts(await play.updates(limit=2)) == ["0", "1"]
    assert texts(await play.updates(-3)) == ["117", "118", "119"]
    assert len(play.world.updates.pending) == 3


async def test_updates_are_kept_for_a_day(play: Playing) -> None:
    play.person.writes("old")
    play.clock.forward(hours=23, minutes=59)
    play.person.writes("young")
    assert texts(await play.updates()) == ["old", "young"]
    play.clock.forward(minutes=2)
    assert texts(await play.updates()) == ["young"]


async def test_only_updates_that_were_asked_for_are_kept(play: Playing) -> None:
    await play.updates(allowed_updates=["callback_query"])
    play.person.writes("lost")
    # What was asked for stands until something else is.
    assert await play.updates() == []
    await play.updates(allowed_updates=[])
    play.person.writes("kept")
    assert texts(await play.updates()) == ["kept"]


async def test_the_earlier_of_two_pollers_is_sent_away(play: Playing) -> None:
    earlier = asyncio.create_task(play.call("getUpdates", timeout=50))
    await play.world.until(lambda: play.world.polls == 1)
    later = asyncio.create_task(play.call("getUpdates", timeout=50))
    assert (await earlier)["description"] == CONFLICT
    play.person.writes("for the later one")
    assert texts((await later)["result"]) == ["for the later one"]


async def test_a_webhook_ends_a_poll_and_forbids_the_next(play: Playing) -> None:
    polled = asyncio.create_task(play.call("getUpdates", timeout=50))
    await play.world.until(lambda: play.world.polls == 1)
    set_answer = await play.call("setWebhook", url="http://127.0.0.1:9/")
    assert set_answer == {"ok": True, "result": True, "description": "Webhook was set"}
    assert (await polled)["description"] == "Conflict: terminated by setWebhook request"
    assert await play.refused("getUpdates") == ACTIVE
    assert (await play.call("setWebhook", url=""))["description"] == "Webhook was deleted"
    assert (await play.call("deleteWebhook"))["description"] == "Webhook is already deleted"
    assert (await play.call("getUpdates"))["ok"]


@pytest.mark.usefixtures("nobody_waits")
async def test_a_poller_that_leaves_takes_nothing_along(play: Playing) -> None:
    with pytest.raises(httpx.ReadTimeout):
        await play.http.post(f"/bot{play.world.token}/getUpdates", json={"timeout": 50}, timeout=5)
    await play.world.until(lambda: play.world.ledger.requests[-1].fault)
    assert play.world.ledger.requests[-1].fault == "left while it waited"
    play.person.writes("Hello")
    assert texts(await play.updates()) == ["Hello"]


async def test_a_confirmed_update_can_come_once_more(play: Playing) -> None:
    play.person.writes("one")
    play.person.writes("two")
    first, second = await play.updates()
    assert await play.updates(second["update_id"] + 1) == []
    play.world.redeliver(first["update_id"])
    assert await play.updates(second["update_id"] + 1) == [first]
    assert await play.updates(second["update_id"] + 1) == []
    play.world.redeliver()
    assert await play.updates(second["update_id"] + 1) == [first]
    assert await play.updates(second["update_id"] + 1) == []


async def test_updates_may_be_whatever_a_test_invents(play: Playing) -> None:
    play.world.raw({"message": {"chat": {}}}, chat=5)
    play.world.raw({"moon": 1})
    play.world.raw({"message": None, "update_id": 3})
    read = await play.updates()
    assert [sorted(update) for update in read] == [["message", "update_id"], ["moon", "update_id"], sorted(read[2])]
    assert read[2] == {"update_id": 3, "message": None}
    with pytest.raises(ValueError, match="update_id"):
        play.world.raw({"update_id": "x"})


# The webhook


@dataclass
class Hook:
    """A bot's webhook: what came, and what it answers, the next first, then 200."""

    play: Playing
    url: str = ""
    came: list[tuple[str | None, dict[str, Any]]] = field(default_factory=list)
    answers: deque[Response] = field(default_factory=deque)
    gates: dict[str, asyncio.Event] = field(default_factory=dict)

    async def take(self, request: Request) -> Response:
        update = await request.json()
        self.came.append((request.headers.get("x-telegram-bot-api-secret-token"), update))
        self.play.world.changes.tell()
        if gate := self.gates.get(update["message"]["text"]):
            await gate.wait()
        return self.answers.popleft() if self.answers else Response()

    @property
    def texts(self) -> list[str]:
        return texts([update for _, update in self.came])


@asynccontextmanager
async def hooked(play: Playing, *, refused: bool = False, **parameters: Any) -> AsyncIterator[Hook]:
    hook = Hook(play)
    play.world.resend_after = 0.01
    async with listening(Starlette(routes=[Route("/hook", hook.take, methods=["POST"])])) as url:
        hook.url = f"{url}/hook"
        assert (await play.call("setWebhook", url=hook.url, **parameters))["ok"] is not refused
        yield hook
        await play.call("deleteWebhook")


async def test_a_webhook_gets_each_update_with_its_secret(play: Playing) -> None:
    async with hooked(play, secret_token="a-secret_1") as hook:
        play.person.writes("one")
        play.person.writes("two")
        await play.world.taken()
    assert [(secret, update["message"]["text"]) for secret, update in hook.came] == [
        ("a-secret_1", "one"),
        ("a-secret_1", "two"),
    ]
    assert "a-secret_1" not in repr(play.world.webhook)


async def test_a_failed_delivery_comes_again_before_what_follows_in_the_chat(play: Playing) -> None:
    async with hooked(play) as hook:
        hook.answers += [Response(status_code=500), Response(status_code=302), Response(status_code=201)]
        play.person.writes("one")
        play.person.writes("two")
        await play.world.taken()
        assert hook.texts == ["one", "one", "one", "two"]
        assert play.world.webhook.last_error_message == "Wrong response from the webhook: 302"
        info = (await play.call("getWebhookInfo"))["result"]
        assert info["last_error_message"] == "Wrong response from the webhook: 302"


async def test_one_chat_does_not_wait_for_another(play: Playing) -> None:
    async with hooked(play) as hook:
        hook.gates["slow"] = asyncio.Event()
        other = play.world.person()
        play.person.writes("slow")
        play.person.writes("after")
        other.writes("quick")
        await play.world.until(lambda: len(play.world.updates.pending) == 2)
        assert hook.texts == ["slow", "quick"]
        hook.gates["slow"].set()
        await play.world.taken()
        assert hook.texts == ["slow", "quick", "after"]


async def test_no_more_connections_than_the_bot_allows(play: Playing) -> None:
    async with hooked(play, max_connections=1) as hook:
        hook.gates["slow"] = asyncio.Event()
        play.person.writes("slow")
        await play.world.until(lambda: hook.came)
        play.world.person().writes("quick")
        await play.call("getMe")
        assert hook.texts == ["slow"]
        hook.gates["slow"].set()
        await play.world.taken()
        assert hook.texts == ["slow", "quick"]


async def test_a_webhook_that_is_not_there_is_tried_again(play: Playing) -> None:
    play.world.resend_after = 0.01
    await play.call("setWebhook", url="http://127.0.0.1:9/hook")
    play.person.writes("one")
    await play.world.until(lambda: play.world.webhook.last_error_message)
    assert play.world.webhook.last_error_message == "Connection refused"
    async with hooked(play) as hook:
        await play.world.taken()
        assert hook.texts == ["one"]


async def test_a_webhook_that_says_nothing_is_given_up(play: Playing) -> None:
    async with hooked(play) as hook:
        play.world.hook_patience = 0.05
        hook.gates["one"] = asyncio.Event()
        play.person.writes("one")
        await play.world.until(lambda: play.world.webhook.last_error_message)
        assert play.world.webhook.last_error_message == "Read timeout expired"
        hook.gates.clear()
        await play.world.taken()


async def test_a_method_in_the_answer_is_carried_out(play: Playing) -> None:
    async with hooked(play) as hook:
        hook.answers.append(JSONResponse({"method": "sendMessage", "chat_id": play.person.id, "text": "At once"}))
        hook.answers.append(JSONResponse({"method": "deleteWebhook"}))
        play.person.writes("one")
        await play.person.sees("At once")
        play.person.writes("two")
        await play.world.taken()
    (sent,) = play.world.ledger.of("sendMessage")
    assert (sent.in_reply, sent.status, sent.chat) == (True, 200, play.person.id)
    assert hook.texts == ["one", "two"]


async def test_a_public_address_is_posted_to_where_the_test_says() -> None:
    async with playing(local=False) as play, hooked(play, refused=True) as hook:
        for url in ("http://bot.example.com/hook", "https://bot.example.com:8080/hook", "ftp://x", "nonsense"):
            assert (await play.refused("setWebhook", url=url)).startswith("Bad Request: ")
        play.world.reroute["https://bot.example.com"] = hook.url.removesuffix("/hook")
        await play.call("setWebhook", url="https://bot.example.com/hook")
        play.person.writes("one")
        await play.world.taken()
        assert hook.texts == ["one"]


async def test_a_secret_has_a_form() -> None:
    async with playing() as play:
        for secret in ("a b", "x" * 257):
            assert "secret token" in await play.refused("setWebhook", url="http://127.0.0.1:9/", secret_token=secret)


async def test_an_update_comes_once_more_by_webhook_too(play: Playing) -> None:
    async with hooked(play) as hook:
        play.person.writes("one")
        await play.world.taken()
        play.world.redeliver()
        await play.world.taken()
    assert hook.texts == ["one", "one"]
    assert hook.came[0] == hook.came[1]
