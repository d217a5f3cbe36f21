"""Logs: whoever logs a secret, none is written; whoever sends a line, it stays one line."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
import structlog

from bot.console import settings
from bot.logs import configure
from bot.store.vault import new_key

LIBRARY = logging.getLogger("some.library")
SECRETS = {
    "an API token": "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6IjEifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
    "a Telegram token": "123456789:AAF-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "a Slack token": "xoxb-" + "123456789012-abcdefghijkl",
    "a Slack app token": "xapp-1-" + "A0123456789-abcdefghijkl",
    "a secret key": new_key(),
    "a link that joins": "join-0123456789abcdef",
    "an opaque token": "Zm9vYmFyYmF6-0123456789",
    "an e-mail address": "somebody@mail.example.com",
}
WRAPPED = {
    "a link that joins": "https://example.com/book?lang=es&appointment={}&x=1",
    "an opaque token": "Authorization: Bearer {}",
    "a Telegram token": "https://api.telegram.org/bot{}/getUpdates",
}
pytestmark = pytest.mark.spills


@pytest.fixture(params=["pretty", "json"])
def log(request: pytest.FixtureRequest) -> StringIO:
    log = StringIO()
    configure("DEBUG", request.param, stream=log, secrets=["a word that only the settings know", ""])
    return log


def ours(text: str) -> None:
    structlog.get_logger().warning("something happened", why=text, number=1)


def ours_as_event(text: str) -> None:
    structlog.get_logger().info(text)


def ours_bound(text: str) -> None:
    structlog.get_logger().bind(where={"deep": [text]}).error("bound")


def ours_with_traceback(text: str) -> None:
    try:
        raise LookupError(text)
    except LookupError:
        structlog.get_logger().exception("failed")


def a_library(text: str) -> None:
    LIBRARY.warning("it says %s", text)


def a_library_with_traceback(text: str) -> None:
    try:
        raise ConnectionError(text) from OSError(text)
    except ConnectionError:
        LIBRARY.exception("failed")


def a_warning(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(text, UserWarning, stacklevel=2)


def the_end(text: str) -> None:
    error = RuntimeError(text)
    sys.excepthook(RuntimeError, error, None)


def the_end_of_a_thread(text: str) -> None:
    def fails() -> None:
        raise RuntimeError(text)

    thread = threading.Thread(target=fails)
    thread.start()
    thread.join()


WAYS = (
    *(ours, ours_as_event, ours_bound, ours_with_traceback, a_library, a_library_with_traceback),
    *(a_warning, the_end, the_end_of_a_thread),
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_is_written_whoever_logs_it(name: str, way: Callable[[str], None], log: StringIO) -> None:
    way(f"before {WRAPPED.get(name, '{}').format(SECRETS[name])} after")
    assert SECRETS[name] not in log.getvalue()
    assert "before" in log.getvalue()
    assert "after" in log.getvalue()


@pytest.mark.parametrize("way", WAYS)
def test_what_only_the_settings_know_is_not_written(way: Callable[[str], None], log: StringIO) -> None:
    way("it is a word that only the settings know, or not")
    assert "a word that only" not in log.getvalue()
    assert "or not" in log.getvalue()


FORGED = "quiet\n2026-11-22T12:00:00Z [info     ] all is well\r\x1b[31mred\x1b[0m\x85next\u2028line\x00"


@pytest.mark.parametrize("way", WAYS)
def test_nobody_forges_a_line_or_a_colour(way: Callable[[str], None], log: StringIO) -> None:
    way(FORGED)
    written = log.getvalue()
    lines = written.splitlines()
    assert not [line for line in lines if line.startswith("2026-11-22T12:00:00Z")]
    assert "\x1b[31m" not in written
    assert "\x00" not in written
    assert "all is well" in written
    own = [line for line in lines if not line.startswith("  | ")]
    assert len(own) <= 2, "one event, and where its traceback begins"


def test_machines_get_one_object_a_line() -> None:
    log = StringIO()
    configure("DEBUG", "json", stream=log)
    for way in WAYS:
        way(FORGED)
    assert len([json.loads(line) for line in log.getvalue().split("\n") if line]) == len(WAYS)


def test_what_is_no_secret_is_written(log: StringIO) -> None:
    ours("2026-11-22 12:00 /healthz 200 appointments=3 https://example.com/book?id=1 Agent One")
    assert "2026-11-22 12:00 /healthz 200 appointments=3 https://example.com/book?id=1 Agent One" in log.getvalue()


def test_ctrl_c_is_no_failure(log: StringIO) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert log.getvalue() == ""


def test_ordinary_lines_of_noisy_libraries_are_not_written(log: StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://example.com/")
    logging.getLogger("telegram.Bot").debug("noise")
    assert log.getvalue() == ""


CHOSEN = {
    "VIDESK_REFERRER": "https://example.com/book",
    "VIDESK_API_TOKEN": "opaque-token-of-the-calendar",
    "TELEGRAM_BOT_TOKEN": "123456789:AAF-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "SLACK_BOT_TOKEN": "xoxb-" + "2345678901-abcdefghijkl",
    "SLACK_SIGNING_SECRET": "a-signing-secret-0123456789",
}
"""Settings; all but the first are secret."""


def test_no_verb_logs_a_secret_of_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in CHOSEN.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    loaded = settings()
    for secret in loaded.credentials():
        logging.getLogger("a library").error("it said %s", secret)
    said = capsys.readouterr().err
    assert said.count("it said …") == len(CHOSEN) - 1 + len(loaded.secret_keys)
    assert not [secret for secret in loaded.credentials() if secret in said]
