"""The command line. Every command imports what it needs when it runs, so that `--help` is instant."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import care
from bot.console import refusing
from bot.console import run as _run
from bot.console import settings as _settings

if TYPE_CHECKING:
    from bot.settings import Settings

NO_CALENDAR = {"videsk_api_token": "none", "videsk_referrer": "https://example.com/"}
"""Settings for what asks no calendar."""

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
            raise typer.Exit(_run(play_tour(calendar, Path(folder), form=form, locale=locale, zone=zone)))
        _run(chat_with(calendar, Path(folder), form=form, locale=locale, zone=zone))


@app.command()
def chat(
    form: Form = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of buttons.")] = False,
    locale: Locale = "",
    zone: Zone = "",
) -> None:
    """Chat in this terminal with the calendar that the settings name."""
    from bot.demo import chat_for_real

    settings = _settings()
    plain = plain or not (sys.stdin.isatty() and sys.stdout.isatty())
    locale = locale or _own_locale() or settings.default_locale
    zone = zone or _own_zone() or settings.default_timezone
    with refusing():
        _run(chat_for_real(settings, form=form, plain=plain, locale=locale, zone=zone))


@app.command()
def run(
    stand_in: Annotated[bool, typer.Option("--sandbox", help="With a stand-in calendar: nothing is real.")] = False,
) -> None:
    """Run what the settings name, for everybody. With a bot's token alone, a stand-in calendar is used."""
    if not (stand_in or _lacks_calendar()):
        return _serve(_settings(platform=True), stand_in=False)
    with _stand_in() as instead:
        return _serve(_settings(instead, platform=True), stand_in=True)


@contextmanager
def _stand_in() -> Iterator[Mapping[str, str]]:
    """The settings of a calendar that runs for as long as this is entered."""
    from sandbox.__main__ import REFERRER
    from sandbox.calendar import World
    from sandbox.serving import running

    world = World()
    with tempfile.TemporaryDirectory(prefix="booking-bot-") as folder, running(world) as url:
        yield {
            "videsk_api_url": url,
            "videsk_api_token": world.api_token(),
            "videsk_referrer": REFERRER,
            "videsk_form_segment": world.form_segments(),
            "form_file": "",
            "data_dir": folder,
            "database_url": f"sqlite:///{folder}/booking-bot.db",
        }


def _serve(settings: Settings, *, stand_in: bool) -> None:
    from bot.service import CannotListen, run
    from bot.settings import BadSettings
    from bot.store.store import CannotOpen

    try:
        _run(run(settings, stand_in=stand_in))
    except (BadSettings, CannotOpen, CannotListen) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


care.add_to(app)


setup = typer.Typer(help="Set up a platform.", no_args_is_help=True)
app.add_typer(setup, name="setup")


@setup.callback()
def _setup() -> None:
    """Set up a platform."""


@setup.command("telegram")
def setup_telegram(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be changed.")] = False,
) -> None:
    """Set the bot's commands, name, descriptions and menu button, in every language. Only what differs is changed."""
    from bot.telegram import set_up

    raise typer.Exit(_run(set_up(_settings(NO_CALENDAR if _lacks_calendar() else None), dry_run=dry_run)))


manifests = typer.Typer(help="Print what a platform wants to know of the app.", no_args_is_help=True)
app.add_typer(manifests, name="manifest")


@manifests.callback()
def _manifest() -> None:
    """Print what a platform wants to know of the app."""


@manifests.command("slack")
def manifest_slack(
    socket: Annotated[
        bool, typer.Option("--socket", help="For Socket Mode: no address is needed. The default.")
    ] = False,
    http: Annotated[str, typer.Option(help="For HTTP: the https address that leads to HTTP_PORT.")] = "",
    oauth: Annotated[
        bool, typer.Option("--oauth", help="To be installed in several workspaces, at that address or at PUBLIC_URL.")
    ] = False,
    commands: Annotated[
        str, typer.Option(help="Other names of commands: book=/appointment. Default: the settings'.")
    ] = "",
    locale: Annotated[str, typer.Option(help="Language of the descriptions.")] = "en",
) -> None:
    """Print the manifest from which the app is made at api.slack.com/apps."""
    from bot.settings import alone
    from bot.slack import printed

    if socket and http:
        raise typer.BadParameter("--socket and --http are two different ways")
    at = _address("--http", http) or (_address("PUBLIC_URL", alone("public_url", os.environ)) if oauth else "")
    if oauth and not at:
        raise typer.BadParameter("--oauth wants the address where the app is installed: --http, or PUBLIC_URL")
    names = commands or alone("slack_commands", os.environ)
    try:
        typer.echo(printed(names, locale, http, installed_at=at if oauth else ""))
    except ValueError as error:
        raise typer.BadParameter(f"SLACK_COMMANDS {error}") from None


def _address(name: str, address: str) -> str:
    """Raises BadParameter if it is set and leads nowhere."""
    from bot.settings import page

    try:
        return page(address) if address else ""
    except ValueError as error:
        raise typer.BadParameter(f"{name} {error}") from None


@app.command()
def links(
    agents: Annotated[bool, typer.Option("--agents", help="A link for each agent of a service too.")] = False,
    qr: Annotated[bool, typer.Option("--qr", help="Draw a QR code below each.")] = False,
    folder: Annotated[Path | None, typer.Option(help="Write QR codes there, as SVG and PNG.")] = None,
) -> None:
    """Print the links that open the bot at each service; with a bot's token alone, of the stand-in calendar."""
    from bot.telegram import print_links

    with _stand_in() if _lacks_calendar() else nullcontext() as instead:
        if instead:
            typer.echo("No calendar is set: these are the services of the stand-in.", err=True)
        raise typer.Exit(_run(print_links(_settings(instead), agents=agents, qr=qr, folder=folder)))


@app.command()
def doctor() -> None:
    """Ask the calendar, Telegram and Slack with the keys that are set, and say how to mend what is wrong."""
    from bot.doctor import examine
    from bot.logs import configure

    lacks = _lacks_calendar()
    settings = _settings(NO_CALENDAR if lacks else None)
    configure("ERROR", secrets=list(settings.credentials()))

    async def told() -> int:
        faults = 0
        async for finding in examine(settings, calendar=not lacks):
            faults += bool(finding.cure)
            typer.echo(f"{'FAULT' if finding.cure else 'ok   '} {finding.what}")
            if finding.cure:
                typer.echo(f"      mend it: {finding.cure}")
        return 1 if faults else 0

    raise typer.Exit(_run(told()))


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
    from bot.settings import example as example_of
    from bot.wiring import forms

    if example:
        typer.echo(example_of(), nl=False)
        return
    with refusing():
        forms(_settings())
    typer.echo("The settings are complete.")


def _lacks_calendar() -> bool:
    from bot.settings import lacks_calendar

    return lacks_calendar(os.environ)


def _own_locale() -> str:
    """The terminal's language, as POSIX says it: `es_CL.UTF-8` is `es-CL`. Empty if it has none."""
    named = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    locale = named.partition(".")[0].partition("@")[0].replace("_", "-")
    return "" if locale in ("C", "POSIX") else locale


def _own_zone() -> str:
    """This machine's time zone by its IANA name; empty if it tells none: POSIX also allows rules, such as `CLT4`."""
    named = os.environ.get("TZ", "").removeprefix(":")
    linked = Path(named or "/etc/localtime").resolve().as_posix().partition("/zoneinfo/")[2]
    return next((zone for zone in (named, linked) if zone and _is_zone(zone)), "")


def main() -> None:
    app()
