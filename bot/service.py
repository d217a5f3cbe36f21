"""The program as it runs for people: what the settings name is started, said in plain lines, and ended in order."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

from adapters.telegram.api import Api, Refused, Unreached
from adapters.telegram.app import Telegram
from adapters.telegram.gates import Held
from adapters.telegram.intake import Hook
from bot.heap import give_back_what_is_large
from bot.logs import configure
from bot.runner import Runner
from bot.settings import BadSettings, Settings
from bot.telegram import introduce
from bot.web import Platform, listening, web
from bot.wiring import calendar_of, derived, limits_of, runner
from bot.words import Words
from conversations.people import Person

LAST = 3.0
"""Seconds in which presses are still answered after everything else has ended."""

GARBAGE = 20_000
"""Objects more than before, after which the youngest are searched for garbage: some updates, not one."""


class CannotListen(Exception):
    """The web server's port is not to be had. Its text says what to do."""


@dataclass(frozen=True, slots=True)
class Joined:
    """A platform that runs, and the line that says how."""

    platform: Platform
    said: str


async def run(settings: Settings, *, stand_in: bool = False) -> None:
    """Runs until SIGTERM or SIGINT. Raises BadSettings, CannotOpen or CannotListen."""
    give_back_what_is_large()
    configure(settings.log_level, settings.log_format, secrets=list(_secrets(settings)))
    calendar = calendar_of(settings)
    person = Person(locale=settings.default_locale, zone=settings.default_timezone, days=settings.forget_after_days)
    async with AsyncExitStack() as stack:
        joined = [each async for each in _joined(settings, stack, stand_in)]
        platforms = [each.platform for each in joined]
        program = await stack.enter_async_context(
            runner(
                settings.database_url,
                settings.secret_keys,
                calendar,
                platforms,
                person,
                limits=limits_of(settings),
                admin_chat=settings.admin_chat,
            )
        )
        own = await stack.enter_async_context(_web(settings, platforms, program))
        for line in _said(settings, joined, own, stand_in):
            print(line, flush=True)
        _settle_down()
        await _until_told(program)


def _settle_down() -> None:
    """What is there by now stays: whoever collects garbage need not look at it again, nor as often as by itself."""
    gc.freeze()
    gc.set_threshold(GARBAGE)


async def _joined(settings: Settings, stack: AsyncExitStack, stand_in: bool) -> AsyncIterator[Joined]:
    if settings.telegram_bot_token:
        yield await _telegram(settings, settings.telegram_bot_token.get_secret_value(), stack, stand_in)
    if settings.in_slack:
        from bot import slack  # eight megabytes, which who has not set it need not have

        yield Joined(await slack.slack_of(settings, stack), f"Slack      {slack.said(settings)}")


async def _telegram(settings: Settings, token: str, stack: AsyncExitStack, stand_in: bool) -> Joined:
    api = await stack.enter_async_context(Api(token, settings.telegram_api_url))
    username, hook = await _known(api), _hook(settings)
    telegram = Telegram(
        api, lambda locale: Words(locale or settings.default_locale, "UTC"), username=username, hook=hook
    )
    stack.push_async_callback(telegram.finished, LAST)
    introduced = await introduce(api) if stand_in else 0
    reached = f"https://t.me/{username}" if username else "not reached yet"
    texts = f"\nThe bot had no commands and descriptions yet: {introduced} texts were set." if introduced else ""
    return Joined(telegram, f"Telegram   {reached}, by {_way(settings)}{texts}")


def _secrets(settings: Settings) -> Iterator[str]:
    """What is never logged, whoever tries."""
    hook = _hook(settings)
    yield from settings.credentials()
    yield from (hook.path, hook.secret) if hook else ()


async def _known(api: Api) -> str:
    """The bot's name, if Telegram can be reached. Raises BadSettings if it does not know the token."""
    try:
        me = await api.call("getMe", answer=5.0)
    except Refused as error:
        if error.code == 401:
            raise BadSettings(["TELEGRAM_BOT_TOKEN is not accepted by Telegram: ask @BotFather for it"]) from None
    except (Unreached, Held):
        pass  # it is tried again while the rest runs
    else:
        return str(me.get("username") or "")
    return ""


def _hook(settings: Settings) -> Hook | None:
    """Path and secret are known to whoever has the keys, and to Telegram."""
    if not settings.public_url:
        return None
    path = "/telegram/" + derived(settings.secret_keys, "path of Telegram's webhook")
    return Hook(settings.public_url + path, path, derived(settings.secret_keys, "secret of Telegram's webhook"))


@asynccontextmanager
async def _web(settings: Settings, platforms: Sequence[Platform], program: Runner) -> AsyncIterator[str]:
    if not settings.http_port:
        yield ""
        return
    served = listening(web(platforms, program.counts), settings.http_host, settings.http_port)
    try:
        url = await served.__aenter__()
    except OSError as error:
        raise CannotListen(
            f"Nobody can listen on {settings.http_host}:{settings.http_port} ({error.strerror}). "
            "Set another HTTP_PORT, or 0 for no web server."
        ) from None
    try:
        yield url
    finally:
        await served.__aexit__(None, None, None)


def _said(settings: Settings, joined: Sequence[Joined], own: str, stand_in: bool) -> Iterator[str]:
    if stand_in:
        yield "THE CALENDAR IS A STAND-IN: nothing that is booked here is real, and nothing is kept."
        yield "  For a real one set VIDESK_API_TOKEN and VIDESK_REFERRER."
    yield "booking-bot runs:"
    yield f"  calendar   {settings.videsk_api_url}{' (stand-in)' if stand_in else ''}"
    yield from (f"  {each.said}" for each in joined)
    yield f"  data       {settings.kept_in}{' (thrown away at the end)' if stand_in else ''}"
    yield f"  web        {f'{own}/healthz /readyz /metrics' if own else 'none'}"
    yield f"  strangers  are spoken to in {settings.default_locale}, at {settings.default_timezone} time"
    yield "Ctrl+C ends it."


def _way(settings: Settings) -> str:
    return f"webhook ({settings.public_url})" if settings.public_url else "polling"


async def _until_told(program: Runner) -> None:
    """Runs the program; the first signal ends it in order, the second one at once."""
    loop = asyncio.get_running_loop()
    running = asyncio.create_task(program.run())
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, running.cancel)
    try:
        with suppress(asyncio.CancelledError):
            await running
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)
