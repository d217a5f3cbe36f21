"""Slack's Web API over slack-sdk: all that goes out passes `call`. No screen is known here.

What Slack answers is told in words of our own, without a token and without what was sent. The SDK's own repetitions are
off: it would send a message twice whose answer was lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters import NotYet
from adapters.slack.gates import Gate, Gates, Held

URL = "https://slack.com/api/"

PATIENCE = 20.0
"""Seconds that a request waits at a gate; what would have to wait longer is tried again later."""

ANSWER = 15.0
"""Seconds given to a request."""

SILENT = logging.CRITICAL + 1

TRIES = 3
"""How often a request is made if it is told to wait."""

POSTS = frozenset({"chat.postMessage"})
FORMS = frozenset({"users.info", "conversations.history", "files.getUploadURLExternal"})
"""Methods that take no JSON."""

NOBODY = frozenset(
    {
        *("account_inactive", "cannot_dm_bot", "channel_not_found", "ekm_access_denied", "is_archived"),
        *("messages_tab_disabled", "not_in_channel", "restricted_action", "team_access_not_granted", "user_disabled"),
        *("user_not_found", "users_not_found", "not_enabled"),
    }
)
"""Errors that say that nobody is there to be written to: archived, deactivated, hidden."""

OUTSIDE = frozenset(
    {"invalid_auth", "not_authed", "token_expired", "token_revoked", "missing_scope", "org_login_required"}
)
"""Errors that say that the workspace has sent the app away, or let it do less."""

GONE = frozenset({"not_found", "view_not_found"})
"""Errors that say that a modal is closed."""

TOO_LATE = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"})
"""Errors that say that a trigger was used or has died."""

CANNOT_CHANGE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"})
"""Errors that say that a message is not there any more, or cannot be changed."""


class Unreached(NotYet):
    """No answer, or none of Slack's: it may have been done."""


class Refused(Exception):
    """Slack's own refusal, by its word for it."""

    def __init__(self, method: str, why: str) -> None:
        super().__init__(f"{method}: {why}")
        self.why = why


class NotInstalled(Refused):
    """The workspace has no token here: the app was never there, or has been sent away."""

    def __init__(self, method: str) -> None:
        super().__init__(method, "not installed")


Tokens = Callable[[str], Awaitable[str | None]]
"""A workspace's bot token, if the app is installed there."""


def always(token: str) -> Tokens:
    """One token for every workspace: the app serves just one."""

    async def given(_team: str) -> str:
        return token

    return given


class Api:
    """To be opened and closed with `async with`, unless a `session` is given. Shows no token."""

    def __init__(
        self,
        tokens: Tokens,
        url: str = URL,
        gates: Gates | None = None,
        session: aiohttp.ClientSession | None = None,
    ) -> None:
        self.gates = gates or Gates()
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.url = url
        self.scopes: tuple[str, ...] = ()
        """What the app may do, as Slack said with its last answer."""
        self._tokens = tokens
        self._session = session

    async def __aenter__(self) -> Api:
        limit = aiohttp.ClientTimeout(total=ANSWER)
        self._session = aiohttp.ClientSession(trust_env=True, cookie_jar=aiohttp.DummyCookieJar(), timeout=limit)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session:
            await self._session.close()

    def client(self, token: str | None = None) -> AsyncWebClient:
        """The SDK's client, for what the SDK does by itself: OAuth, Socket Mode."""
        return AsyncWebClient(
            token, base_url=self.url, session=self._session, retry_handlers=[], logger=quiet("slack_sdk.web")
        )

    async def call(
        self,
        team: str,
        method: str,
        payload: Mapping[str, Any] | None = None,
        *,
        patience: float = PATIENCE,
        answer: float = ANSWER,
    ) -> Mapping[str, Any]:
        """What the method gives. Raises Refused, Unreached, or Held if it would wait for longer than `patience`."""
        given = dict(payload or {})
        gate = Gate(team, method, str(given.get("channel", "")))
        token = await self._tokens(team)
        if token is None:
            raise NotInstalled(method)
        for last in (*[False] * (TRIES - 1), True):
            passing = self.gates.paced if method in POSTS else self.gates.passed
            await passing(gate, patience=patience)
            try:
                async with asyncio.timeout(answer):
                    return await self._asked(token, method, given)
            except TimeoutError:
                self._count(method, "unreached")
                raise Unreached(f"{method}: no answer") from None
            except _TooMany as error:
                self._count(method, "ratelimited")
                await self.gates.hold(gate, error.seconds)
                if last or error.seconds > patience:
                    raise Held(error.seconds) from None
        raise Unreached(method)

    async def upload(self, url: str, content: bytes) -> None:
        """Brings a file to where Slack wants it: an address that is a credential. Raises Unreached."""
        try:
            async with self._opened().post(url, data=content, allow_redirects=False) as response:
                outcome = "ok" if response.status == 200 else str(response.status)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            outcome = type(error).__name__
        self._count("upload", "ok" if outcome == "ok" else "unreached")
        if outcome != "ok":
            raise Unreached(f"upload: {outcome}")

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            raise RuntimeError("to be opened first")
        return self._session

    async def _asked(self, token: str, method: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        sent: dict[str, Any] = {"params" if method in FORMS else "json": dict(given)}
        try:
            response = await self.client(token).api_call(method, **sent)
        except SlackApiError as error:
            raise self._refusal(method, error) from None
        except (aiohttp.ClientError, OSError, SlackClientError, ValueError, TypeError, AttributeError) as error:
            self._count(method, "unreached")
            raise Unreached(f"{method}: {type(error).__name__}") from None
        self._count(method, "ok")
        self.scopes = _scopes(response.headers) or self.scopes
        return response.data if isinstance(response.data, Mapping) else {}

    def _refusal(self, method: str, error: SlackApiError) -> Exception:
        """Its own text holds the whole answer."""
        response = error.response
        status = getattr(response, "status_code", 0)
        answered = getattr(response, "data", None)
        why = answered.get("error") if isinstance(answered, Mapping) else None
        if status == 429 or why == "ratelimited":
            return _TooMany(_seconds(getattr(response, "headers", {})))
        outcome = why if isinstance(why, str) and status < 500 else "unreached"
        self._count(method, outcome)
        return Unreached(f"{method}: {status}") if outcome == "unreached" else Refused(method, outcome[:80])

    def _count(self, method: str, outcome: str) -> None:
        self.outcomes[method, outcome] += 1


class _TooMany(Exception):
    def __init__(self, seconds: float) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


def _scopes(headers: Any) -> tuple[str, ...]:
    found = next((value for name, value in dict(headers).items() if name.lower() == "x-oauth-scopes"), "")
    return tuple(each.strip() for each in str(found).split(",") if each.strip())


def _seconds(headers: Any) -> float:
    try:
        found = next(value for name, value in dict(headers).items() if name.lower() == "retry-after")
        return max(1.0, float(found))
    except (StopIteration, ValueError, TypeError):
        return 1.0


def quiet(name: str) -> logging.Logger:
    """A logger for the SDK, which logs whole payloads and addresses that are credentials: it says nothing."""
    logger = logging.getLogger(name)
    if logger.level != SILENT:  # to set it makes every logger think anew
        logger.setLevel(SILENT)
    return logger
