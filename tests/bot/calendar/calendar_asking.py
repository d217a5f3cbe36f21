"""How the tests of the calendar's client answer it: by a script, or with the stand-in. No expectation lives here."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from bot.calendar import Calendar
from bot.calendar.forms import Forms, forms_of
from bot.tokens import Tokens
from conversations.calls import (
    Book,
    Cancel,
    FindDays,
    FindForm,
    FindHours,
    FindInfo,
    FindLanguages,
    FindServices,
    FindTrace,
    FindZones,
    Read,
    Reschedule,
    Write,
)
from sandbox.calendar import World
from sandbox.serving import serving

EXAMPLES = Path(__file__).parent / "examples"
ROOT = "/public/video-contact-center"
SANTIAGO = "America/Santiago"
REFERRER = "https://example.com/booking"
# Before all dates of the page's examples: a summer day in Santiago, three hours behind Greenwich.
NOW = datetime(2023, 1, 15, 15, 0, tzinfo=UTC)
DAY = datetime(2023, 2, 24, 3, 0, tzinfo=UTC)
START = datetime(2023, 2, 1, 3, 0, tzinfo=UTC)

API, ACTION, ACCESS, LINK = "api-canary-1", "action-canary-2", "access-canary-3", "link-canary-4"
CANARIES = (API, ACTION, ACCESS, LINK)
TOKENS = Tokens(
    action=ACTION,
    access=ACCESS,
    join_url=f"https://example.com/?v={LINK}",
    reschedule_url=f"https://example.com/?v={LINK}",
    cancel_url=f"https://example.com/?v={LINK}",
)

SERVICES = FindServices()
SERVICE_DATES = FindDays("s1", None, "2023-02", SANTIAGO)
SERVICE_HOURS = FindHours("s1", None, DAY, SANTIAGO)
USER_DATES = FindDays("s1", "u1", "2023-02", SANTIAGO)
USER_HOURS = FindHours("s1", "u1", DAY, SANTIAGO)
INFO = FindInfo("a1")
FORM = FindForm("s1")
FORM_VALUES = (("f1", "Agent One"), ("f2", Decimal("7")), ("f3", Decimal("2.5")), ("f4", ("a", "b")))
SCHEDULE_SERVICE = Book("k1", "s1", "Service", None, "", START, SANTIAGO, FORM_VALUES)
SCHEDULE_USER = Book("k1", "s1", "Service", "u1", "Agent One", START, SANTIAGO, FORM_VALUES)
CANCEL = Cancel("k1", "a1", "No time")
RESCHEDULE = Reschedule("k1", "a1", START)

CALLS: Mapping[str, Read | Write] = {
    "services": SERVICES,
    "service_dates": SERVICE_DATES,
    "service_hours": SERVICE_HOURS,
    "user_dates": USER_DATES,
    "user_hours": USER_HOURS,
    "schedule_service": SCHEDULE_SERVICE,
    "schedule_user": SCHEDULE_USER,
    "cancel": CANCEL,
    "reschedule": RESCHEDULE,
    "info": INFO,
    "form": FORM,
}
READS = tuple(name for name, call in CALLS.items() if not isinstance(call, Book | Cancel | Reschedule))
WRITES = tuple(name for name in CALLS if name not in READS)

Answering = Callable[[httpx.Request], httpx.Response]


def example(name: str) -> str:
    return (EXAMPLES / f"{name}.json").read_text("utf-8")


def good(name: str) -> str:
    """The page's own success of an operation; the forms route is not on the page."""
    if name == "form":
        return json.dumps({"form": [{"_id": "f1", "type": "text", "name": "firstname", "label": "First name"}]})
    [found] = EXAMPLES.glob(f"{name}-20?-*.json")
    return found.read_text("utf-8")


def refusal(status: int, message: str, subject: str | None = None) -> httpx.Response:
    body = {"name": "Error", "message": message, "code": status, "className": "error", "errors": {}}
    return httpx.Response(status, json=body if subject is None else {**body, "data": subject})


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Api:
    """Answers by a script: each answer once, the last one for ever. Exceptions in it are raised."""

    script: list[httpx.Response | Exception | Answering]
    seen: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        answer = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A copy: a response can be read only once.
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return answer(request)

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.seen]


@asynccontextmanager
async def asking(
    *script: httpx.Response | Exception | Answering,
    clock: Clock | None = None,
    form: Forms | None = None,
    deadline: float = 10.0,
) -> AsyncIterator[tuple[Calendar, Api]]:
    api = Api(list(script))
    calendar = Calendar(
        "https://api.example.com",
        SecretStr(API),
        REFERRER,
        form=forms_of("segment1") if form is None else form,
        clock=clock or Clock(),
        deadline=deadline,
        transport=httpx.MockTransport(api),
    )
    try:
        yield calendar, api
    finally:
        await calendar.close()


async def do(calendar: Calendar, call: Read | Write, sent_at: datetime = NOW, tokens: Tokens = TOKENS) -> object:
    """Reads or writes, with the appointment's tokens at hand."""
    if isinstance(call, FindInfo):
        return await calendar.find(call, tokens)
    if isinstance(call, Book | Cancel | Reschedule):
        return await calendar.carry_out(call, tokens, sent_at)
    if isinstance(call, FindTrace):
        return await calendar.trace(call, tokens)
    if isinstance(call, FindLanguages | FindZones):
        raise TypeError("the calendar is not asked for that")
    return await calendar.find(call)


@asynccontextmanager
async def beside(
    world: World, *, form: Forms | None = None, deadline: float = 10.0, token: str | None = None
) -> AsyncIterator[Calendar]:
    """A client of the stand-in, over a real socket."""
    async with serving(world) as url:
        calendar = Calendar(
            url,
            SecretStr(world.api_token() if token is None else token),
            REFERRER,
            form=forms_of(world.form_segments()) if form is None else form,
            clock=world.now,
            deadline=deadline,
        )
        try:
            yield calendar
        finally:
            await calendar.close()
