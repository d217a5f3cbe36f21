"""What an operator does with the bot in Telegram from the command line: its texts, and links that open it.

How Telegram is spoken to is the adapter's matter.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import segno

from adapters.telegram.api import Api, Refused, Unreached
from adapters.telegram.gates import Held
from adapters.telegram.links import deep_link
from adapters.telegram.setup import carry_out, differences, wishes
from bot.calendar import Calendar, CalendarError
from bot.settings import Settings
from bot.wiring import calendar_of
from bot.words import Words, languages
from conversations.calls import FindAgents, FindServices
from conversations.offers import ANYONE, short


class Told(Exception):
    """Why it can't be done, in plain words."""


async def set_up(settings: Settings, *, dry_run: bool) -> int:
    """The exit code: 0 if all is as it should be by then, 1 if not."""
    try:
        async with _api(settings) as api:
            found = await differences(api, wishes(languages(), lambda locale: Words(locale, "UTC")))
            for each in found:
                print(f"{'would change' if dry_run else 'changed'} {each}")
                if not dry_run:
                    await carry_out(api, each)
            print("Nothing is to be changed." if not found else f"{len(found)} differences.")
            return 1 if found and dry_run else 0
    except (Told, Refused, Unreached, Held) as error:
        print(f"Telegram could not be set up: {error}", file=sys.stderr)
        return 1


async def introduce(api: Api) -> int:
    """Gives a new bot its commands and descriptions, and changes nothing that somebody wrote. How many were set."""
    try:
        found = await differences(api, wishes(languages(), lambda locale: Words(locale, "UTC")))
        bare = [each for each in found if each.bare]
        for each in bare:
            await carry_out(api, each)
        return len(bare)
    except (Refused, Unreached, Held):
        return 0  # it is only a beginning, and `set_up` says why it fails


async def print_links(settings: Settings, *, agents: bool, qr: bool, folder: Path | None) -> int:
    """A line for each service: its link and its title; the exit code."""
    calendar = calendar_of(settings)
    try:
        async with _api(settings) as api:
            username = str((await api.call("getMe")).get("username") or "")
        async for title, words in _openable(calendar, agents):
            link = deep_link(username, "book", *words)
            if link:
                print(f"{link}  {title}")
                _draw(link, words, qr, folder)
            else:
                print(f"No link leads to {title}: its id is too long for Telegram.", file=sys.stderr)
    except (Told, Refused, Unreached, Held) as error:
        print(f"The bot's name could not be learned: {error}", file=sys.stderr)
        return 1
    except CalendarError as error:
        print(f"The calendar could not be read: {type(error).__name__}", file=sys.stderr)
        return 1
    finally:
        await calendar.close()
    return 0


async def _openable(calendar: Calendar, agents: bool) -> AsyncIterator[tuple[str, tuple[str, ...]]]:
    page: str | None = "0"
    while page is not None:
        offer = await calendar.find(FindServices(page=int(page)))
        for service in offer.choices:
            yield str(service.label), (short(service.value),)
            for agent in (await calendar.find(FindAgents(str(service.value)))).choices if agents else ():
                if agent.value != ANYONE.value:
                    yield f"{service.label}, {agent.label}", (short(service.value), short(agent.value))
        page = offer.after


def _draw(link: str, words: tuple[str, ...], qr: bool, folder: Path | None) -> None:
    code = segno.make(link, error="m", micro=False)
    if qr:
        code.terminal(compact=True)
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        for kind in ("svg", "png"):
            code.save(str(folder / f"{'-'.join(words)}.{kind}"), scale=8)


@asynccontextmanager
async def _api(settings: Settings) -> AsyncIterator[Api]:
    if settings.telegram_bot_token is None:
        raise Told("TELEGRAM_BOT_TOKEN is not set")
    async with Api(settings.telegram_bot_token.get_secret_value(), settings.telegram_api_url) as api:
        yield api
