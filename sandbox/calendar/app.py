"""The calendar as an ASGI app: finds the operation, lets its fault strike, answers.

The rules stand in `operations` and `world`; this is only their front door.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from sandbox.calendar.control import control
from sandbox.calendar.errors import Refusal, not_found, too_many_requests
from sandbox.calendar.faults import Fault
from sandbox.calendar.operations import Asked, perform, refused
from sandbox.calendar.traffic import WRITES, Operation, Seen
from sandbox.calendar.twists import twist
from sandbox.calendar.world import World
from sandbox.delivery import UNBROKEN, Answer, deliver, phrase, spoil, whole

ROOT = "/public/video-contact-center/"
LARGEST_BODY = 1_000_000
ROUTES: tuple[tuple[str, re.Pattern[str], Operation], ...] = tuple(
    (method, re.compile(pattern), operation)
    for method, pattern, operation in (
        ("GET", r"services", Operation.SERVICES),
        ("GET", r"services/(?P<id>[^/]+)/dates", Operation.SERVICE_DATES),
        ("GET", r"services/(?P<id>[^/]+)/hours", Operation.SERVICE_HOURS),
        ("GET", r"users/(?P<id>[^/]+)/dates", Operation.USER_DATES),
        ("GET", r"users/(?P<id>[^/]+)/hours", Operation.USER_HOURS),
        ("POST", r"schedule/service/(?P<id>[^/]+)", Operation.SCHEDULE_SERVICE),
        ("POST", r"schedule/user/(?P<id>[^/]+)", Operation.SCHEDULE_USER),
        ("POST", r"schedule/cancel", Operation.CANCEL),
        ("POST", r"schedule/reschedule", Operation.RESCHEDULE),
        ("GET", r"schedule/info", Operation.INFO),
        ("GET", r"forms/(?P<id>[^/]+)", Operation.FORM),
    )
)


def find(method: str, path: str) -> tuple[Operation, str]:
    """The operation and the id in its path. Raises Refusal 404 or 405."""
    if not path.startswith(ROOT):
        raise not_found()
    fitting = [
        (known, operation, match)
        for known, pattern, operation in ROUTES
        if (match := pattern.fullmatch(path.removeprefix(ROOT)))
    ]
    if not fitting:
        raise not_found()
    for known, operation, match in fitting:
        if known == method:
            return operation, match.groupdict().get("id", "")
    raise Refusal(405, f"Method {method} is not supported by this endpoint.")


def app(world: World) -> Starlette:
    """The whole app: the public API, and under `/_sandbox/` what drives the world from another process."""
    whole = Starlette(routes=[Mount("/_sandbox", control(world))])
    # Not mounted at "/": a mount leaves out paths that hold a line's end.
    whole.router.default = Calendar(world)
    return whole


class Calendar:
    """The public API."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            operation, identity = find(scope["method"], scope["path"])
        except Refusal as refusal:
            await deliver(spoil(self._dated(refused(refusal))), scope, receive, send)
            return
        seen = self._world.traffic.note(operation, scope["path"], self._world.now())
        limit = self._world.requests_per_second
        if limit and self._world.traffic.over(limit):
            await self._end(seen, refused(too_many_requests()), None, scope, receive, send)
            return
        body = await whole(receive, LARGEST_BODY)
        if body is None:
            seen.fault = "left before it was asked"
            return
        if len(body) > LARGEST_BODY:
            await self._end(seen, refused(Refusal(413, "request entity too large")), None, scope, receive, send)
            return
        asked = _asked(scope, operation, identity, body, seen.number)
        text = f"{scope['path']} {body.decode(errors='replace')}"
        fault = self._world.faults.take(lambda fault: fault.strikes(operation, text))
        answer = await self._carry_out(asked, seen, fault)
        await self._end(seen, answer, fault, scope, receive, send)

    async def _carry_out(self, asked: Asked, seen: Seen, fault: Fault | None) -> Answer:
        if fault is None:
            return self._perform(asked, seen)
        seen.fault = fault.summary
        if fault.latency:
            await asyncio.sleep(fault.latency)
        if fault.twist is not None:
            twist(self._world, fault.twist, asked)
        return self._perform(asked, seen) if fault.commits else refused(Refusal(500, "Internal Server Error"))

    def _perform(self, asked: Asked, seen: Seen) -> Answer:
        answer = perform(self._world, asked)
        seen.committed = asked.operation in WRITES and answer.status < 300
        return answer

    async def _end(
        self, seen: Seen, answer: Answer, fault: Fault | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        breaking = UNBROKEN if fault is None else fault.breaking
        raw = spoil(self._dated(_replaced(answer, fault)), breaking)
        if await deliver(raw, scope, receive, send, breaking):
            self._world.traffic.answered(seen, raw.status)

    def _dated(self, answer: Answer) -> Answer:
        date = format_datetime(self._world.now(), usegmt=True)
        return Answer(answer.status, answer.payload, {"date": date, **answer.headers})


def _replaced(answer: Answer, fault: Fault | None) -> Answer:
    if fault is None or fault.status is None:
        return answer
    body = Refusal(fault.status, phrase(fault.status)).body() if fault.status >= 400 else answer.payload
    return Answer(fault.status, body, answer.headers)


def _asked(scope: Scope, operation: Operation, identity: str, body: bytes, number: int) -> Asked:
    headers = Headers(scope=scope)
    return Asked(
        operation=operation,
        id=identity,
        query=_query(scope),
        authorization=headers.get("authorization"),
        content_type=headers.get("content-type", ""),
        body=body,
        number=number,
    )


def _query(scope: Scope) -> Mapping[str, str]:
    return dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
