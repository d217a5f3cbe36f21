"""What goes out: refusals in words of our own, gates that hold back just whom a 429 concerns, polling that survives."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from pathlib import Path

import aiohttp
import pytest
from telegram_stage import playing_telegram

from adapters import NotYet, Place
from adapters.telegram.api import TRIES, Api, Refused, Unreached
from adapters.telegram.chats import Chats
from adapters.telegram.gates import EVERYBODY, GROUP, OVERALL, PACED, Gates, Held
from adapters.telegram.intake import Pace
from bot import showing
from bot.logs import configure
from bot.words import Words
from conversations.screens import Screen
from sandbox.telegram import Body, Fault, Then, World, serving


class Clock:
    """Time that passes only when somebody waits for it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        patch.setattr("adapters.telegram.gates.asyncio.sleep", self._sleep)

    async def _sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


async def passed(gates: Gates, clock: Clock, chat: str, patience: float = 100) -> float:
    """How long somebody had to wait there."""
    before = clock.now
    await gates.passed(chat, message=True, patience=patience)
    return clock.now - before


async def test_only_the_chat_that_was_told_to_wait_waits(clock: Clock) -> None:
    gates = Gates(lambda: clock.now)
    await gates.hold("1", 7)
    assert gates.holds.held() == {"1"}
    assert await passed(gates, clock, "2") == 0
    assert await passed(gates, clock, "1") == 7
    assert not gates.holds.held()


async def test_when_two_chats_are_told_to_wait_all_do(clock: Clock) -> None:
    gates = Gates(lambda: clock.now)
    await gates.hold("1", 7)
    await gates.hold("2", 5)
    assert await passed(gates, clock, "3") == 5


async def test_a_method_that_was_told_to_wait_holds_up_no_chat_and_no_other_method(clock: Clock) -> None:
    gates = Gates(lambda: clock.now)
    await gates.hold("answerCallbackQuery", 7)
    await gates.hold("1", 5)
    assert gates.holds.held() == {"answerCallbackQuery", "1"}
    assert await passed(gates, clock, "2") == 0
    await gates.passed("getUpdates", message=False, patience=0)
    assert await passed(gates, clock, "answerCallbackQuery") == 7


async def test_a_shorter_hold_does_not_open_a_gate_earlier(clock: Clock) -> None:
    gates = Gates(lambda: clock.now)
    await gates.hold("1", 7)
    await gates.hold("1", 1)
    assert await passed(gates, clock, "1") == 7


async def test_who_has_no_patience_is_told_so(clock: Clock) -> None:
    gates = Gates(lambda: clock.now)
    await gates.hold("1", 60)
    with pytest.raises(Held, match="60 seconds"):
        await passed(gates, clock, "1", patience=20)


async def test_nobody_waits_for_anybody_before_telegram_says_so(clock: Clock) -> None:
    gates = Gates(lambda: clock.now)
    assert [await passed(gates, clock, str(chat)) for chat in range(10 * OVERALL[0])][-1] == 0


async def test_the_ceiling_of_all_is_forgotten_a_while_after_it_was_passed(clock: Clock) -> None:
    gates = Gates(lambda: clock.now)
    await gates.hold(EVERYBODY, 1)
    clock.now += 1 + PACED
    assert [await passed(gates, clock, str(chat)) for chat in range(10 * OVERALL[0])][-1] == 0


@pytest.mark.parametrize(("chat", "ceiling"), [("1", OVERALL), ("-100", GROUP)])
async def test_ceilings_are_kept_in_every_window(clock: Clock, chat: str, ceiling: tuple[int, float]) -> None:
    gates, left = Gates(lambda: clock.now), []
    most, seconds = ceiling
    await gates.hold(EVERYBODY, 1)
    for _ in range(3 * most):
        await passed(gates, clock, chat)
        left.append(clock.now)
    assert all(later - earlier >= seconds for earlier, later in zip(left, left[most:], strict=False))


@pytest.mark.parametrize(("besides", "asked"), [("", True), ("127.0.0.1", False)])
async def test_a_proxy_that_the_environment_names_is_used(
    besides: str, asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # where nobody listens
    monkeypatch.setenv("no_proxy", besides)
    world = World(local=True)
    async with serving(world) as url, Api(world.token, url) as api:
        if asked:
            with pytest.raises(Unreached):
                await api.call("getMe")
        else:
            await api.call("getMe")


async def test_a_429_is_waited_out_and_the_message_arrives_once() -> None:
    world = World(local=True)
    async with serving(world) as url, Api(world.token, url) as api:
        person = world.person()
        person.starts()
        world.faults.add(Fault("sendMessage", chat=person.id, retry_after=1))
        await api.call("sendMessage", {"chat_id": person.id, "text": "hello"})
        assert [each.text for each in person.chat if each.by_bot] == ["hello"]
        assert api.outcomes["sendMessage", "429"] == 1


async def test_who_is_told_to_wait_again_and_again_is_put_off_and_not_refused() -> None:
    world = World(local=True)
    async with serving(world) as url, Api(world.token, url) as api:
        person = world.person()
        secret = person.starts()
        world.faults.add(Fault("deleteMessage", retry_after=1, times=TRIES))
        with pytest.raises(Held):
            await api.delete(person.id, secret.id)
        await api.delete(person.id, secret.id)
        assert secret.deleted


async def test_an_instant_further_ahead_than_telegram_takes_is_told_in_words() -> None:
    world = World(local=True)
    async with serving(world) as url, Api(world.token, url) as api:
        person = world.person()
        person.starts()
        ahead = datetime.now(UTC) + timedelta(days=1200)
        screen = Screen(key="k", revision=1, title="T", rows=(("When", ahead),))
        place, words = Place("private", str(person.id)), Words("en", "UTC")
        await Chats(api).show(screen, place, None, words, below=True)
        assert person.screen
        assert str(ahead.year) in person.screen.text
        assert [each["type"] for each in person.screen.entities] == ["bold"]
    assert not world.complaints


@pytest.mark.parametrize(
    ("fault", "ordinary"),
    [
        (Fault("sendMessage", status=403, description="Forbidden: bot was blocked by the user"), "gone"),
        (Fault("sendMessage", status=403, description="Forbidden: bot was kicked from the group chat"), "gone"),
        (Fault("sendMessage", status=403, description="Forbidden: user is deactivated"), "gone"),
        (Fault("sendMessage", status=400, description="Bad Request: chat not found"), "gone"),
        (Fault("sendMessage", status=400, description="Bad Request: message is not modified: same"), "unchanged"),
        (Fault("sendMessage", status=400, description="Bad Request: message to edit not found"), "lost"),
        (Fault("sendMessage", status=400, description="Bad Request: message can't be edited"), "lost"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_refusals_are_told_apart_by_telegrams_words(fault: Fault, ordinary: str) -> None:
    world = World(local=True)
    async with serving(world) as url, Api(world.token, url) as api:
        world.faults.add(fault)
        with pytest.raises(Refused) as refused:
            await api.call("sendMessage", {"chat_id": 1, "text": "hello"})
    assert {name for name in ("gone", "unchanged", "lost") if getattr(refused.value, name)} == {ordinary}


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_what_stands_between_speaks_for_nobody(status: int) -> None:
    """A proxy's 403 would be taken for a person who has blocked the bot, and what they must know be dropped."""
    world = World(local=True)
    async with serving(world) as url, Api(world.token, url) as api:
        person = world.person()
        person.starts()
        world.faults.add(Fault("sendMessage", status=status, body=Body.HTML))
        screen, place = Screen(key="k", revision=1, title="T"), Place("private", str(person.id))
        with pytest.raises(NotYet):
            await Chats(api).show(screen, place, None, Words("en", "UTC"), below=True)
        await Chats(api).show(screen, place, None, Words("en", "UTC"), below=True)
        assert person.screen


async def test_of_half_an_answer_nothing_is_logged() -> None:
    world, written = World(local=True), StringIO()
    configure("DEBUG", stream=written)
    async with serving(world) as url, Api(world.token, url) as api:
        world.faults.add(Fault("getUpdates", text='{"ok": true, "result": [{"message": {"text": "what I told you'))
        with pytest.raises(Unreached, match="getUpdates: an answer that nobody can read"):
            await api.call("getUpdates")
    assert "what I told you" not in written.getvalue()


FAULTS = [
    Fault("getMe", status=502),
    Fault("getMe", status=500, body=Body.HTML),
    Fault("getMe", body=Body.HTML),
    Fault("getMe", body=Body.EMPTY),
    Fault("getMe", body=Body.NOT_JSON),
    Fault("getMe", body=Body.CUT),
    Fault("getMe", then=Then.RESET),
    Fault("getMe", then=Then.CLOSE),
    Fault("getMe", then=Then.HANG),
    Fault("getMe", status=401, description="Unauthorized"),
    Fault("getMe", status=404, description="Not Found"),
]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
async def test_no_fault_shows_the_token_in_an_error_a_trace_or_a_log(fault: Fault) -> None:
    world, written = World(local=True), StringIO()
    configure("DEBUG", stream=written)
    logging.getLogger("telegram").setLevel(logging.DEBUG)
    try:
        async with serving(world) as url, Api(world.token, url) as api:
            world.faults.add(fault)
            with pytest.raises((Refused, Unreached)) as error:
                await api.call("getMe", answer=0.3)
            told = "".join(traceback.format_exception(error.value)) + repr(error.value) + repr(api) + repr(api._bot)
    finally:
        logging.getLogger("telegram").setLevel(logging.WARNING)
    secret = world.token.partition(":")[2]
    assert secret not in told
    assert "getMe" in told


async def test_an_address_where_nobody_is_shows_no_token_either() -> None:
    world = World()
    async with Api(world.token, "http://127.0.0.1:9") as api:
        with pytest.raises(Unreached) as error:
            await api.call("getMe")
    assert world.token.partition(":")[2] not in "".join(traceback.format_exception(error.value))


def test_whoever_logs_a_secret_it_is_not_written() -> None:
    written = StringIO()
    configure("INFO", stream=written, secrets=["5ecret"])
    logging.getLogger("some.library").error("asked https://example.com/bot5ecret/getMe")
    try:
        raise ValueError("5ecret")
    except ValueError:
        logging.getLogger("some.library").exception("failed")
    assert "getMe" in written.getvalue()
    assert "5ecret" not in written.getvalue()


async def test_a_second_poller_stands_by_and_goes_on_when_it_may(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
        stage.world.faults.add(Fault("getUpdates", status=409, description=conflict, times=3))
        stage.person.writes("/start")
        await stage.world.until(lambda: "standing by" in stage.telegram.trouble(), 20)
        await stage.person.sees("What would you like to do?")
        await stage.world.until(lambda: not stage.telegram.trouble())


@pytest.mark.parametrize(
    "fault",
    [
        Fault("getUpdates", status=502),
        Fault("getUpdates", then=Then.RESET),
        Fault("getUpdates", body=Body.HTML),
        Fault("getUpdates", body=Body.WRONG_SHAPE),
        Fault("getUpdates", retry_after=1),
    ],
    ids=str,
)
async def test_polling_goes_on_after_every_fault_and_nothing_is_lost(fault: Fault, tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        stage.world.faults.add(fault)
        await stage.types("/start")
        await stage.types("/book")
        assert "What is it for?" in stage.seen()


async def test_a_poll_that_hangs_is_told_in_a_plain_line_and_made_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    pace = Pace(pauses=(0.05,), poll=1, grace=0.2)
    async with playing_telegram(tmp_path, pace=pace) as stage, aiohttp.ClientSession() as session:
        logging.getLogger().addHandler(caplog.handler)
        stage.world.faults.add(Fault("getUpdates", then=Then.HANG, times=None))
        stage.person.writes("/start")
        await stage.world.until(lambda: "no answer within 1 seconds" in stage.telegram.trouble(), 20)
        async with session.get(f"{stage.own}/readyz") as ready:
            assert "nothing could be fetched" in (await ready.json())["troubles"]["telegram"]
        stage.world.faults.clear()
        await stage.person.sees("What would you like to do?")
        await stage.world.until(lambda: not stage.telegram.trouble(), 20)
    assert any("nothing could be fetched: getUpdates: no answer" in each.getMessage() for each in caplog.records)
    assert not any(each.exc_info for each in caplog.records)


async def test_a_screen_that_telegram_did_not_take_comes_later_and_is_told_in_a_plain_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with playing_telegram(tmp_path) as stage:
        logging.getLogger().addHandler(caplog.handler)
        stage.world.faults.add(Fault("sendMessage", status=502))
        await stage.types("/start")
        assert "What would you like to do?" in stage.seen()
    assert any("a screen could not be shown yet" in each.getMessage() for each in caplog.records)
    assert not any(each.exc_info for each in caplog.records)


async def test_whatever_makes_a_poll_hang_it_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing_telegram(tmp_path, pace=Pace(pauses=(0.05,), poll=0, silence=0.5)) as stage:
        host = stage.runner.host(stage.telegram)
        receive, hung = host.receive, asyncio.Event()

        async def hanging(*given: object) -> object:
            if not hung.is_set():
                hung.set()
                await asyncio.Event().wait()
            return await receive(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(host, "receive", hanging)
        await stage.types("/start")
        assert hung.is_set()
        assert "What would you like to do?" in stage.seen()


async def test_a_webhook_that_was_taken_away_is_set_again(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path, hooked=True, pace=Pace(pauses=(0.05,), look=0.1)) as stage:
        await stage.telegram._api.call("deleteWebhook")
        await stage.world.until(lambda: stage.world.ledger.count("setWebhook") == 2)
        await stage.types("/start")
        assert "What would you like to do?" in stage.seen()


async def test_what_could_not_be_stored_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with playing_telegram(tmp_path) as stage:
        failures = iter([OSError("the disk is full"), OSError("the disk is full")])
        host = stage.runner.host(stage.telegram)
        receive = host.receive

        async def refusing(*given: object) -> object:
            for failure in failures:
                raise failure
            return await receive(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(host, "receive", refusing)
        await stage.types("/start")
        assert "What would you like to do?" in stage.seen()


async def test_a_slow_calendar_shows_that_the_bot_is_typing(tmp_path: Path) -> None:
    from sandbox.calendar import faults

    async with playing_telegram(tmp_path) as stage:
        await stage.types("/start")
        stage.calendar.world.faults.add(faults.late("reads", 0.6))
        await stage.types("/book")
        assert "typing" in stage.person.actions
        assert "What is it for?" in stage.seen()


async def test_a_fast_calendar_makes_nothing_flicker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "FLICKER", 30.0)  # however slow the machine is, the calendar is fast
    async with playing_telegram(tmp_path) as stage:
        await stage.types("/book")
        assert stage.message.edits == 0
        assert not stage.person.actions
        sent = stage.world.ledger.count("sendMessage")
        question = stage.screen().question(stage.screen().focus)
        assert question
        await stage.presses(question.choices[0])
        assert stage.message.edits == 1
        assert stage.world.ledger.count("sendMessage") == sent


SECRET = {"X-Telegram-Bot-Api-Secret-Token": "s3cret-of-the-webhook"}


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/telegram/elsewhere", SECRET, b"{}", 404),
        ("/telegram/path-of-the-webhook", {}, b'{"update_id": 1}', 404),
        ("/telegram/path-of-the-webhook", {"X-Telegram-Bot-Api-Secret-Token": "wrong"}, b'{"update_id": 1}', 404),
        ("/telegram/path-of-the-webhook", {"X-Telegram-Bot-Api-Secret-Token": "\xe9"}, b'{"update_id": 1}', 404),
        ("/telegram/path-of-the-webhook", SECRET, b"junk-canary", 400),
        ("/telegram/path-of-the-webhook", SECRET, b"[]", 400),
        ("/telegram/path-of-the-webhook", SECRET, b'{"update_id": "1"}', 400),
        ("/telegram/path-of-the-webhook", SECRET, b"[" * 200_000, 400),
        ("/telegram/path-of-the-webhook", SECRET, b"\xff\xfe", 400),
        ("/telegram/path-of-the-webhook", SECRET, b"x" * (2 << 20), 413),
        ("/nothing/here", SECRET, b"{}", 404),
    ],
)
async def test_junk_is_refused_and_leaves_no_trace(
    path: str, headers: dict[str, str], body: bytes, status: int, tmp_path: Path
) -> None:
    written = StringIO()
    async with playing_telegram(tmp_path, hooked=True) as stage:
        configure("DEBUG", stream=written)
        assert await posted(stage.own, path, headers, body) == status
        await stage.types("/start")
        assert (await stage.runner.counts()).inbox.keys() == {"done"}
    for canary in ("junk-canary", "s3cret-of-the-webhook", "path-of-the-webhook", "wrong"):
        assert canary not in written.getvalue()


@pytest.mark.parametrize("junk", [b"junk-canary\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"POST / HTTP/9\r\n\r\n"])
async def test_what_is_no_http_leaves_no_trace_either(junk: bytes, tmp_path: Path) -> None:
    written = StringIO()
    async with playing_telegram(tmp_path, hooked=True) as stage:
        await stage.types("/start")
        await stage.settled()
        configure("DEBUG", stream=written)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(stage.own.rpartition(":")[2]))
        writer.write(junk)
        answered = await reader.read()
        writer.close()
        said = written.getvalue()
    assert answered.startswith(b"HTTP/1.1 400")
    assert said == ""


async def posted(url: str, path: str, headers: dict[str, str], body: bytes) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url + path, data=BytesIO(body), headers=headers) as response,
    ):
        return response.status


async def test_health_and_metrics_name_no_person(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage, aiohttp.ClientSession() as session:
        await stage.types("/start")
        await stage.settled()
        async with session.get(f"{stage.own}/readyz") as ready:
            assert (ready.status, await ready.json()) == (200, {"ready": True, "troubles": {}})
        async with session.get(f"{stage.own}/metrics") as metrics:
            text = await metrics.text()
        async with session.get(f"{stage.own}/healthz") as healthy:
            assert healthy.status == 200
        assert 'booking_bot_updates_total{kind="message",platform="telegram"} 1.0' in text
        assert 'booking_bot_inbox{state="done"} 1.0' in text
        assert str(stage.person.id) not in text


async def test_the_program_says_that_it_is_not_ready_while_telegram_is_away(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage, aiohttp.ClientSession() as session:
        stage.world.faults.add(Fault("getUpdates", status=502, times=None))
        stage.person.writes("/start")
        await stage.world.until(lambda: bool(stage.telegram.trouble()))
        async with session.get(f"{stage.own}/readyz") as ready:
            assert ready.status == 503
            assert "telegram" in json.loads(await ready.text())["troubles"]
        stage.world.faults.clear()
        await stage.person.sees("What would you like to do?")


async def test_people_wait_for_nobody_else(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await stage.types("/start")
        stage.world.faults.add(Fault("sends", chat=stage.person.id, retry_after=4))
        stage.person.writes("/book")
        other = stage.world.person()
        other.writes("/start")
        await other.sees("What would you like to do?")
        assert "What is it for?" not in stage.person.drawn()
        await stage.person.sees("What is it for?")
