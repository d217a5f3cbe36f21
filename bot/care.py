"""The verbs of the command line that care for what is stored: keys, copies, people. How it is done is not known here.

Like all verbs, they import what they need when they run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.console import refusing, run, settings

if TYPE_CHECKING:
    from bot.settings import Settings

keys = typer.Typer(help="The secret keys that seal what is stored.", no_args_is_help=True)


Name = Annotated[str, typer.Argument(help="telegram:<number>, slack:<workspace>:<user>, terminal:you")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")
    for verb in (backup, restore, migrate, move, forget, export):
        app.command()(verb)


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


def backup(file: Annotated[Path, typer.Argument(help="A file that is not there yet.")]) -> None:
    """Copy what is stored into FILE. booking-bot may be running."""
    from bot.store.copies import CannotCopy
    from bot.store.copies import backup as copy
    from bot.store.vault import Vault

    stored = _stored()
    try:
        copy(stored.database_url, file, Vault(stored.secret_keys))
    except CannotCopy as error:
        _refuse(error)
    typer.echo(f"All that is stored is in {file}. Without the secret keys nobody can open it:")
    typer.echo("keep a copy of those too, in another place.")


def restore(
    file: Annotated[Path, typer.Argument(help="A copy that `backup` made.")],
    replace: Annotated[bool, typer.Option("--replace", help="Put what is stored now aside.")] = False,
) -> None:
    """Put a copy in place, while booking-bot does not run."""
    from datetime import UTC, datetime

    from bot.store.copies import CannotCopy
    from bot.store.copies import restore as put_back
    from bot.store.vault import Vault

    stored = _stored()
    with refusing():
        try:
            aside = put_back(
                stored.database_url, file, Vault(stored.secret_keys), replace=replace, now=datetime.now(UTC)
            )
        except CannotCopy as error:
            _refuse(error)
    typer.echo(f"What is stored is now what {file} holds. Whoever was forgotten since is to be forgotten again;")
    typer.echo("what was booked since stays booked, and can be changed by its e-mail alone.")
    if aside:
        typer.echo(f"What was stored before is in {aside}: delete it when you need it no more.")


def migrate(
    step: Annotated[str, typer.Argument(help="The step to go to, such as 0001. Default: this version's newest.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Bring the tables up to date before a new version runs, or take them back for a former one."""
    from bot.store.migrations import HEAD, number
    from bot.store.stepping import take

    if step and step < number(HEAD) and not yes:
        typer.confirm(f"Take the tables back to {step}? What later versions have added is lost", abort=True)
    with refusing():
        try:
            taken = take(_stored().database_url, step or HEAD)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None
    same = taken.before == taken.after
    typer.echo(f"The tables {'stand' if same else 'are now'} at step {taken.after}{_from(taken.before, same)}.")


def move(
    file: Annotated[Path, typer.Argument(help="The SQLite file in which all was kept so far.")],
) -> None:
    """Move all that is stored from FILE to the empty database of DATABASE_URL, while booking-bot does not run."""
    from bot.store.moving import CannotMove
    from bot.store.moving import move as carry
    from bot.store.vault import Vault

    if not file.is_file():
        raise typer.BadParameter(f"there is no file {file}")
    stored = _stored()
    with refusing():
        try:
            moved = carry(f"sqlite:///{file.absolute()}", stored.database_url, Vault(stored.secret_keys))
        except CannotMove as error:
            _refuse(error)
    for table, number in moved.items():
        typer.echo(f"{number:>8} {table}")
    typer.echo(f"All that was in {file} is in {stored.kept_in} now. The file is as it was: never run on it again,")
    typer.echo("and delete it when you need it no more.")


def _from(before: str, same: bool) -> str:
    if same:
        return " already"
    return f", from {before}" if before else ", made anew"


def forget(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase everything about a person. What they have booked stays booked. booking-bot may be running."""
    from bot.erasing import UnderWay, Unknown, erase

    if not yes:
        typer.confirm("Erase everything about this person, for good? What is booked stays booked", abort=True)
    with refusing():
        try:
            done = run(erase(_stored(), name))
        except Unknown:
            typer.echo("Nobody of that name is known here: nothing is kept of them.")
            return
        except UnderWay:
            typer.echo("Something of theirs is on its way to the calendar still: try again in a minute.", err=True)
            raise typer.Exit(1) from None
    typer.echo("Nothing is kept of this person any more. Copies made before still hold what they held.")
    if done != "scrubbed":
        typer.echo("The running program overwrites what was erased within a minute.")


def export(name: Name) -> None:
    """Print everything that is kept of a person. booking-bot may be running."""
    from bot.erasing import Unknown, tell

    with refusing():
        try:
            lines = run(tell(_stored(), name))
        except Unknown:
            lines = ["Nobody of that name is known here: nothing is kept of them."]
    for line in lines:
        typer.echo(line)


def _refuse(why: Exception) -> NoReturn:
    typer.echo(str(why), err=True)
    raise typer.Exit(2) from None


def _stored() -> Settings:
    """The settings, of which only those count that say what is stored where."""
    return settings({"videsk_api_token": "none", "videsk_referrer": "https://example.com/"})
