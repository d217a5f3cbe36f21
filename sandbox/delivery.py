"""How an answer reaches the wire, or doesn't: whole, cut, dripping, reset, hanging.

What the answer says, and whether it breaks, is decided before.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from starlette.types import Receive, Scope, Send

from sandbox.line import Line, line_of

JSON = "application/json; charset=utf-8"
HTML_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"
)
PIECE = 65536
BODILESS = (204, 304)


class Then(StrEnum):
    """How a request ends."""

    ANSWER = "answer"
    RESET = "reset"
    """The connection is reset (TCP RST)."""
    CLOSE = "close"
    """The connection is closed properly, but too early."""
    HANG = "hang"
    """Nothing more is ever said, until the client gives up or the server stops."""


class Body(StrEnum):
    """What replaces the body of an answer."""

    HTML = "html"
    EMPTY = "empty"
    CUT = "cut"
    """The first half of the true JSON, with a content-length that fits the half."""
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    HUGE = "huge"
    """A JSON array of `size` bytes."""
    DRIP = "drip"
    """The true body, a byte every `pause` seconds."""


@dataclass(frozen=True)
class Breaking:
    """How an answer breaks on its way. `cut` lets that many bytes of the raw response pass before it breaks off."""

    then: Then = Then.ANSWER
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    body: Body | None = None
    size: int = 300_000_000
    pause: float = 0.05
    cut: int | None = None


UNBROKEN = Breaking()


@dataclass(frozen=True)
class Answer:
    """What is to be answered, before anything breaks it."""

    status: int
    payload: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """An answer as bytes. `size` takes the body's place where it is too big to hold."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    size: int | None = None

    @property
    def length(self) -> int:
        return len(self.body) if self.size is None else self.size

    @property
    def lines(self) -> list[tuple[bytes, bytes]]:
        headers = {"content-length": str(self.length)} | {name.lower(): value for name, value in self.headers.items()}
        return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def spoil(answer: Answer, breaking: Breaking = UNBROKEN) -> Raw:
    """The answer as bytes, with other headers and another body in place of the true ones."""
    headers = {"content-type": JSON, **answer.headers, **breaking.headers}
    if answer.status in BODILESS:
        return Raw(answer.status, headers, b"")
    return _with_body(breaking, Raw(answer.status, headers, encode(answer.payload)))


def encode(payload: object) -> bytes:
    """As compact as the real service writes it; half a character, which UTF-8 can't hold, comes escaped."""
    try:
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(payload, separators=(",", ":")).encode()


def phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _with_body(breaking: Breaking, raw: Raw) -> Raw:
    def other(body: bytes, kind: str = JSON) -> Raw:
        return Raw(raw.status, {**raw.headers, "content-type": kind, **breaking.headers}, body)

    if breaking.text is not None:
        return other(breaking.text.encode())
    match breaking.body:
        case Body.HTML:
            return other(HTML_PAGE, "text/html")
        case Body.EMPTY:
            return other(b"")
        case Body.CUT:
            return other(raw.body[: len(raw.body) // 2])
        case Body.NOT_JSON:
            return other(b"OK, thank you")
        case Body.WRONG_SHAPE:
            return other(encode({"result": [None, {"ok": True}], "next": 7}))
        case Body.HUGE:
            return Raw(raw.status, raw.headers, b"", max(breaking.size, 2))
        case Body.DRIP | None:
            return raw


async def deliver(raw: Raw, scope: Scope, receive: Receive, send: Send, breaking: Breaking = UNBROKEN) -> bool:
    """Whether the answer was given whole, as far as can be seen from here."""
    if breaking.then is not Then.ANSWER:
        await _break_off(raw, breaking, line_of(scope), receive)
        return False
    await send({"type": "http.response.start", "status": raw.status, "headers": raw.lines})
    async for piece in _pieces(raw, breaking):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return True


async def _pieces(raw: Raw, breaking: Breaking) -> AsyncIterator[bytes]:
    if breaking.body is Body.DRIP:
        for place in range(len(raw.body)):
            await asyncio.sleep(breaking.pause)
            yield raw.body[place : place + 1]
    elif raw.size is not None:
        for piece in _huge(raw.size):
            yield piece
    else:
        yield raw.body


def _huge(size: int) -> Iterator[bytes]:
    """A JSON array of zeros, exactly `size` bytes long."""
    yield b"["
    left = size - 2
    while left > 0:
        piece = (b"0," * (PIECE // 2))[: min(PIECE, left)]
        left -= len(piece)
        yield piece if left else piece[:-1] + (b"0" if piece[-1:] == b"," else piece[-1:])
    yield b"]"


async def _break_off(raw: Raw, breaking: Breaking, line: Line | None, receive: Receive) -> None:
    if line is None:
        if breaking.then is Then.HANG:
            await asyncio.Event().wait()
        raise ConnectionResetError("a fault of the sandbox, served without a connection")
    if breaking.cut is not None:
        line.write(_wire(raw)[: breaking.cut])
    match breaking.then:
        case Then.RESET:
            line.reset()
        case Then.CLOSE:
            line.close()
        case Then.HANG | Then.ANSWER:
            pass
    while (await receive())["type"] != "http.disconnect":
        pass


def _wire(raw: Raw) -> bytes:
    head = [f"HTTP/1.1 {raw.status} {phrase(raw.status)}".encode(), *(b": ".join(each) for each in raw.lines)]
    return b"\r\n".join([*head, b"", raw.body])


async def whole(receive: Receive, largest: int) -> bytes | None:
    """The body of a request, cut soon after it is too large; None if the client left before it had sent it all."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > largest or not message.get("more_body", False):
            return bytes(body)
