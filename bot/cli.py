"""The command line. Every command imports what it needs when it runs, so that `--help` is instant."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from bot.settings import Settings

app = typer.Typer(
    name="booking-bot",
    help="Book, move and cancel appointments by chatting.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in colours would double the time it takes
)

Locale = Annotated[str, typer.Option(help="Language and region, such as es-CL. Default: the terminal's.")]


def _known(zone: str) -> str:
    if zone and not _is_zone(zone):
        raise typer.BadParameter("must name a zone of the tz database, such as America/Santiago")
    return zone


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True


Zone = Annotated[
    str,
    typer.Option(callback=_known, help="Time zone, such as America/Santiago. Default: this machine's."),
]
Form = Annotated[bool, typer.Option("--form", help="Ask the whole form at once.")]


@app.command()
def demo(
    tour: Annotated[bool, typer.Option("--tour", help="Play a tour by itself and print every screen.")] = False,
    form: Form = False,
    locale: Locale = "",
    zone: Zone = "",
) -> None:
    """Chat in this terminal with a stand-in calendar: nothing is needed, and nothing is kept."""
    import asyncio

    from bot.demo import StandIn, chat_with, play_tour
    from sandbox.__main__ import REFERRER
    from sandbox.calendar import Twist, World, faults
    from sandbox.serving import running

    world = World()
    locale, zone = locale or _own_locale() or "en", zone or _own_zone() or "UTC"
    with tempfile.TemporaryDirectory(prefix="booking-bot-") as folder, running(world) as url:

        def steal() -> None:
            world.faults.add(faults.twisted("writes", Twist.STEAL_HOUR))

        def double_bookings() -> int:
            with world.lock:
                return len(world.ledger.double_bookings())

        calendar = StandIn(url, world.api_token(), REFERRER, world.form_segments(), steal, double_bookings)
        if tour or not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise typer.Exit(asyncio.run(play_tour(calendar, Path(folder), form=form, locale=locale, zone=zone)))
        asyncio.run(chat_with(calendar, Path(folder), form=form, locale=locale, zone=zone))


@app.command()
def chat(
    form: Form = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of buttons.")] = False,
    locale: Locale = "",
    zone: Zone = "",
) -> None:
    """Chat in this terminal with the calendar that the settings name."""
    import asyncio

    from bot.demo import chat_for_real
    from bot.settings import BadSettings
    from bot.store.store import CannotOpen

    settings = _settings()
    plain = plain or not (sys.stdin.isatty() and sys.stdout.isatty())
    locale = locale or _own_locale() or settings.default_locale
    zone = zone or _own_zone() or settings.default_timezone
    try:
        asyncio.run(chat_for_real(settings, form=form, plain=plain, locale=locale, zone=zone))
    except (BadSettings, CannotOpen) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True}, add_help_option=False)
def sandbox(context: typer.Context) -> None:
    """Run the stand-in calendar on a port of its own (see `booking-bot sandbox --help`)."""
    from sandbox.__main__ import main as serve

    raise typer.Exit(serve(context.args))


@app.command()
def settings(
    example: Annotated[bool, typer.Option("--example", help="Print .env.example.")] = False,
) -> None:
    """Check the settings, or print an example of them."""
    from bot.demo import forms
    from bot.settings import BadSettings
    from bot.settings import example as example_of

    if example:
        typer.echo(example_of(), nl=False)
        return
    try:
        forms(_settings())
    except BadSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    typer.echo("The settings are complete.")


def _settings() -> Settings:
    from bot.settings import BadSettings, load

    try:
        return load(os.environ)
    except BadSettings as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def _own_locale() -> str:
    """The terminal's language, as POSIX says it: `es_CL.UTF-8` is `es-CL`. Empty if it has none."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    locale = named.partition(".")[0].partition("@")[0].replace("_", "-")
    return "" if locale in ("C", "POSIX") else locale


def _own_zone() -> str:
    """This machine's time zone by its IANA name, as far as it tells: POSIX also allows rules, such as `CLT4`. Empty if it tells none."""
    named = os.environ.get("TZ", "").removeprefix(":")
    linked = Path(named or "/etc/localtime").resolve().as_posix().partition("/zoneinfo/")[2]
    return next((zone for zone in (named, linked) if zone and _is_zone(zone)), "")


def main() -> None:
    app()
