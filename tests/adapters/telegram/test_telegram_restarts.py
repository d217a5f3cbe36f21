"""What is owed to a person outlives the program, also what no conversation knows of."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from telegram_stage import TelegramStage, playing_telegram

from bot import runner
from conversations.kinds import Kind
from sandbox.calendar import World as Calendar
from sandbox.serving import running as calendar_running
from sandbox.telegram import Fault, Then, World, running

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _abrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program ends at once, whatever is under way."""
    monkeypatch.setattr(runner, "DRAIN", 0.0)


def first(stage: TelegramStage) -> str:
    question = stage.screen().question(stage.screen().focus)
    assert question
    return question.choices[0].token


async def test_a_gate_that_was_closed_stays_so_over_a_restart_and_holds_nobody_else(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await stage.types("/start")
        stage.world.flood(5, stage.person.id)
        stage.person.writes("/book")
        async with asyncio.timeout(20):
            while not await stage.runner.host(stage.telegram).noted("holds"):
                continue
    told = stage.world.ledger.by_status[429]
    async with playing_telegram(tmp_path, before=stage) as again:
        assert any(each.name == "gates_closed" and each.value == 1 for each in again.telegram.measures())
        other = again.world.person()
        other.writes("/start")
        await other.sees("What would you like to do?")
        assert "What is it for?" not in again.person.drawn(), "the other one had to wait"
        await again.person.sees("What is it for?")
        assert again.world.ledger.by_status[429] == told, "it was tried while Telegram had said to wait"


async def test_in_a_group_the_way_is_shown_after_a_restart_too(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        group = stage.world.group(stage.person)
        stage.world.faults.add(Fault("sendMessage", status=502, times=None))
        stage.person.writes("/book", group)
        await stage.world.until(lambda: stage.world.ledger.by_status.get(502))
    stage.world.faults.clear()
    async with playing_telegram(tmp_path, before=stage) as again:
        await again.world.until(lambda: group.screen is not None and "private matter" in group.screen.text)
        await again.settled()


async def test_a_contact_button_is_taken_away_after_a_restart_too(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await stage.types("/book")
        while stage.screen().focus != "form.phone":
            question = stage.screen().question(stage.screen().focus)
            assert question
            written = {Kind.TEXT: "Somebody", Kind.EMAIL: "somebody@example.com"}.get(question.kind)
            await (stage.types(written) if written else stage.taps(first(stage)))
        stage.person.presses("Share my number")
        await stage.world.until(lambda: stage.person.keyboard)
    async with playing_telegram(tmp_path, before=stage) as again:
        await again.types("+56 9 1234 5678")
        await again.world.until(lambda: not again.person.keyboard)


@contextmanager
def process(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    started = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=environ["DATA_DIR"],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.communicate()


def test_what_a_group_is_owed_survives_a_kill(tmp_path: Path) -> None:
    telegram, calendar = World(local=True), Calendar()
    with running(telegram) as url, calendar_running(calendar) as api:
        environ = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_URL": url,
            "VIDESK_API_URL": api,
            "VIDESK_API_TOKEN": calendar.api_token(),
            "VIDESK_REFERRER": "https://example.com/book",
            "HTTP_PORT": "0",
            "DATA_DIR": str(tmp_path),
        }
        person = telegram.person()
        group = telegram.group(person)
        telegram.faults.add(Fault("sendMessage", then=Then.HANG))
        with process(environ) as first_life:
            person.writes("/book", group)
            telegram.wait(lambda: not telegram.faults.waiting, 60)
            first_life.send_signal(signal.SIGKILL)
            first_life.wait()
        telegram.faults.clear()
        with process(environ):
            telegram.wait(lambda: group.screen is not None and "private matter" in group.screen.text, 60)
    assert not telegram.complaints
