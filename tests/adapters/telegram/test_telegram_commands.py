"""`booking-bot run`, `setup telegram`, `links` and `doctor`, as processes and as functions, against the stand-ins."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.telegram.api import Api
from bot.doctor import examine
from bot.settings import BadSettings, Settings, lacks_calendar, load
from bot.telegram import introduce, print_links, set_up
from bot.wiring import derived
from sandbox.calendar import World as Calendar
from sandbox.serving import serving as calendar_serving
from sandbox.telegram import World, running, serving

ROOT = Path(__file__).parents[3]


@dataclass
class Both:
    telegram: World
    settings: Settings


@pytest_asyncio.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    telegram, calendar = World(local=True), Calendar()
    async with serving(telegram) as url, calendar_serving(calendar) as api:
        environ = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": url,
            "VIDESK_API_URL": api,
            "VIDESK_API_TOKEN": calendar.api_token(),
            "VIDESK_REFERRER": "https://example.com/book",
            "VIDESK_FORM_SEGMENT": calendar.form_segments(),
            "DATA_DIR": str(tmp_path),
        }
        yield Both(telegram, load(environ, tmp_path))
        assert not telegram.complaints


async def test_setting_up_changes_what_differs_once(both: Both, capsys: pytest.CaptureFixture[str]) -> None:
    assert await set_up(both.settings, dry_run=True) == 1
    assert not any(each.method.startswith("set") for each in both.telegram.ledger.requests)
    assert await set_up(both.settings, dry_run=False) == 0
    person = both.telegram.person(language_code="es")
    assert ("book", "Reservar una cita") in person.menu
    assert ("book", "Marcar um horário") in both.telegram.person(language_code="pt").menu
    assert both.telegram.person(language_code="nl").menu[1] == ("book", "Book an appointment")
    capsys.readouterr()
    before = len([each for each in both.telegram.ledger.requests if each.method.startswith("set")])
    assert await set_up(both.settings, dry_run=False) == 0
    assert capsys.readouterr().out == "Nothing is to be changed.\n"
    assert len([each for each in both.telegram.ledger.requests if each.method.startswith("set")]) == before


async def test_a_new_bot_is_introduced_and_what_somebody_wrote_stays(both: Both) -> None:
    token = both.settings.telegram_bot_token
    assert token
    async with Api(token.get_secret_value(), both.settings.telegram_api_url) as api:
        await api.call("setMyCommands", {"commands": [{"command": "mine", "description": "My own"}]})
        await api.call("setMyName", {"name": "My own name"})
        assert await introduce(api)
        person = both.telegram.person(language_code="nl")
        assert person.menu == [("mine", "My own")]
        assert person.profile["name"] == "My own name"
        assert person.profile["description"].startswith("I can book")
        assert ("book", "Reservar una cita") in both.telegram.person(language_code="es").menu
        assert await introduce(api) == 0


async def test_links_open_every_service_and_agent(
    both: Both, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert await print_links(both.settings, agents=True, qr=False, folder=tmp_path / "codes") == 0
    lines = capsys.readouterr().out.splitlines()
    titles = {line.partition("  ")[2]: line.partition("  ")[0] for line in lines}
    assert "Account opening, Agent One" in titles
    assert len({title for title in titles if ", Agent" not in title}) > 8
    for link in titles.values():
        assert len(link.partition("?start=")[2]) <= 64
    assert len(list((tmp_path / "codes").glob("*.png"))) == len(lines)
    assert len(list((tmp_path / "codes").glob("*.svg"))) == len(lines)


async def test_the_doctor_finds_nothing_where_all_is_well(both: Both) -> None:
    await set_up(both.settings, dry_run=False)
    assert [finding.what async for finding in examine(both.settings) if finding.cure] == []


@pytest.mark.parametrize(
    ("changed", "found", "cure"),
    [
        ({"videsk_api_token": "wrong"}, "The calendar does not accept the key", "VIDESK_API_TOKEN"),
        ({"videsk_form_segment": ""}, "No form is set", "VIDESK_FORM_SEGMENT"),
        ({"telegram_bot_token": "777000111:" + "x" * 35}, "Telegram does not accept the token", "@BotFather"),
        ({"telegram_bot_token": None}, "Telegram is not set", "TELEGRAM_BOT_TOKEN"),
        ({"telegram_api_url": "http://127.0.0.1:9"}, "Telegram cannot be reached", "TELEGRAM_API_URL"),
        ({"public_url": "https://bot.example.com"}, "The webhook is not set", "booking-bot run"),
        ({}, "texts of the bot are not up to date", "booking-bot setup telegram"),
        ({"admin_chat": "telegram:1"}, "ADMIN_CHAT cannot be written to", "write to the bot there"),
    ],
)
async def test_the_doctor_says_how_to_mend_each_fault(
    both: Both, changed: dict[str, object], found: str, cure: str
) -> None:
    from pydantic import SecretStr

    secret = {
        name: SecretStr(value) if name.endswith("token") and isinstance(value, str) else value
        for name, value in changed.items()
    }
    settings = both.settings.model_copy(update=secret)
    faults = [finding async for finding in examine(settings) if finding.cure]
    assert any(found in each.what and cure in each.cure for each in faults), faults


async def test_the_doctor_sees_that_whoever_is_to_be_told_has_blocked_the_bot(both: Both) -> None:
    person = both.telegram.person()
    person.starts()
    settings = both.settings.model_copy(update={"admin_chat": f"telegram:{person.id}"})
    found = [each async for each in examine(settings) if "ADMIN_CHAT" in each.what]
    assert [(each.what, each.cure) for each in found] == [
        ("ADMIN_CHAT can be written to: you are told there of writes in doubt", "")
    ]
    person.blocks()
    (found_then,) = [each async for each in examine(settings) if "ADMIN_CHAT" in each.what]
    assert "blocked by the user" in found_then.what
    assert found_then.cure
    assert not [each for each in person.chat if each.by_bot]


def test_a_token_of_telegram_without_a_calendar_is_somebody_who_tries(tmp_path: Path) -> None:
    token = "777000111:" + "x" * 35
    assert lacks_calendar({"TELEGRAM_BOT_TOKEN": token}, tmp_path)
    assert not lacks_calendar({"TELEGRAM_BOT_TOKEN": token, "VIDESK_API_TOKEN": "x"}, tmp_path)
    assert not lacks_calendar({}, tmp_path)


def test_all_faults_are_said_at_once_and_no_value(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as error:
        load({"TELEGRAM_BOT_TOKEN": "canary", "PUBLIC_URL": "http://canary", "HTTP_PORT": "canary"}, tmp_path)
    text = str(error.value)
    for name in ("VIDESK_API_TOKEN", "VIDESK_REFERRER", "TELEGRAM_BOT_TOKEN", "PUBLIC_URL", "HTTP_PORT"):
        assert name in text
    assert "canary" not in text


def test_what_is_derived_is_known_to_whoever_has_the_keys_and_differs_by_purpose() -> None:
    assert derived(["a", "b"], "path") == derived(["a", "c"], "path")
    assert len({derived([key], purpose) for key in "ab" for purpose in ("path", "secret")}) == 4
    assert set(derived(["a"], "path")) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


@pytest.fixture
def telegram() -> Iterator[tuple[World, dict[str, str]]]:
    world = World(local=True)
    with running(world) as url:
        yield world, {"TELEGRAM_BOT_TOKEN": world.token, "TELEGRAM_API_URL": url, "HTTP_PORT": "0"}


def started(environ: dict[str, str], folder: Path, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bot", *(command or ("run",))],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_token_alone_runs_the_whole_bot_and_a_signal_ends_it_in_order(
    telegram: tuple[World, dict[str, str]], tmp_path: Path
) -> None:
    world, environ = telegram
    process = started(environ, tmp_path)
    try:
        person = world.person()
        person.writes("/book")
        world.wait(lambda: person.screen and "What is it for?" in person.screen.text, 60)
        press = person.presses("Account opening")
        world.wait(lambda: press.answered, 20)
        process.send_signal(signal.SIGTERM)
        written, _ = process.communicate(timeout=20)
    finally:
        process.kill()
    assert process.returncode == 0, written
    assert "THE CALENDAR IS A STAND-IN" in written
    assert "The bot had no commands and descriptions yet" in written
    assert ("book", "Book an appointment") in person.menu
    assert f"https://t.me/{world.bot['username']}, by polling" in written
    assert world.token.partition(":")[2] not in written
    assert not world.complaints


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"VIDESK_API_TOKEN": "x", "VIDESK_REFERRER": "https://example.com/"}, "TELEGRAM_BOT_TOKEN is required"),
        ({"TELEGRAM_BOT_TOKEN": "777000111:" + "y" * 35}, "TELEGRAM_BOT_TOKEN is not accepted by Telegram"),
    ],
)
def test_what_cannot_run_says_why_and_ends_with_two(
    telegram: tuple[World, dict[str, str]], environ: dict[str, str], fault: str, tmp_path: Path
) -> None:
    _, given = telegram
    given = {name: value for name, value in given.items() if name != "TELEGRAM_BOT_TOKEN"}
    process = started({**given, **environ}, tmp_path)
    written, _ = process.communicate(timeout=60)
    assert process.returncode == 2, written
    assert fault in written
    assert "y" * 35 not in written


@pytest.mark.parametrize(
    ("command", "said", "code"),
    [
        (("setup", "telegram", "--dry-run"), "would change commands: nothing -> /start", 1),
        (("setup", "telegram"), "28 differences.", 0),
        (("doctor",), "No calendar is set: a stand-in would be used", 1),
        (("links", "--qr"), "?start=book-", 0),
    ],
    ids=lambda each: "-".join(each) if isinstance(each, tuple) else "",
)
def test_with_a_token_alone_every_command_works(
    telegram: tuple[World, dict[str, str]], command: tuple[str, ...], said: str, code: int, tmp_path: Path
) -> None:
    world, environ = telegram
    process = started(environ, tmp_path, *command)
    written, _ = process.communicate(timeout=60)
    assert (said in written, process.returncode) == (True, code), written
    assert world.token.partition(":")[2] not in written
    assert "Traceback" not in written


def test_a_port_that_is_taken_is_said_plainly(telegram: tuple[World, dict[str, str]], tmp_path: Path) -> None:
    world, environ = telegram
    taken = environ["TELEGRAM_API_URL"].rpartition(":")[2]
    process = started({**environ, "HTTP_PORT": taken}, tmp_path)
    written, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"Nobody can listen on 127.0.0.1:{taken}" in written
    assert world.bot
