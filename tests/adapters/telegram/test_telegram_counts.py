"""What one booking costs, in numbers that no machine can change: requests to both sides, transactions, statements.

Who makes it dearer has to say so here. How long anything takes is measured in `benchmarks`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, Executable, event

from adapters.telegram.api import Api
from adapters.telegram.app import Telegram
from bot import showing
from bot.calendar import Calendar
from bot.calendar.forms import Forms, forms_of
from bot.store.vault import new_key
from bot.wiring import runner
from bot.words import Words
from conversations.people import Person
from people import Crowd, once
from sandbox import calendar, telegram
from sandbox.calendar.catalogue import CONTACT_SEGMENT
from sandbox.serving import serving

BOT_API = {
    "sendMessage": 3,
    "editMessageText": 4,
    "editMessageReplyMarkup": 2,
    "answerCallbackQuery": 4,
    "sendDocument": 1,
}
"""One command, four presses, two lines: a message for each line, an edit for each press, and the press is answered.

The document is the file for the person's own calendar.
"""

CALENDAR = {"services": 2, "service_dates": 1, "service_hours": 2, "schedule_service": 1}
"""Of somebody who is alone: the hours are those of the soonest day and of another. Among many most are known."""


TRANSACTIONS = {
    **{"received": 7, "advanced": 7, "found": 5, "looked": 10, "shown": 7},
    **{"sent": 1, "settled": 1, "file brought": 1},
}
"""Those that wait together are committed together: these are the most commits that it can be.

One look is of the end of the program: whether anybody was forgotten.
"""

STATEMENTS = 150
"""Without savepoints, beginnings and commits: how many there are of the last hangs on what waits together."""


class Counted:
    """Transactions by name."""

    def __init__(self) -> None:
        self.transactions: Counter[str] = Counter()

    def committing(self, name: str) -> None:
        self.transactions[name] += 1

    def committed(self, name: str) -> None: ...


@contextmanager
def built() -> Iterator[list[str]]:
    """What is asked of the database in words that were put together for this once, and stand ready in no module."""
    modules = [each for name, each in sys.modules.items() if name.startswith("bot.store.")]
    ready = {id(each) for module in modules for each in vars(module).values() if isinstance(each, Executable)}
    seen: list[str] = []

    def note(_connection: Any, statement: Any, *_: Any) -> None:
        if id(statement) not in ready:
            seen.append(str(statement))

    event.listen(Engine, "before_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_execute", note)


@contextmanager
def statements() -> Iterator[list[str]]:
    """All that is sent to the database, without the ends of transactions."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_what_a_booking_costs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(showing, "FLICKER", 30.0)  # else a slow machine draws busy screens
    hours, chats, counted = calendar.World(), telegram.World(), Counted()
    async with serving(hours) as url, telegram.serving(chats) as api_url, Api(chats.token, api_url) as api:
        client = Calendar(url, SecretStr(hours.api_token()), "https://example.com/book", form=_two_fields(hours))
        adapter = Telegram(api, lambda locale: Words(locale or "en", "UTC"))
        person = Person(locale="en", zone="America/Santiago", zone_known=True)
        database = f"sqlite:///{tmp_path / 'bot.db'}"
        async with runner(database, [new_key()], client, [adapter], person, witness=counted) as program:
            running = asyncio.create_task(program.run())
            await chats.until(lambda: chats.ledger.count("getUpdates"))
            counted.transactions.clear()
            with statements() as asked, built() as anew:
                await _books(chats)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await adapter.finished(within=5)
    assert _besides(chats.ledger.by_method, "getMe", "getWebhookInfo", "getUpdates") == BOT_API
    asked_for = {operation.value: number for operation, number in hours.traffic.by_operation.items()}
    asked_for["service_hours"] = max(asked_for["service_hours"], 2)  # the only day that is left is also the soonest
    assert asked_for == CALENDAR
    assert counted.transactions == TRANSACTIONS
    assert len(asked) <= STATEMENTS
    assert not anew


async def _books(chats: telegram.World) -> None:
    crowd = Crowd(chats)
    guest = crowd.join(once(), service="General consultation")
    await crowd.play()
    await chats.until(lambda: not chats.unanswered())
    assert [told.deed for told in guest.told] == ["book"]


def _two_fields(hours: calendar.World) -> Forms:
    """Name and e-mail."""
    fields = hours.fields(CONTACT_SEGMENT, "base")[:2]
    return forms_of(file=json.dumps([dict(each.shown) for each in fields]))


def _besides(counted: Counter[str], *others: str) -> dict[str, int]:
    return {name: number for name, number in counted.items() if name not in others}
