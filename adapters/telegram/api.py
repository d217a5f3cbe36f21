"""The Bot API over python-telegram-bot's `Bot`, with aiohttp beneath: all that goes out passes `call`.

What Telegram answers is told in words of our own, without the token and without what was sent. No screen is known here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import structlog
from telegram import Bot, InputFile
from telegram import error as errors
from telegram.request import BaseRequest, RequestData

from adapters.telegram.gates import Gates, Held

log = structlog.get_logger()

PATIENCE = 20.0
"""Seconds that a request waits at a gate; what would have to wait longer is tried again later."""

ANSWER = 15.0
"""Seconds given to an ordinary request."""

POLL = 25
"""Seconds that Telegram holds a poll open while there is nothing to tell."""

TRIES = 3
"""How often a request is made if it is told to wait, or that the chat has moved."""

SENDS = frozenset(
    {
        *("sendMessage", "sendDocument", "editMessageText", "editMessageReplyMarkup", "sendChatAction"),
        "deleteMessage",
    }
)
MESSAGES = frozenset({"sendMessage", "sendDocument", "editMessageText"})


class Unreached(Exception):
    """No answer, or none of Telegram's: it may have been done."""


class Refused(Exception):
    """Telegram's own refusal, with its code and its words."""

    def __init__(self, method: str, code: int, why: str) -> None:
        super().__init__(f"{method}: {code} {why}")
        self.code, self.why = code, why.lower()

    @property
    def gone(self) -> bool:
        """There is nobody there to be written to: blocked, kicked, deleted."""
        return self.code == 403 or "chat not found" in self.why or "user is deactivated" in self.why

    @property
    def unchanged(self) -> bool:
        return "message is not modified" in self.why

    @property
    def too_far(self) -> bool:
        """A date-time entity names an instant further ahead than Telegram takes: some three years."""
        return "entity_date_invalid" in self.why

    @property
    def lost(self) -> bool:
        """The message is not there any more, or can't be changed any more."""
        return any(each in self.why for each in ("message to edit not found", "can't be edited", "message_id_invalid"))


class Api:
    """To be opened and closed with `async with`. Holds the token, and never shows it. `way` makes a way to an address:
    one for ordinary requests, one for polls.
    """

    def __init__(
        self,
        token: str,
        url: str = "https://api.telegram.org",
        gates: Gates | None = None,
        way: Callable[[str], Transport] | None = None,
    ) -> None:
        request, polls = ((way or Transport)(url) for _ in range(2))
        self._bot = _Bot(token, base_url=f"{url.rstrip('/')}/bot", request=request, get_updates_request=polls)
        self.gates = gates or Gates()
        self.outcomes: Counter[tuple[str, str]] = Counter()

    async def __aenter__(self) -> Api:
        for each in self._transports():
            await each.initialize()
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self._transports():
            await each.shutdown()

    async def call(
        self,
        method: str,
        payload: Mapping[str, Any] | None = None,
        *,
        patience: float = PATIENCE,
        answer: float = ANSWER,
    ) -> Any:
        """What the method gives. Raises Refused, Unreached, or Held if it would wait for longer than `patience`."""
        given = dict(payload or {})
        for last in (*[False] * (TRIES - 1), True):
            gate = str(given["chat_id"]) if method in SENDS and "chat_id" in given else method
            await self.gates.passed(gate, message=method in MESSAGES, patience=patience)
            try:
                result = await self._asked(method, given, answer)
            except _TooMany as error:
                self._count(method, "429")
                await self.gates.hold(gate, error.seconds)
                if last or method == "getUpdates":
                    raise Held(error.seconds) from None
            except errors.ChatMigrated as error:
                self._count(method, "migrated")
                given["chat_id"] = error.new_chat_id
            else:
                self._count(method, "ok")
                return result
        raise Unreached(f"{method}: the chat goes on moving")

    async def delete(self, chat: int, message: int) -> None:
        """Takes a message away, if that can still be done. Raises Unreached and Held as `call` does."""
        try:
            await self.call("deleteMessage", {"chat_id": chat, "message_id": message})
        except Refused as error:  # it is gone already, or older than the two days in which it can be taken away
            log.debug("a message stays, or was gone", why=str(error))

    async def send_file(self, chat: int, name: str, content: bytes) -> Any:
        """What sendDocument gives; no telephone rings for it. Raises as `call` does."""
        document = InputFile(content, filename=name)
        return await self.call("sendDocument", {"chat_id": chat, "document": document, "disable_notification": True})

    async def _asked(self, method: str, given: dict[str, Any], answer: float) -> Any:
        try:
            return await self._bot.do_api_request(method, api_kwargs=dict(given), read_timeout=answer)
        except (_TooMany, errors.ChatMigrated):
            raise
        except (errors.BadRequest, errors.Forbidden, errors.Conflict, errors.InvalidToken) as error:
            code = _CODES[next(kind for kind in _CODES if isinstance(error, kind))]
            failure: Exception = Refused(method, code, _words(error))
        except (errors.TelegramError, LookupError, TypeError, AttributeError, ValueError) as error:
            failure = Unreached(f"{method}: {_failure(error)}")
        self._count(method, str(failure.code) if isinstance(failure, Refused) else "unreached")
        raise failure

    def _count(self, method: str, outcome: str) -> None:
        self.outcomes[method, outcome] += 1

    def _transports(self) -> tuple[Transport, ...]:
        return self._bot.transports


def message_of(sent: Any) -> int:
    """The number of a message that was sent. Raises Unreached if the answer names none."""
    number = sent.get("message_id") if isinstance(sent, Mapping) else None
    if not isinstance(number, int) or isinstance(number, bool):
        raise Unreached("sendMessage: an answer without a message")
    return number


_CODES: dict[type[Exception], int] = {
    errors.Conflict: 409,
    errors.Forbidden: 403,
    errors.InvalidToken: 401,
    errors.BadRequest: 400,
}


def _words(error: Exception) -> str:
    """Telegram's words. Those about the token are the library's, and could hold it."""
    return "the token is not accepted" if isinstance(error, errors.InvalidToken) else str(error)[:200]


def _failure(error: Exception) -> str:
    """What went wrong on the way, without an address."""
    return error.message if isinstance(error, Broken) else type(error.__cause__ or error).__name__


class Broken(errors.NetworkError):
    """No whole answer came."""


class _TooMany(errors.TelegramError):
    """A 429. The library's own class for it cannot be made without a warning."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


def _retry_after(body: bytes) -> float:
    try:
        return max(1.0, float(json.loads(body)["parameters"]["retry_after"]))
    except (ValueError, LookupError, TypeError):
        return 1.0


def _is_telegrams(body: bytes) -> bool:
    """Whether a refusal is Telegram's own: a proxy's 403 does not mean that somebody has blocked the bot."""
    try:
        return isinstance(json.loads(body)["description"], str)
    except (ValueError, LookupError, TypeError):
        return False


class _Bot(Bot):
    """The library's client, which must not show its token and advises against raw methods."""

    def __init__(self, token: str, *, request: Transport, get_updates_request: Transport, base_url: str) -> None:
        super().__init__(token, base_url=base_url, request=request, get_updates_request=get_updates_request)

    def __repr__(self) -> str:
        return "Bot"

    @property
    def transports(self) -> tuple[Transport, ...]:
        return tuple(each for each in self._request if isinstance(each, Transport))

    @classmethod
    def _warn(cls, message: Any, category: type[Warning] = Warning, stacklevel: int = 0) -> None:
        """Its only warning here is that typed methods exist: they build objects of answers that nobody reads."""


def _body(request_data: RequestData | None) -> tuple[bytes | aiohttp.FormData, dict[str, str]]:
    """JSON, or a form where files go with it."""
    if request_data is None or not request_data.contains_files:
        parameters = request_data.parameters if request_data else {}
        return json.dumps(parameters).encode(), {"Content-Type": "application/json"}
    form = aiohttp.FormData()
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, media) in (request_data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=media)
    return form, {}


class Transport(BaseRequest):
    """Measured: six times cheaper than the library's own, which is built on httpx."""

    def __init__(self, url: str) -> None:
        # Looked up once: with aiohttp's trust_env each request would do it, and read ~/.netrc besides.
        self._proxy = _proxy(url)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return ANSWER

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        """The library's own logs what it cannot read: half an answer, with all that people wrote in it."""
        try:
            return json.loads(payload)
        except ValueError:
            raise Broken("an answer that nobody can read") from None

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(proxy=self._proxy, cookie_jar=aiohttp.DummyCookieJar())

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,  # noqa: ARG002 theirs
        connect_timeout: Any = None,  # noqa: ARG002
        pool_timeout: Any = None,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        status, answered = await self.exchange(
            method, url, request_data, read_timeout if isinstance(read_timeout, int | float) else ANSWER
        )
        if status == 429:
            raise _TooMany(_retry_after(answered))
        if status >= 400 and not _is_telegrams(answered):
            raise Broken(f"{status}, and not from Telegram")
        return status, answered

    async def exchange(self, method: str, url: str, given: RequestData | None, seconds: float) -> tuple[int, bytes]:
        """Status and body of what is answered within so many seconds. Raises Broken if nothing whole is."""
        if self._session is None:
            raise Broken("not open")
        body, headers = _body(given)
        limit = aiohttp.ClientTimeout(total=seconds)
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=limit,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
        except TimeoutError:
            raise Broken(f"no answer within {seconds:.0f} seconds") from None
        except (aiohttp.ClientError, OSError) as error:
            # Its own text can hold the address, and with it the token.
            raise Broken(type(error).__name__) from None


def _proxy(url: str) -> str | None:
    """The proxy that the environment names for this address."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
