"""The only place that speaks HTTP: one request of the calendar's API, patiently if it reads, once if it writes.

What the questions are, and what the answers say, is not known here.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx
import stamina
from pydantic import SecretStr

from bot.calendar.budget import Budget
from bot.calendar.errors import CalendarError, NoAnswer, NotSent, Problem, Refusal, judged
from bot.calendar.operations import Asked, Key
from conversations.events import Reason

LARGEST = 1_000_000
"""Bytes of an answer: thousands of services; whatever is larger is no answer to our questions."""

FRESH = timedelta(seconds=5)
"""A write whose sending took longer to begin was frozen: by now its row may have been found and judged by others."""

CONNECTIONS = 200
"""More than are needed at 20 requests a second, each waited for eight seconds: nobody waits for those that hang."""

TRIES = 5
PAUSES = (0.2, 0.5)
"""Seconds between the tries of a write that could not leave."""

NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)

_PRINTABLE = re.compile(r"[\x21-\x7e]+")

log = logging.getLogger("bot.calendar")

Transport = httpx.AsyncBaseTransport


@dataclass(frozen=True, slots=True)
class Reply:
    """A success. Its body may hold tokens."""

    status: int
    body: bytes = field(repr=False)

    def json(self) -> object:
        failure: NoAnswer
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            # The error holds the whole body: it must not even be this one's context.
            failure = NoAnswer(f"not JSON: {type(error).__name__}")
        raise failure


def _always() -> None:
    return None


class _Departure:
    """How far a request has come. Each try is taken for sent until the transport tells otherwise.

    `check` raises if it must not leave any more; its turn must come by `until` on the loop's clock. `head` is how an
    answer begins: its status says what became of the request, whatever becomes of its body.
    """

    def __init__(self, budget: Budget, until: float, check: Callable[[], None] = _always, *, write: bool) -> None:
        self._budget = budget
        self._until = until
        self._check = check
        self._write = write
        self._turn = 0.0
        self.possible = False
        self.head: httpx.Response | None = None

    async def begin(self) -> None:
        """Waits for its turn. NotSent if that does not come in time."""
        self.possible, self.head = False, None
        self._check()
        try:
            async with asyncio.timeout_at(self._until):
                within = self._until - asyncio.get_running_loop().time()
                self._turn = await self._budget.turn(within=within, write=self._write)
        except TimeoutError:
            raise NotSent("its turn did not come") from None
        self._check()
        self.possible = True

    async def trace(self, event: str, _info: object) -> None:
        """Called by httpx's own transport at each of its steps."""
        if event.endswith("connect_tcp.started"):
            self.possible = False
        elif event.endswith("send_request_headers.started"):
            if self._budget.missed(self._turn):
                await self.begin()
            self._check()
            self.possible = True


class Client:
    """`deadline` is a write's, in seconds, with all its repetitions; each read is told its own."""

    def __init__(
        self,
        url: str,
        token: SecretStr,
        *,
        clock: Callable[[], datetime],
        deadline: float,
        budget: Budget,
        transport: Transport | None = None,
    ) -> None:
        self._token = token
        self._budget = budget
        self._clock = clock
        self._deadline = deadline
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            transport=transport,
            timeout=httpx.Timeout(connect=3, read=8, write=8, pool=3),
            # Servers close idle connections after five seconds or more. A write that meets one just being closed would
            # be in doubt for nothing: ours are closed before.
            limits=httpx.Limits(max_connections=CONNECTIONS, keepalive_expiry=2),
            follow_redirects=False,
            # A cookie would tie one person's request to another's.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity",  # a small answer can't grow into a large one
                "Content-Type": "application/json",  # the page demands it of reads too
                "User-Agent": "booking-bot",
            },
        )

    async def close(self) -> None:
        await self._budget.close()
        await self._http.aclose()

    # Reads

    async def read(self, asked: Asked, until: float) -> object:
        """The JSON of the answer. Repeated with jitter where that can help, `until` the loop's clock says so."""
        departure = _Departure(self._budget, until, write=False)
        failure: CalendarError
        try:
            async with asyncio.timeout_at(until):
                async for attempt in stamina.retry_context(
                    on=_worth_it(until), attempts=TRIES, timeout=None, wait_max=2.0, wait_jitter=0.5
                ):
                    with attempt:
                        await departure.begin()
                        return (await self._once(asked, departure)).json()
        except TimeoutError:
            failure = self._so_far(asked, departure)
        raise failure

    # Writes

    async def write(self, asked: Asked, sent_at: datetime) -> Reply:
        """Sent once; repeated only where it provably never left, and while it is fresh.

        NoAnswer: it may have been carried out.
        """
        until = asyncio.get_running_loop().time() + min(self._deadline, FRESH.total_seconds())
        departure = _Departure(self._budget, until, lambda: self._fresh(sent_at), write=True)
        failure: CalendarError
        try:
            async with asyncio.timeout(self._deadline):
                return await self._leave(asked, departure)
        except TimeoutError:
            failure = self._so_far(asked, departure)
        raise failure

    async def _leave(self, asked: Asked, departure: _Departure) -> Reply:
        for pause in (*PAUSES, None):
            await departure.begin()
            try:
                return await self._once(asked, departure)
            except NotSent as failure:
                departure.possible = False
                if pause is None or not failure.again:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _fresh(self, sent_at: datetime) -> None:
        if self._clock() - sent_at > FRESH:
            raise NotSent("too late to be sent")

    # Both

    async def _once(self, asked: Asked, departure: _Departure) -> Reply:
        operation = asked.operation
        headers = {"Authorization": f"Bearer {self._bearer(asked)}"}
        content = None if asked.body is None else json.dumps(asked.body, allow_nan=False).encode()
        failure: CalendarError
        try:
            async with self._http.stream(
                operation.method,
                asked.path,
                params=dict(asked.query),
                headers=headers,
                content=content,
                extensions={"trace": departure.trace},
            ) as response:
                departure.head = response
                if response.status_code == 429:
                    # Whatever becomes of its body.
                    self._budget.wanted(self._after(response))
                body = await (_whole(response) if response.is_success else _what_comes(response))
        except CalendarError:
            raise
        except NEVER_LEFT as error:
            failure = NotSent(type(error).__name__, again=not isinstance(error, httpx.UnsupportedProtocol))
        except Exception as error:
            # Time-outs, resets, nonsense: whatever a transport may raise, the answer is missing.
            # Their errors hold the request with its token; only their names go on, without them as a context.
            failure = NoAnswer(type(error).__name__, again=True)
        else:
            log.debug("%s: %s", operation.name, response.status_code)
            if response.is_success:
                return Reply(response.status_code, body)
            failure = self._judge(asked, response, body)
        raise failure

    def _so_far(self, asked: Asked, departure: _Departure) -> CalendarError:
        """What is known of a request that nothing more was heard of in time."""
        if departure.head is not None and not departure.head.is_success:
            return self._judge(asked, departure.head, b"")
        return NoAnswer("deadline") if departure.possible else NotSent("deadline")

    def _bearer(self, asked: Asked) -> str:
        key = asked.operation.key
        token = self._token if key is Key.API else asked.token
        bearer = token.get_secret_value() if token else ""
        if not _PRINTABLE.fullmatch(bearer):
            # No header can hold it, and the error about that would.
            raise Refusal(Reason.KEY_REFUSED if key is Key.API else Reason.NOT_ACCEPTED)
        return bearer

    def _after(self, response: httpx.Response) -> float | None:
        return _seconds(response.headers.get("retry-after", ""), self._clock())

    def _judge(self, asked: Asked, response: httpx.Response, body: bytes) -> CalendarError:
        try:
            problem = Problem.of(json.loads(body))
        except (ValueError, RecursionError):
            problem = None
        after = self._after(response)
        error = judged(asked.operation, response.status_code, problem, after)
        if isinstance(error, Refusal):
            _tell(asked, response.status_code, error)
        return error


def _tell(asked: Asked, status: int, refusal: Refusal) -> None:
    """What the operator should know. The API's words may repeat a person's, and are not told."""
    name = asked.operation.name
    match refusal.reason:
        case Reason.KEY_REFUSED:
            log.error("%s: %s. Check the token, the referrer and the form's segment", name, status)
        case Reason.NOT_ACCEPTED if status == 401:
            log.warning("%s: %s, and not because the appointment is over: its token was not recognised", name, status)
        case Reason.NOT_ACCEPTED:
            log.warning("%s: %s, which the documentation does not explain", name, status)
        case _:
            log.info("%s: %s, %s", name, status, refusal.reason)


def _worth_it(until: float) -> Callable[[Exception], bool | float]:
    """Whether a read is repeated, and after how many seconds at least, where the calendar said so."""

    def worth_it(error: Exception) -> bool | float:
        if not isinstance(error, CalendarError) or not error.again:
            return False
        if error.after is None:
            return True
        return float(error.after) if asyncio.get_running_loop().time() + error.after < until else False

    return worth_it


async def _whole(response: httpx.Response) -> bytes:
    pieces, size = [], 0
    async for piece in response.aiter_bytes():
        size += len(piece)
        if size > LARGEST:
            raise NoAnswer("too large")
        pieces.append(piece)
    return b"".join(pieces)


async def _what_comes(response: httpx.Response) -> bytes:
    """The body of what is no success; nothing where it can't be had: it would only tell one refusal from another."""
    with suppress(Exception):
        return await _whole(response)
    return b""


def _seconds(retry_after: str, now: datetime) -> float | None:
    """How long to wait, from a number of seconds or a date; None if neither was said."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return None if moment.tzinfo is None else max(0.0, (moment - now).total_seconds())
