"""What the verbs of the command line share: the settings, the event loop, how a refusal is said. No verb lives here."""

from __future__ import annotations

import os
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    import asyncio  # a fifth of the time that help takes

    return asyncio.run(work)


def settings(instead: Mapping[str, str] | None = None, *, platform: bool = False) -> Settings:
    """Says all that is wrong with them, and ends with 2. From now on no log shows a secret of theirs."""
    from bot.logs import configure
    from bot.settings import load

    with refusing():
        loaded = load(os.environ, instead=instead, platform=platform)
    configure("WARNING", secrets=list(loaded.credentials()))
    return loaded


@contextmanager
def refusing() -> Iterator[None]:
    """Says why something cannot be begun, with its cure, and ends with 2."""
    from bot.settings import BadSettings
    from bot.store.store import CannotOpen

    try:
        yield
    except (BadSettings, CannotOpen) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
