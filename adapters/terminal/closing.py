"""A terminal that is closed ends the program: nobody would read any more, and reading nothing would go on for ever."""

from __future__ import annotations

import os
import select
import signal
from threading import Thread


def ends_with(terminal: int) -> None:
    """From now on the program ends when this terminal does.

    The system tells only whoever leads the session. Under `make` that can be make, which waits for us.
    """
    if os.isatty(terminal) and hasattr(select, "poll"):
        Thread(target=_watch, args=(terminal,), name="closing", daemon=True).start()


def _watch(terminal: int) -> None:
    hung_up = select.poll()
    hung_up.register(terminal, 0)
    if any(event & select.POLLHUP for _, event in hung_up.poll()):
        os.kill(os.getpid(), signal.SIGTERM)
