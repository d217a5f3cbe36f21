"""The verbs of the command line that care for what is stored: keys, copies, people. How it is done is not known here.

Like all verbs, they import what they need when they run.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

from bot.console import refusing, run, settings

if TYPE_CHECKING:
    from bot.settings import Settings

keys = typer.Typer(help="The secret keys that seal what is stored.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")


@keys.command("new")
def new() -> None:
    """Print a new secret key, to be put in front of SECRET_KEYS."""
    from bot.store.vault import new_key

    typer.echo(new_key())


@keys.command("rotate")
def rotate() -> None:
    """Seal all that is stored with a new key, while booking-bot does not run. After a crash it goes on where it was."""
    from bot.renewing import renew
    from bot.settings import keeps_keys

    with refusing():
        for line in run(renew(_stored(), own=keeps_keys(os.environ))):
            typer.echo(line)


def _stored() -> Settings:
    """The settings, of which only those count that say what is stored where."""
    return settings({"videsk_api_token": "none", "videsk_referrer": "https://example.com/"})
