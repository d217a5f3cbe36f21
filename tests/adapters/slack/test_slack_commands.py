"""`booking-bot run`, `manifest slack` and `doctor` for Slack, as processes and as functions, against the stand-ins."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import cast

import pytest
import pytest_asyncio
from pydantic import SecretStr
from slack_sdk.oauth.installation_store import Installation

from adapters import Host, Json, Work
from adapters.slack.commands import commands
from adapters.slack.installing import LIFE, Installations, States
from adapters.slack.manifest import manifest
from bot.doctor import Finding, examine
from bot.settings import BadSettings, Settings, lacks_calendar, load
from bot.slack import printed
from bot.words import Words
from sandbox.calendar import World as Calendar
from sandbox.serving import serving as calendar_serving
from sandbox.slack import Fault, World, running, serving
from sandbox.slack.manifest import read_manifest

ROOT = Path(__file__).parents[3]
PUBLIC = "https://bot.example.com"
OAUTH_IS_OLD = pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning")


@dataclass
class Both:
    slack: World
    settings: Settings


@pytest_asyncio.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    slack, calendar = World(manifest=manifest(Words("en", "UTC"), commands({}))), Calendar()
    async with serving(slack) as url, calendar_serving(calendar) as api:
        environ = {
            "SLACK_BOT_TOKEN": slack.token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": f"{url}/api",
            "VIDESK_API_URL": api,
            "VIDESK_API_TOKEN": calendar.api_token(),
            "VIDESK_REFERRER": "https://example.com/book",
            "VIDESK_FORM_SEGMENT": calendar.form_segments(),
            "DATA_DIR": str(tmp_path),
        }
        yield Both(slack, load(environ, tmp_path))


async def test_the_doctor_finds_nothing_where_all_is_well(both: Both) -> None:
    found = [finding async for finding in examine(both.settings)]
    assert [each for each in found if each.cure] == []
    assert any("Slack answers: this is" in each.what for each in found)


@pytest.mark.parametrize(
    ("changed", "found", "cure"),
    [
        (
            {"slack_bot_token": SecretStr("xoxb-wrong-wrong-wrong")},
            "Slack refuses the bot token",
            "OAuth & Permissions",
        ),
        ({"slack_app_token": SecretStr("xapp-wrong-wrong-wrong")}, "No socket can be opened", "connections:write"),
        ({"slack_api_url": "http://127.0.0.1:9"}, "Slack cannot be reached", "SLACK_API_URL"),
        ({"slack_bot_token": None}, "Slack is not set", "SLACK_BOT_TOKEN"),
    ],
)
async def test_the_doctor_says_how_to_mend_each_fault(
    both: Both, changed: dict[str, object], found: str, cure: str
) -> None:
    settings = both.settings.model_copy(update=changed)
    faults = [finding async for finding in examine(settings) if finding.cure]
    assert any(found in each.what and cure in each.cure for each in faults), faults


async def of_admin_chat(both: Both, chat: str) -> list[Finding]:
    settings = both.settings.model_copy(update={"admin_chat": f"slack:{chat}"})
    return [finding async for finding in examine(settings) if "ADMIN_CHAT" in finding.what]


async def test_the_doctor_sees_where_admins_can_be_told_and_leaves_nothing_there(both: Both) -> None:
    person = both.slack.person()
    channel = both.slack.channel("operators", bot_in=True)
    for chat in (channel.id, person.id, person.dm):
        (found,) = await of_admin_chat(both, chat)
        assert "can be written to" in found.what
        assert not found.cure
    assert not channel.messages
    assert not person.messages
    assert not both.slack.team.scheduled


async def test_the_doctor_sees_where_admins_cannot_be_told(both: Both) -> None:
    gone = both.slack.person()
    gone.deactivates()
    archived = both.slack.channel("archived", bot_in=True)
    both.slack.archive(archived)
    not_in = both.slack.channel("elsewhere", bot_in=False)
    secret = both.slack.channel("secret", private=True, bot_in=False)
    refused = {"C0": "channel_not_found", "U0": "user_not_found", gone.id: "user_disabled"}
    refused |= {archived.id: "is_archived", not_in.id: "not_in_channel", secret.id: "channel_not_found"}
    for chat, why in refused.items():
        (found,) = await of_admin_chat(both, chat)
        assert (found.what, found.cure) == (
            f"ADMIN_CHAT cannot be written to: {why}",
            "invite the app to the channel, or name another",
        )


async def test_the_doctor_says_that_it_could_not_learn_whether_admins_can_be_told(both: Both) -> None:
    channel = both.slack.channel("operators", bot_in=True)
    both.slack.faults.add(Fault("chat.scheduleMessage", error="internal_error", status=500))
    (found,) = await of_admin_chat(both, channel.id)
    assert (found.what, bool(found.cure)) == ("Whether ADMIN_CHAT can be written to could not be learned", True)


async def test_the_doctor_misses_scopes(both: Both) -> None:
    both.slack.tokens[both.slack.token].scopes = ("chat:write", "commands")
    faults = [finding async for finding in examine(both.settings) if finding.cure]
    assert any("files:write, im:history, im:write, users:read" in each.what for each in faults), faults


@pytest.mark.parametrize(
    ("environ", "fault"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-0000000000"}, "SLACK_APP_TOKEN is required for Socket Mode"),
        ({"SLACK_APP_TOKEN": "xapp-0000000000"}, "SLACK_BOT_TOKEN is required"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_APP_TOKEN": "xapp-0000000000"}, "SLACK_CLIENT_SECRET is required"),
        ({"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "x", "SLACK_SIGNING_SECRET": "x"}, "PUBLIC_URL is required"),
        ({"SLACK_BOT_TOKEN": "canary"}, "SLACK_BOT_TOKEN is no such token of Slack's"),
        ({"SLACK_COMMANDS": "book=canary"}, "SLACK_COMMANDS must be like book=/appointment"),
    ],
)
def test_what_is_missing_or_wrong_is_named(environ: dict[str, str], fault: str, tmp_path: Path) -> None:
    calendar = {"VIDESK_API_TOKEN": "x", "VIDESK_REFERRER": "https://example.com/", "DATA_DIR": str(tmp_path)}
    with pytest.raises(BadSettings) as error:
        load({**calendar, **environ}, tmp_path)
    assert fault in str(error.value)
    assert "canary" not in str(error.value)


def test_a_token_of_slack_without_a_calendar_is_somebody_who_tries(tmp_path: Path) -> None:
    assert lacks_calendar({"SLACK_BOT_TOKEN": "xoxb-0000000000"}, tmp_path)


@pytest.mark.parametrize("url", ["", PUBLIC])
def test_the_manifest_is_printed_as_slack_takes_it(url: str) -> None:
    made = json.loads(printed("book=/termin", "en", url, installed_at=url))
    read = read_manifest(made)
    assert "/termin" in read.commands
    assert bool(made["oauth_config"].get("redirect_urls")) is bool(url)


def manifest_printed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name not in ("PUBLIC_URL", "SLACK_COMMANDS")}
    return subprocess.run(
        [sys.executable, "-m", "bot", "manifest", "slack", *arguments],
        cwd=folder,
        env={**environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--http", "http://bot.example.com"), "https"),
        (("--http", "bot.example.com"), "https"),
        (("--oauth",), "PUBLIC_URL"),
        (("--socket", "--http", PUBLIC), "two different ways"),
        (("--commands", "fly=/fly"), "the commands are"),
    ],
)
def test_a_manifest_that_slack_would_not_take_is_not_printed(
    arguments: tuple[str, ...], why: str, tmp_path: Path
) -> None:
    done = manifest_printed(tmp_path, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr


def test_the_manifest_follows_the_settings_that_the_program_runs_by(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"SLACK_COMMANDS=book=/termin\nPUBLIC_URL={PUBLIC}/\n", "utf-8")
    made = json.loads(manifest_printed(tmp_path, "--oauth").stdout)
    assert "/termin" in read_manifest(made).commands
    assert made["oauth_config"]["redirect_urls"] == [f"{PUBLIC}/slack/oauth_redirect"]
    assert made["settings"]["socket_mode_enabled"]


def test_the_command_line_prints_it() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "manifest", "slack", "--http", PUBLIC, "--commands", "cancel=/call-off"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    made = json.loads(done.stdout)
    assert made["settings"]["interactivity"]["request_url"] == f"{PUBLIC}/slack/events"
    assert "/call-off" in done.stdout


async def test_a_state_is_good_once_and_for_ten_minutes() -> None:
    now = [1000.0]
    states = States("secret", lambda: now[0])
    first, second = await states.async_issue(), await states.async_issue()
    assert await states.async_consume(first)
    assert not await states.async_consume(first)
    assert not await States("other", lambda: now[0]).async_consume(second)
    for forged in ("", ".", "..", "a.b.c", "a.9999999999.c", second[:-1], "ñ.1.ñ"):
        assert not await states.async_consume(forged)
    now[0] += LIFE + 1
    assert not await states.async_consume(second)


class Drawer:
    """What an adapter has noted."""

    def __init__(self) -> None:
        self.notes: dict[str, Json] = {}

    async def note(self, name: str, changes: Json) -> None:
        noted = {**self.notes.get(name, {}), **changes}
        self.notes[name] = {each: kept for each, kept in noted.items() if kept is not None}

    async def noted(self, name: str) -> Json:
        return self.notes.get(name, {})

    async def on_duty(self, work: Work, stands_by: Callable[[], None]) -> None:
        await work()


async def test_late_news_of_a_departure_do_not_undo_a_new_installation() -> None:
    now = datetime(2026, 3, 2, 15, 0, 0, 500_000, tzinfo=UTC)
    installations = Installations(lambda: now)
    await installations.take_up(cast(Host, Drawer()))
    await installations.async_save(Installation(user_id="U1", team_id="T1", bot_token="xoxb-1"))
    at = int(now.timestamp())
    assert not await installations.forget("T1", at - 1)
    assert await installations.token("T1") == "xoxb-1"
    assert await installations.forget("T1", at), "in the same second"
    assert await installations.token("T1") is None
    assert await installations.forget("T1", at), "news of what is not there any more are true"


# As a process


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def slack() -> Iterator[tuple[World, dict[str, str]]]:
    world = World(manifest=manifest(Words("en", "UTC"), commands({})))
    with running(world) as url:
        yield world, {"SLACK_API_URL": f"{url}/api", "HTTP_PORT": "0"}


@contextmanager
def started(environ: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def ended(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    written, _ = process.communicate(timeout=25)
    assert process.returncode == 0, written
    return written


def test_two_tokens_run_the_whole_bot_and_a_signal_ends_it_in_order(
    slack: tuple[World, dict[str, str]], tmp_path: Path
) -> None:
    world, environ = slack
    environ |= {"SLACK_BOT_TOKEN": world.token, "SLACK_APP_TOKEN": world.app_token}
    with started(environ, tmp_path) as process:
        world.wait(lambda: world.sockets.ready, 60)
        person = world.person()
        person.commands("/book")
        world.wait(lambda: person.modal and "What is it for?" in person.modal.text, 20)
        written = ended(process)
    assert "THE CALENDAR IS A STAND-IN" in written
    assert "Slack      by Socket Mode" in written
    assert world.token not in written
    assert world.app_token not in written
    assert not world.complaints


def test_a_token_that_slack_refuses_is_said_plainly(slack: tuple[World, dict[str, str]], tmp_path: Path) -> None:
    world, environ = slack
    environ |= {"SLACK_BOT_TOKEN": "xoxb-" + "y" * 30, "SLACK_APP_TOKEN": world.app_token}
    with started(environ, tmp_path) as process:
        written, _ = process.communicate(timeout=60)
    assert process.returncode == 2, written
    assert "SLACK_BOT_TOKEN is not accepted by Slack" in written
    assert "y" * 30 not in written


def test_several_workspaces_install_it_each_for_itself(slack: tuple[World, dict[str, str]], tmp_path: Path) -> None:
    world, environ = slack
    port = free_port()
    made = manifest(Words("en", "UTC"), commands({}), url=PUBLIC, redirect_urls=[f"{PUBLIC}/slack/oauth_redirect"])
    own = f"http://127.0.0.1:{port}"
    environ |= {
        "HTTP_PORT": str(port),
        "PUBLIC_URL": PUBLIC,
        "SLACK_CLIENT_ID": world.client_id,
        "SLACK_CLIENT_SECRET": world.client_secret,
        "SLACK_SIGNING_SECRET": world.signing_secret,
        "PYTHONWARNINGS": "ignore",
    }
    world.reroute[PUBLIC] = own
    other = world.workspace("Other")
    person = world.person(team=other)
    with started(environ, tmp_path) as process:
        until_listening(port)
        world.configure(made)
        world.wait(lambda: world.verified, 30)
        assert fetched(f"{own}/slack/oauth_redirect?code=1&state=2")[0] == 400  # begun by no browser
        status, page, cookie = fetched(f"{own}/slack/install")
        assert status == 200
        url = unescape(re.findall(r'href="([^"]*authorize[^"]*)"', page)[0])
        back = person.approves(url).replace(PUBLIC, own)
        assert fetched(back)[0] == 400, "another browser"
        assert fetched(back, cookie)[0] == 200
        assert fetched(back, cookie)[0] == 401, "used once"
        person.commands("/book")
        world.wait(lambda: person.modal and "What is it for?" in person.modal.text, 20)
        world.uninstall(other)
        world.wait(lambda: all(each.done for each in world.deliveries), 10)
        written = ended(process)
    assert "the app was installed" in written
    assert "the app was taken away" in written
    assert other.token not in written
    assert not world.complaints


def test_a_workspace_that_does_not_allow_it_is_not_installed(
    slack: tuple[World, dict[str, str]], tmp_path: Path
) -> None:
    world, environ = slack
    world.faults.add(Fault("oauth.v2.access", error="invalid_code", times=None))
    port = free_port()
    environ |= {
        "HTTP_PORT": str(port),
        "PUBLIC_URL": PUBLIC,
        "SLACK_CLIENT_ID": world.client_id,
        "SLACK_CLIENT_SECRET": world.client_secret,
        "SLACK_APP_TOKEN": world.app_token,
        "PYTHONWARNINGS": "ignore",
    }
    own = f"http://127.0.0.1:{port}"
    with started(environ, tmp_path) as process:
        until_listening(port)
        _, page, cookie = fetched(f"{own}/slack/install")
        state = re.findall(r"state=([^&\"]+)", unescape(page))[0]
        assert fetched(f"{own}/slack/oauth_redirect?error=access_denied&state={state}", cookie)[0] == 200
        assert fetched(f"{own}/slack/oauth_redirect?code=canary&state={state}", cookie)[0] == 401
        assert "canary" not in ended(process)


def until_listening(port: int) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        select_nothing()
    raise TimeoutError


def select_nothing() -> None:
    """Waits a moment for another process, of which there is no word."""
    import select

    select.select([], [], [], 0.1)


def fetched(url: str, cookie: str = "") -> tuple[int, str, str]:
    request = urllib.request.Request(url, headers={"Cookie": cookie} if cookie else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as response:
            set_cookie = response.headers.get("Set-Cookie", "").partition(";")[0]
            return response.status, response.read().decode(), set_cookie
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), ""
