"""Several workspaces: bolt's OAuth flow over our own store. Tokens are kept sealed, by workspace, and go when it goes.

The state of a flow is signed, bound to the browser that began it (by bolt), good for ten minutes and for one use.
"""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import structlog
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from adapters import Host, Json, Request, Response
from adapters.slack.api import quiet
from adapters.slack.manifest import SCOPES

log = structlog.get_logger()

INSTALL, CALLBACK = "/slack/install", "/slack/oauth_redirect"

LIFE = 600.0
"""Seconds that a state is good for."""

MOST = 10_000
"""States that are remembered as used; each is forgotten with its time."""


class Installations(AsyncInstallationStore):
    """Workspaces and their tokens, as notes of the adapter."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._host: Host | None = None
        self._known: dict[str, Json] = {}

    async def take_up(self, host: Host) -> None:
        self._host = host

    async def token(self, team: str) -> str | None:
        """A workspace's bot token, if the app is installed there."""
        found = await self._of(team)
        token = found.get("bot_token")
        return token if isinstance(token, str) else None

    async def async_save(self, installation: Installation) -> None:
        team = installation.team_id or installation.enterprise_id or ""
        kept = {
            "bot_token": installation.bot_token,
            "bot_id": installation.bot_id,
            "bot_user_id": installation.bot_user_id,
            "team_name": installation.team_name,
            "installed_at": int(self._clock().timestamp()),
        }
        await self._keep(team, {name: value for name, value in kept.items() if value})
        log.info("the app was installed", team=team)

    async def async_find_bot(
        self, *, enterprise_id: str | None, team_id: str | None, is_enterprise_install: bool | None = False
    ) -> Bot | None:
        found = await self._of(team_id or enterprise_id or "")
        if not found:
            return None
        return Bot(
            team_id=team_id,
            enterprise_id=enterprise_id,
            is_enterprise_install=is_enterprise_install,
            bot_token=str(found["bot_token"]),
            bot_id=str(found.get("bot_id", "")),
            bot_user_id=str(found.get("bot_user_id", "")),
            installed_at=float(found.get("installed_at", 0)),
        )

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """People's own tokens are never asked for: one person's going changes nothing."""

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        await self.forget(team_id or enterprise_id or "", int(self._clock().timestamp()))

    async def forget(self, team: str, at: int) -> bool:
        """The app was sent away. False if it has been installed again since: such news can come late."""
        if (await self._of(team)).get("installed_at", at) > at:
            return False
        await self._keep(team, {})
        return True

    async def _of(self, team: str) -> Json:
        if team not in self._known and self._host:
            self._known[team] = await self._host.noted(f"installation {team}")
        return self._known.get(team, {})

    async def _keep(self, team: str, value: Mapping[str, Any]) -> None:
        if self._host is None:
            raise RuntimeError("nothing can be kept yet")
        before = await self._of(team)
        await self._host.note(f"installation {team}", {**dict.fromkeys(before), **value})
        self._known[team] = value


class States(AsyncOAuthStateStore):
    """Signed, so that every node knows them; used once on each."""

    def __init__(self, secret: str, clock: Callable[[], float] = time.time) -> None:
        self._secret, self._clock = secret, clock
        self._used: dict[str, float] = {}

    async def async_issue(self, *_: Any, **__: Any) -> str:
        begun = f"{secrets.token_hex(16)}.{int(self._clock() + LIFE)}"
        return f"{begun}.{self._mark(begun)}"

    async def async_consume(self, state: str) -> bool:
        begun, _, mark = state.rpartition(".")
        until = begun.rpartition(".")[2]
        if not hmac.compare_digest(mark.encode(), self._mark(begun).encode()) or state in self._used:
            return False
        now = self._clock()
        self._used = {each: good for each, good in self._used.items() if good > now}
        if len(self._used) < MOST:
            self._used[state] = float(until)
        return float(until) > now

    def _mark(self, begun: str) -> str:
        return hmac.new(self._secret.encode(), begun.encode("utf-8", "replace"), "sha256").hexdigest()


class Installing:
    """The pages on which the app is installed."""

    pages = (INSTALL, CALLBACK)

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        public_url: str,
        authorize_url: str,
        states: States,
        installations: Installations,
        client: Callable[[], AsyncWebClient],
    ) -> None:
        self._client = client
        self._settings = AsyncOAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=sorted(SCOPES),
            redirect_uri=f"{public_url}{CALLBACK}",
            install_path=INSTALL,
            redirect_uri_path=CALLBACK,
            authorization_url=authorize_url,
            installation_store=installations,
            installation_store_bot_only=True,
            state_store=states,
            state_expiration_seconds=int(LIFE),
            logger=quiet("slack_bolt.oauth"),
        )

    async def asked(self, request: Request) -> Response:
        flow = AsyncOAuthFlow(client=self._client(), logger=quiet("slack_bolt.oauth"), settings=self._settings)
        asked = AsyncBoltRequest(body="", query=request.query, headers=dict(request.headers))
        try:
            installing = request.path == INSTALL
            answer = await (flow.handle_installation(asked) if installing else flow.handle_callback(asked))
        except Exception as error:
            log.warning("the app could not be installed", why=type(error).__name__)
            return Response(500)
        headers = {name: str(values[0]) for name, values in answer.headers.items() if values}
        return Response(answer.status, (answer.body or "").encode(), headers)
