"""The doctor: asks the calendar, Telegram and Slack with the keys that are set, and says how to mend what is wrong.

Nothing that stays is changed, and no key is shown.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.telegram.api import Api, Refused, Unreached
from adapters.telegram.gates import Held
from adapters.telegram.setup import differences, wishes
from bot import slack
from bot.calendar import CalendarError, answer
from bot.settings import BadSettings, Settings
from bot.wiring import calendar_of
from bot.words import Words, languages
from conversations.calls import FindForm, FindServices
from conversations.events import Reason
from conversations.events import Refused as RefusedByCalendar


@dataclass(frozen=True, slots=True)
class Finding:
    """`cure` is empty where all is well."""

    what: str
    cure: str = ""


async def examine(settings: Settings, *, calendar: bool = True) -> AsyncIterator[Finding]:
    """One finding after the other, as they are made. Without a `calendar`, a stand-in is what would run."""
    if calendar:
        async for finding in _calendar(settings):
            yield finding
    else:
        yield Finding("No calendar is set: a stand-in would be used", "set VIDESK_API_TOKEN and VIDESK_REFERRER")
    async for finding in _telegram(settings):
        yield finding
    async for what, cure in slack.looked_at(settings):
        yield Finding(what, cure)
    if not settings.admin_chat:
        yield Finding("Nobody is told of writes in doubt; ADMIN_CHAT names where")


async def _calendar(settings: Settings) -> AsyncIterator[Finding]:
    try:
        calendar = calendar_of(settings)
    except BadSettings as error:
        yield Finding(error.faults[0], "see .env.example for its form")
        return
    call: FindServices | FindForm = FindServices()
    try:
        services = (await calendar.find(FindServices())).choices
        if not services:
            yield Finding("The calendar has no services", "make one public in Videsk's settings")
            return
        yield Finding(f"The calendar answers, with {len(services)} services on its first page")
        call = FindForm(str(services[0].value))
        fields = await calendar.find(call)
        if fields:
            yield Finding(f"The form is found, with {len(fields)} questions")
        else:
            yield Finding("No form is set: bookings may be refused", "set VIDESK_FORM_SEGMENT or FORM_FILE")
    except CalendarError as error:
        yield _refused(call, error)
    finally:
        await calendar.close()


def _refused(call: FindServices | FindForm, error: CalendarError) -> Finding:
    event = answer(call, error, datetime.now(UTC))
    if not isinstance(event, RefusedByCalendar) or event.reason is Reason.AWAY:
        return Finding("The calendar cannot be reached", "look at VIDESK_API_URL, and whether this machine reaches it")
    if event.reason is Reason.KEY_REFUSED:
        return Finding("The calendar does not accept the key", "set VIDESK_API_TOKEN to a back-end token that is valid")
    if isinstance(call, FindForm):
        return Finding("The form cannot be read", "set VIDESK_FORM_SEGMENT to the segment that carries it")
    return Finding(f"The calendar refuses: {event.reason}", "ask Videsk with the time of this message")


async def _telegram(settings: Settings) -> AsyncIterator[Finding]:
    token = settings.telegram_bot_token
    if token is None:
        cure = "" if settings.in_slack else "set TELEGRAM_BOT_TOKEN, if people shall write there"
        yield Finding("Telegram is not set", cure)
        return
    async with Api(token.get_secret_value(), settings.telegram_api_url) as api:
        try:
            me = await api.call("getMe")
            yield Finding(f"Telegram answers: this is https://t.me/{me.get('username')}")
            found = await differences(api, wishes(languages(), lambda locale: Words(locale, "UTC")))
            if found:
                yield Finding(f"{len(found)} texts of the bot are not up to date", "booking-bot setup telegram")
            else:
                yield Finding("Commands, name and descriptions are up to date")
            async for finding in _admin_chat(settings, api):
                yield finding
            async for finding in _webhook(settings, await api.call("getWebhookInfo")):
                yield finding
        except Refused as error:
            known = error.code != 401
            yield Finding(
                f"Telegram refuses: {error}" if known else "Telegram does not accept the token",
                "try again in a minute" if known else "ask @BotFather for the token and set TELEGRAM_BOT_TOKEN",
            )
        except (Unreached, Held):
            yield Finding("Telegram cannot be reached", "look at TELEGRAM_API_URL, and whether this machine reaches it")


async def _admin_chat(settings: Settings, api: Api) -> AsyncIterator[Finding]:
    platform, _, chat = settings.admin_chat.partition(":")
    if platform != "telegram":
        return
    try:
        await api.call("sendChatAction", {"chat_id": int(chat), "action": "typing"})
        yield Finding("ADMIN_CHAT can be written to: you are told there of writes in doubt")
    except Refused as error:
        yield Finding(f"ADMIN_CHAT cannot be written to: {error}", "write to the bot there, or add it to the group")


async def _webhook(settings: Settings, info: dict[str, object]) -> AsyncIterator[Finding]:
    url, error = str(info.get("url") or ""), info.get("last_error_message")
    if not settings.public_url:
        if url:
            yield Finding("A webhook is set, so nothing can be polled", "booking-bot run removes it; or set PUBLIC_URL")
        else:
            yield Finding("No webhook is set: updates are polled")
        return
    if not url.startswith(f"{settings.public_url}/telegram/"):
        yield Finding("The webhook is not set to PUBLIC_URL", "booking-bot run sets it")
    elif error:
        yield Finding(
            f"The webhook failed lately: {error}", "see that PUBLIC_URL leads to HTTP_PORT, with a good certificate"
        )
    else:
        yield Finding(f"The webhook is set, and {info.get('pending_update_count', 0)} updates wait")
