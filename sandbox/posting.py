"""One HTTP request of a stand-in to the program that it serves, over a connection of its own.

What is posted, to whom and how often is each stand-in's own affair.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import h11


@dataclass(frozen=True)
class Reply:
    """What the program answered. The names of `headers` are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def retry_after(self) -> int:
        """Seconds; 0 if it asks for none."""
        asked = self.headers.get("retry-after", "")
        return int(asked) if asked.isascii() and asked.isdecimal() else 0


def rerouted(url: str, routes: Mapping[str, str]) -> str:
    """Where an address is really found; `routes` maps the beginning of one to what to put in its place."""
    for beginning, other in routes.items():
        if url.startswith(beginning):
            return other + url.removeprefix(beginning)
    return url


async def post(url: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """Raises OSError where no answer comes back, or one that is no HTTP."""
    parts = urlsplit(url)
    secure = ssl.create_default_context() if parts.scheme == "https" else None
    port = parts.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=secure)
    try:
        head = {"Host": parts.netloc, **headers, "Content-Length": str(len(body)), "Connection": "close"}
        target = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        connection = h11.Connection(h11.CLIENT)
        request = h11.Request(method="POST", target=target, headers=list(head.items()))
        for event in (request, h11.Data(body), h11.EndOfMessage()):
            writer.write(connection.send(event) or b"")
        await writer.drain()
        return await _reply(connection, reader)
    except h11.RemoteProtocolError as error:
        raise ConnectionResetError(str(error)) from error
    finally:
        writer.close()


async def _reply(connection: h11.Connection, reader: asyncio.StreamReader) -> Reply:
    head, body = h11.Response(status_code=500, headers=[]), b""
    while True:
        match connection.next_event():
            case h11.NEED_DATA:
                connection.receive_data(await reader.read(65536))
            case h11.Response() as head:
                pass
            case h11.Data(data=data):
                body += bytes(data)
            case h11.EndOfMessage() | h11.PAUSED:
                break
            case h11.ConnectionClosed():
                raise ConnectionResetError("closed before it answered")
            case _:
                pass
    headers = {bytes(name).decode("latin-1"): bytes(value).decode("latin-1") for name, value in head.headers}
    return Reply(head.status_code, headers, body)
