"""Slack as an ASGI app: the Web API, response URLs, web sockets, the page that asks to install.

What the methods do stands in `methods`, `chat` and `view_methods`; this is only their front door.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send

from sandbox.delivery import UNBROKEN, Answer, deliver, spoil, whole
from sandbox.slack import errors, sockets
from sandbox.slack.asked import Asked, Given, read
from sandbox.slack.control import control
from sandbox.slack.errors import Refusal, ratelimited, unknown_method
from sandbox.slack.faults import Fault
from sandbox.slack.ledger import POSTS, Request
from sandbox.slack.methods import METHODS, WITHOUT_TOKEN
from sandbox.slack.oauth import page
from sandbox.slack.teams import Token
from sandbox.slack.world import World

METHOD = re.compile(r"/api/(?P<method>[a-zA-Z0-9.]+)")
RESPONSE_URL = "response_url"
UPLOAD = "upload"
LARGEST_BODY = 1_000_000
Carry = Callable[[Request], Answer]
"""Carries a request out, whatever is answered in the end."""


def app(world: World) -> Starlette:
    """The whole app: Slack, and under `/_sandbox/slack` what drives the world from another process."""
    return Starlette(
        routes=[
            Mount("/_sandbox/slack", control(world)),
            page(world),
            Mount("/", Slack(world)),
        ]
    )


def admit(world: World, method: str, given: Given, authorization: str | None) -> Token | None:
    """Whose token it is. Raises Refusal."""
    written = str(given.values.get("token") or "")
    if authorization and authorization.lower().startswith("bearer "):
        written = authorization[len("bearer ") :].strip()
    if not written:
        if method in WITHOUT_TOKEN:
            return None
        raise errors.NOT_AUTHED
    token = world.tokens.get(written)
    if token is None:
        raise errors.INVALID_AUTH
    if token.revoked:
        raise errors.ACCOUNT_INACTIVE if token.team and not token.team.installed else errors.TOKEN_REVOKED
    return token


def carry_out(world: World, request: Request, given: Given, authorization: str | None) -> Answer:
    with world.lock:
        try:
            token = admit(world, request.method, given, authorization)
            if request.method not in METHODS:
                raise unknown_method(request.method)
            request.team = token.team.id if token and token.team else ""
            _in_time(world, request)
            asked = Asked(world, given, request, token)
            told = METHODS[request.method](asked)
        except Refusal as refusal:
            return refused(world, request, refusal)
        request.committed = True
        for name in given.unasked:
            world.complain(request.method, f"no argument is called {name}")
        return Answer(200, _with_warnings({"ok": True, **told}, given.warnings), _scopes(token))


def _in_time(world: World, request: Request) -> None:
    """Raises Refusal 429 where the app asks too often, or must be silent."""
    if request.method in POSTS and (remaining := world.silences.remaining(request.channel, request.user)) > 0:
        raise ratelimited(remaining)
    if world.pace is not None:
        world.pace.check(request, world.tick())


def _scopes(token: Token | None) -> Mapping[str, str]:
    return {"x-oauth-scopes": ",".join(token.scopes)} if token else {}


def _with_warnings(told: dict[str, Any], warnings: tuple[str, ...]) -> dict[str, Any]:
    if not warnings:
        return told
    return {**told, "warning": ",".join(warnings), "response_metadata": {"warnings": list(warnings)}}


def refused(world: World, request: Request, refusal: Refusal) -> Answer:
    request.error = refusal.error
    if refusal.fault:
        world.complain(request.method, refusal.told)
    return Answer(refusal.status, refusal.payload, refusal.headers)


class Slack:
    """Slack's own addresses."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await sockets.serve(self._world.sockets, scope, receive, send)
            return
        path = scope["path"]
        if match := METHOD.fullmatch(path):
            await self._serve(match["method"], scope, receive, send)
        elif path in self._world.response_urls:
            await self._serve(RESPONSE_URL, scope, receive, send)
        elif path in self._world.uploads:
            await self._serve(UPLOAD, scope, receive, send)
        else:
            await deliver(spoil(Answer(404, "no such page")), scope, receive, send)

    async def _serve(self, method: str, scope: Scope, receive: Receive, send: Send) -> None:
        world = self._world
        request = world.ledger.note(method, world.now(), world.tick())
        body = await whole(receive, LARGEST_BODY)
        if body is None:
            request.fault = "left before it was asked"
            return
        world.ledger.under_way.add(request.number)
        try:
            await self._answer(request, body, scope, receive, send)
        finally:
            with world.lock:
                world.ledger.under_way.discard(request.number)
                world.changes.tell()

    async def _answer(self, request: Request, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        world = self._world
        try:
            carry = self._carrier(request, body, scope)
        except Refusal as refusal:
            await self._end(request, refused(world, request, refusal), None, scope, receive, send)
            return
        fault = world.faults.take(lambda fault: fault.strikes(request))
        answer = await self._struck(request, fault, carry)
        await self._end(request, answer, fault, scope, receive, send)

    def _carrier(self, request: Request, body: bytes, scope: Scope) -> Carry:
        """Reads the request as far as faults must know it. Raises Refusal."""
        world, headers = self._world, Headers(scope=scope)
        if len(body) > LARGEST_BODY:
            raise Refusal("request_too_large", status=413, fault=True)
        if request.method == RESPONSE_URL:
            return self._response(request, body, scope["path"])
        if request.method == UPLOAD:
            return self._upload(body, scope["path"])
        given = read(scope["query_string"].decode("latin-1"), headers.get("content-type", ""), body)
        _take_client(given, headers.get("authorization"))
        request.payload = given.shown
        channel = str(given.values.get("channel", ""))
        request.user = self._about(given, channel)
        request.channel = self._place(channel)
        return lambda request: carry_out(world, request, given, headers.get("authorization"))

    def _place(self, channel: str) -> str:
        """A person named in place of a channel stands for the direct message, once there is one."""
        directs = (team.directs.get(channel) for team in self._world.teams.values())
        return next((each.id for each in directs if each is not None), channel)

    def _about(self, given: Given, channel: str) -> str:
        """The person whom a request is about, for faults; asking does not count as knowing the argument."""
        values, world = given.values, self._world
        trigger = world.triggers.get(str(values.get("trigger_id", "")))
        view = world.views.get(str(values.get("view_id", "")))
        person = trigger.person if trigger else view.person if view else None
        named = next((str(values[name]) for name in ("user", "user_id", "users") if values.get(name)), "")
        return person.id if person else named or self._owner(channel)

    def _owner(self, channel: str) -> str:
        """The person whose direct message it is, or who is named in its place."""
        for team in self._world.teams.values():
            known = team.channels.get(channel)
            if known is not None and known.person is not None:
                return known.person.id
            if channel in team.people:
                return channel
        return ""

    def _response(self, request: Request, body: bytes, path: str) -> Carry:
        place = self._world.response_urls[path]
        request.channel, request.user = place.channel.id, place.person.id
        try:
            given = json.loads(body)
        except ValueError:
            raise Refusal("invalid_payload", status=400, fault=True) from None
        request.payload = given if isinstance(given, dict) else {}

        def carry(request: Request) -> Answer:
            with self._world.lock:
                try:
                    place.use(given)
                except Refusal as refusal:
                    return refused(self._world, request, refusal)
                request.committed = True
                return Answer(200, {"ok": True})

        return carry

    def _upload(self, body: bytes, path: str) -> Carry:
        """A file is brought, as raw bytes."""

        def carry(request: Request) -> Answer:
            with self._world.lock:
                self._world.uploads[path].content = body
                request.committed = True
                return Answer(200, f"OK - {len(body)}")

        return carry

    async def _struck(self, request: Request, fault: Fault | None, carry: Carry) -> Answer:
        if fault is None:
            return carry(request)
        request.fault = fault.summary
        self._world.changes.tell()
        if fault.latency:
            await asyncio.sleep(fault.latency)
        answer = carry(request) if fault.commits else Answer(200, {"ok": True})
        if (refusal := fault.refusal) is None:
            return answer
        request.error = refusal.error
        return Answer(refusal.status, refusal.payload, refusal.headers)

    async def _end(
        self, request: Request, answer: Answer, fault: Fault | None, scope: Scope, receive: Receive, send: Send
    ) -> None:
        breaking = UNBROKEN if fault is None else fault.breaking
        raw = spoil(answer, breaking)
        if await deliver(raw, scope, receive, send, breaking):
            self._world.ledger.answered(request, raw.status)


def _take_client(given: Given, authorization: str | None) -> None:
    """oauth.v2.access may bring the client's id and secret by HTTP Basic."""
    if authorization and authorization.lower().startswith("basic "):
        try:
            id, _, secret = base64.b64decode(authorization[len("basic ") :]).decode().partition(":")
        except ValueError:
            return
        given.values |= {"client_id": id, "client_secret": secret}
