"""How an answer reaches the wire, or doesn't: whole, cut, dripping, reset, hanging.

What the answer says is decided before.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.types import Receive, Scope, Send

from sandbox.calendar.errors import Refusal
from sandbox.calendar.faults import Body, Fault, Then
from sandbox.calendar.operations import Answer
from sandbox.line import Line, line_of

JSON = "application/json; charset=utf-8"
HTML_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><h1>502 Bad Gateway</h1></body>\r\n</html>\r\n"
)
PIECE = 65536
BODILESS = (204, 304)


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


def spoil(answer: Answer, fault: Fault | None) -> Raw:
    """The answer as bytes, with a fault's status, headers and body in place of the true ones."""
    if fault is None:
        return Raw(answer.status, {"content-type": JSON, **answer.headers}, encode(answer.payload))
    status, payload = answer.status, answer.payload
    if fault.status is not None:
        status = fault.status
        payload = Refusal(status, _phrase(status)).body() if status >= 400 else payload
    headers = {"content-type": JSON, **answer.headers, **fault.headers}
    if status in BODILESS:
        return Raw(status, headers, b"")
    return _with_body(fault, Raw(status, headers, encode(payload)))


def encode(payload: object) -> bytes:
    """As compact as the real service writes it; half a character, which UTF-8 can't hold, comes escaped."""
    try:
        return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(payload, separators=(",", ":")).encode()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _with_body(fault: Fault, raw: Raw) -> Raw:
    def other(body: bytes, kind: str = JSON) -> Raw:
        return Raw(raw.status, {**raw.headers, "content-type": kind, **fault.headers}, body)

    if fault.text is not None:
        return other(fault.text.encode())
    match fault.body:
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
            return Raw(raw.status, raw.headers, b"", max(fault.size, 2))
        case Body.DRIP | None:
            return raw


async def deliver(raw: Raw, fault: Fault | None, scope: Scope, receive: Receive, send: Send) -> bool:
    """Whether the answer was given whole, as far as can be seen from here."""
    if fault is not None and fault.then is not Then.ANSWER:
        await _break_off(raw, fault, line_of(scope), receive)
        return False
    await send({"type": "http.response.start", "status": raw.status, "headers": raw.lines})
    async for piece in _pieces(raw, fault):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
    return True


async def _pieces(raw: Raw, fault: Fault | None) -> AsyncIterator[bytes]:
    if fault is not None and fault.body is Body.DRIP:
        for place in range(len(raw.body)):
            await asyncio.sleep(fault.pause)
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


async def _break_off(raw: Raw, fault: Fault, line: Line | None, receive: Receive) -> None:
    if line is None:
        if fault.then is Then.HANG:
            await asyncio.Event().wait()
        raise ConnectionResetError("a fault of the sandbox, served without a connection")
    if fault.cut is not None:
        line.write(_wire(raw)[: fault.cut])
    match fault.then:
        case Then.RESET:
            line.reset()
        case Then.CLOSE:
            line.close()
        case Then.HANG | Then.ANSWER:
            pass
    while (await receive())["type"] != "http.disconnect":
        pass


def _wire(raw: Raw) -> bytes:
    head = [f"HTTP/1.1 {raw.status} {_phrase(raw.status)}".encode(), *(b": ".join(each) for each in raw.lines)]
    return b"\r\n".join([*head, b"", raw.body])
