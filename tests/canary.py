"""A canary: whatever secret a test uses, the test fails if it turns up where it must not.

Secrets are caught where they enter the program: credentials, secret keys, tokens of appointments, e-mail addresses that
were typed. They are looked for in what a test printed, in lines that our logs wrote, in what was said to people, and in
the files that it left: databases and logs. A test that spills one on purpose is marked `spills`.
"""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

SHORTEST = 12
"""Characters: what is shorter is no secret, but a word that stands anywhere."""

CREDENTIALS: set[str] = set()
"""Are seen nowhere."""

PERSONAL: set[str] = set()
"""Are seen by the person alone: not in logs, nor on disk."""

SPILLED: list[str] = []
"""Where one was seen, never which."""


def credential(*values: object) -> None:
    CREDENTIALS.update(each for each in values if isinstance(each, str) and len(each) >= SHORTEST)


def personal(*values: object) -> None:
    words = (each for each in values if isinstance(each, str) and "@" in each.strip("@"))
    PERSONAL.update(word for word in words if len(word) >= SHORTEST and " " not in word)


def look(where: str, text: str, secrets: set[str]) -> None:
    if any(secret in text for secret in secrets):
        SPILLED.append(where)


# Where secrets enter.


def _tokens(tokens: Any, _arguments: tuple[Any, ...], _options: dict[str, Any]) -> None:
    credential(tokens.action, tokens.access, tokens.join_url, tokens.reschedule_url, tokens.cancel_url)


def _first(_self: Any, arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    given = arguments[0] if arguments else next(iter(options.values()), None)
    credential(*(given if isinstance(given, list | tuple) else [given]))


def _typed(typed: Any, _arguments: tuple[Any, ...], _options: dict[str, Any]) -> None:
    personal(typed.text)


def _filled(filled: Any, _arguments: tuple[Any, ...], _options: dict[str, Any]) -> None:
    for each in filled.values.values():
        personal(*(each if isinstance(each, list | tuple) else [each]))


def _hooked(hook: Any, _arguments: tuple[Any, ...], _options: dict[str, Any]) -> None:
    credential(hook.path, hook.secret)


def _slack(_self: Any, _arguments: tuple[Any, ...], options: dict[str, Any]) -> None:
    credential(options.get("signing_secret"), options.get("app_token"))


def _client(client: Any, _arguments: tuple[Any, ...], _options: dict[str, Any]) -> None:
    credential(client.token)


Catch = Callable[[Any, tuple[Any, ...], dict[str, Any]], None]
ENTRANCES: dict[tuple[str, str], Catch] = {
    ("bot.tokens", "Tokens"): _tokens,
    ("bot.store.vault", "Vault"): _first,
    ("pydantic", "SecretStr"): _first,
    ("adapters.telegram.api", "Api"): _first,
    ("adapters.telegram.intake", "Hook"): _hooked,
    ("adapters.slack.app", "Slack"): _slack,
    ("slack_sdk.web.async_client", "AsyncWebClient"): _client,
    ("conversations.events", "Typed"): _typed,
    ("conversations.events", "Filled"): _filled,
}
_watched: set[tuple[str, str]] = set()


def watch() -> None:
    """All that is imported by now."""
    for entrance, catch in ENTRANCES.items():
        module = sys.modules.get(entrance[0])
        if module and entrance not in _watched and hasattr(module, entrance[1]):
            _watched.add(entrance)
            _watch(getattr(module, entrance[1]), catch)
    words = sys.modules.get("bot.words")
    if words and ("bot.words", "Words") not in _watched and hasattr(words, "Words"):
        _watched.add(("bot.words", "Words"))
        _listen(words.Words)


def _watch(kind: Any, catch: Catch) -> None:
    made = kind.__init__

    @functools.wraps(made)
    def making(self: Any, *arguments: Any, **options: Any) -> None:
        made(self, *arguments, **options)
        catch(self, arguments, options)

    kind.__init__ = making


def _listen(words: Any) -> None:
    says = words.say

    @functools.wraps(says)
    def saying(self: Any, *arguments: Any, **options: Any) -> Any:
        said = says(self, *arguments, **options)
        look("a message", str(said), CREDENTIALS)
        return said

    words.say = saying


# Where they must not be seen.


@pytest.fixture(autouse=True)
def _canary(request: pytest.FixtureRequest) -> Iterator[None]:
    watch()
    handlers: Any = logging.StreamHandler
    writes = handlers.emit

    def emit(handler: Any, record: logging.LogRecord) -> None:
        writes(handler, record)
        if type(handler) is logging.StreamHandler:  # ours: pytest has its own kinds
            look("a log", handler.format(record), CREDENTIALS | PERSONAL)

    handlers.emit = emit
    yield
    handlers.emit = writes


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    report = yield
    if call.when == "teardown":
        for _, kind, content in item._report_sections:
            if "log" not in kind:
                look(f"captured {kind}", content, CREDENTIALS | PERSONAL)
        folder = getattr(item, "funcargs", {}).get("tmp_path")
        for file in _files(folder) if isinstance(folder, Path) else ():
            _look_into(file)
        if SPILLED and report.passed and not item.get_closest_marker("spills"):
            report.outcome, report.longrepr = "failed", f"A secret was seen in {', '.join(sorted(set(SPILLED)))}."
        for each in (CREDENTIALS, PERSONAL, SPILLED):
            each.clear()
    return report


def _files(folder: Path) -> Iterator[Path]:
    yield from (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def _look_into(file: Path) -> None:
    content = file.read_bytes()
    is_database = content.startswith(b"SQLite format 3\0") or file.name.endswith("-wal")
    if is_database or "log" in file.name.split("."):
        look(f"the file {file.name}", content.decode("latin-1"), CREDENTIALS | PERSONAL)
