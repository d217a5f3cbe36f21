"""A connection in a stand-in's own hands, so that it can break it.

What is done with it is the stand-in's affair; how it comes about stands in `serving`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.types import Scope

EXTENSION = "sandbox.line"
"""Key of the ASGI scope's extensions under which the server hands it out."""


@dataclass(frozen=True)
class Line:
    """Raw bytes, a proper end (FIN), an improper one (RST); of a web socket, silence in place of pongs."""

    write: Callable[[bytes], None]
    close: Callable[[], None]
    reset: Callable[[], None]
    mute: Callable[[], None] = lambda: None


def line_of(scope: Scope) -> Line | None:
    """None where the app is asked without a socket."""
    line: Line | None = scope.get("extensions", {}).get(EXTENSION)
    return line
