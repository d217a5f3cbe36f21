"""A wire between a program and PostgreSQL that can be cut at the worst moment. No expectation lives here."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

COMMIT = b"COMMIT\0"
SOCKET = ".s.PGSQL.5432"


class Wire:
    """Cuts the first connection that commits: before the server hears of it, or after the server has done it.

    With `for_good` nobody reaches the server any more from then on.
    """

    def __init__(self, folder: Path, server: Path, *, heard: bool, for_good: bool = False) -> None:
        self._server = server
        self._heard = heard
        self._for_good = for_good
        self._armed = False
        self._listening = socket.socket(socket.AF_UNIX)
        self._listening.bind(str(folder / SOCKET))
        self._listening.listen()
        self.cut = 0

    def arm(self) -> None:
        """From now on."""
        self._armed = True

    def accept(self) -> None:
        while True:
            try:
                program, _ = self._listening.accept()
            except OSError:
                return
            if self.cut and self._for_good:
                program.close()
                continue
            threading.Thread(target=self._carry, args=(program,), daemon=True).start()

    def _carry(self, program: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._server / SOCKET))
        back = threading.Thread(target=_copy, args=(server, program), daemon=True)
        with program, server:
            back.start()
            while said := _received(program):
                if self._armed and COMMIT in said:
                    self._cut(said, program, server)
                    return
                server.sendall(said)

    def _cut(self, said: bytes, program: socket.socket, server: socket.socket) -> None:
        self._armed, self.cut = False, self.cut + 1
        program.shutdown(socket.SHUT_WR)  # whatever the server says does not arrive
        if self._heard:
            server.sendall(said)
            server.shutdown(socket.SHUT_WR)
            while _received(server):
                pass
        else:
            server.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()


@contextmanager
def wire(folder: Path, server: Path, *, heard: bool, for_good: bool = False) -> Iterator[Wire]:
    made = Wire(folder, server, heard=heard, for_good=for_good)
    accepting = threading.Thread(target=made.accept, daemon=True)
    accepting.start()
    try:
        yield made
    finally:
        made.close()
        accepting.join()


def _copy(server: socket.socket, program: socket.socket) -> None:
    with suppress(OSError):
        while said := _received(server):
            program.sendall(said)
        program.shutdown(socket.SHUT_RDWR)


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(65536)
    except OSError:
        return b""
