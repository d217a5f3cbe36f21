"""A chat in the terminal, with a stand-in calendar or a real one. How it looks there is the adapter's matter."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from adapters import Adapter
from adapters.terminal.app import PlainTerminal, keyboard, printer
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.logs import configure
from bot.runner import Runner
from bot.settings import BadSettings, Settings
from bot.store.vault import new_key
from bot.tour import Failed, Tour
from bot.wiring import calendar_of, limits_of, runner
from conversations.people import Person


@dataclass(frozen=True, slots=True)
class StandIn:
    """A stand-in calendar that runs already. `steal` lets somebody else take the hour of the next booking."""

    url: str
    token: str = field(repr=False)
    referrer: str
    segments: str
    steal: Callable[[], None]
    double_bookings: Callable[[], int]

    def calendar(self) -> Calendar:
        return Calendar(self.url, SecretStr(self.token), self.referrer, form=forms_of(self.segments))


async def chat_with(calendar: StandIn, folder: Path, *, form: bool, locale: str, zone: str) -> None:
    """A chat with buttons; whatever is kept stands in `folder`."""
    with (folder / "log").open("w") as log:
        configure("WARNING", stream=log)
        async with _over(calendar.calendar(), folder, _buttons(form, locale, zone), locale, zone) as program:
            await program.run()


async def play_tour(calendar: StandIn, folder: Path, *, form: bool, locale: str, zone: str) -> int:
    """Plays a whole dialog against the stand-in, printing every screen; the exit code, 1 if a step fails."""
    configure("WARNING")
    tour = Tour(steal=calendar.steal, form=form, zone=ZoneInfo(zone))
    terminal = PlainTerminal(
        tour.lines(), printer(), locale=locale, zone=zone, width=_width(), form=form, paint=_paint()
    )
    tour.watch(lambda: terminal.screen)
    try:
        async with _over(calendar.calendar(), folder, terminal, locale, zone) as program:
            await program.run()
        tour.finish(calendar.double_bookings())
    except* Failed as failed:
        print(f"\nThe tour failed: {failed.exceptions[0]}", file=sys.stderr)
        tour.failed = True
    return 1 if tour.failed else 0


async def chat_for_real(settings: Settings, *, form: bool, plain: bool, locale: str, zone: str) -> None:
    """A chat with the calendar that the settings name. Raises BadSettings, or CannotOpen for its data."""
    calendar = calendar_of(settings)
    with _log_in(settings.data_dir) as log:  # the screen belongs to the chat
        configure(settings.log_level, settings.log_format, stream=log, secrets=list(settings.credentials()))
        face = _lines(form, locale, zone) if plain else _buttons(form, locale, zone)
        person = Person(locale=locale, zone=zone, zone_known=True, days=settings.forget_after_days)
        async with runner(
            settings.database_url, settings.secret_keys, calendar, [face], person, limits=limits_of(settings)
        ) as program:
            await program.run()


def _log_in(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return (folder / "chat.log").open("a")
    except OSError as error:
        raise BadSettings([f"DATA_DIR: {folder} cannot be written: {error.strerror}"]) from None


def _over(
    calendar: Calendar, folder: Path, face: Adapter, locale: str, zone: str
) -> AbstractAsyncContextManager[Runner]:
    person = Person(locale=locale, zone=zone, zone_known=True)
    return runner(f"sqlite:///{folder / 'bot.db'}", [new_key()], calendar, [face], person)


def _buttons(form: bool, locale: str, zone: str) -> Adapter:
    from adapters.terminal.chat import TextualTerminal  # textual takes half a second to import

    return TextualTerminal(locale=locale, zone=zone, form=form)


def _lines(form: bool, locale: str, zone: str) -> Adapter:
    return PlainTerminal(
        keyboard(),
        printer(),
        locale=locale,
        zone=zone,
        width=_width(),
        form=form,
        paint=_paint(),
        live=sys.stdin.isatty(),
    )


def _width() -> int:
    return min(shutil.get_terminal_size().columns, 100)


def _paint() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")
