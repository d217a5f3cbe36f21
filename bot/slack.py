"""The bot in Slack as the settings name it: put together, explained, looked at. How it is spoken to is the adapter's.

What an operator does from the command line is here too: the manifest, the doctor's look.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

from adapters.slack.api import Api, Refused, Unreached, always
from adapters.slack.app import Slack
from adapters.slack.commands import commands, named
from adapters.slack.gates import Held
from adapters.slack.installing import CALLBACK, INSTALL, Installations, Installing, States
from adapters.slack.manifest import SCOPES, manifest
from bot.settings import BadSettings, Settings
from bot.wiring import derived, now
from bot.words import Words

REFUSED = frozenset({"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"})
"""Slack's words for a token that is no good."""

PEOPLE = "UW"
"""How the ids of people begin; all others are channels."""

DAY = 86_400


async def slack_of(settings: Settings, stack: AsyncExitStack) -> Slack:
    """The adapter that the settings name, open as long as `stack`. Raises BadSettings if Slack refuses the token."""
    installations = Installations(now)
    one = settings.slack_bot_token
    tokens = always(one.get_secret_value()) if one else installations.token
    api = await stack.enter_async_context(Api(tokens, _api_url(settings)))
    if one:
        await _known(api)
    slack = Slack(
        api,
        tokens,
        lambda locale: Words(locale or settings.default_locale, "UTC"),
        commands(named(settings.slack_commands)),
        clock=now,
        signing_secret=_value(settings, "slack_signing_secret") if not settings.slack_app_token else "",
        app_token=_value(settings, "slack_app_token"),
        installing=None if one else _installing(settings, api, installations),
        installations=None if one else installations,
    )
    stack.push_async_callback(slack.finished, 3.0)
    return slack


def said(settings: Settings) -> str:
    """In a line: by which way, and where it is installed."""
    way = "Socket Mode" if settings.slack_app_token else f"HTTP ({settings.public_url or 'HTTP_PORT'}/slack/events)"
    return f"by {way}" + ("" if settings.slack_bot_token else f", to be installed at {settings.public_url}{INSTALL}")


def printed(settings_commands: str, locale: str, url: str = "", *, installed_at: str = "") -> str:
    """The manifest, as it is pasted where apps are made; with the address at which others install the app."""
    redirects = [f"{installed_at.rstrip('/')}{CALLBACK}"] if installed_at else []
    made = manifest(Words(locale, "UTC"), commands(named(settings_commands)), url=url, redirect_urls=redirects)
    return json.dumps(made, indent=2, ensure_ascii=False)


async def looked_at(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """What the doctor finds, and how each fault is mended."""
    if not settings.in_slack:
        cure = "" if settings.telegram_bot_token else "set SLACK_BOT_TOKEN, if people shall write there"
        yield "Slack is not set", cure
        return
    one = settings.slack_bot_token
    async with Api(always(one.get_secret_value() if one else ""), _api_url(settings)) as api:
        if one:
            async for found in _workspace(settings, api):
                yield found
        else:
            yield f"Slack is installed by OAuth at {settings.public_url}{INSTALL}", ""
        if settings.slack_app_token:
            yield await _socket(api, settings.slack_app_token.get_secret_value())
        else:
            yield "Slack posts to /slack/events", ""


async def _workspace(settings: Settings, api: Api) -> AsyncIterator[tuple[str, str]]:
    try:
        me = await api.call("", "auth.test", answer=5.0)
    except Refused as error:
        yield f"Slack refuses the bot token: {error.why}", "copy it from OAuth & Permissions, or install the app again"
        return
    except (Unreached, Held):
        yield "Slack cannot be reached", "look at SLACK_API_URL, and whether this machine reaches it"
        return
    yield f"Slack answers: this is {me.get('user')} in {me.get('team')}", ""
    missing = sorted(set(SCOPES) - set(api.scopes))
    if api.scopes and missing:
        yield f"Scopes are missing: {', '.join(missing)}", "booking-bot manifest slack, and install the app again"
    platform, _, chat = settings.admin_chat.partition(":")
    if platform == "slack":
        yield await _admin_chat(api, chat.rpartition("/")[2])


async def _admin_chat(api: Api, channel: str) -> tuple[str, str]:
    try:
        await (_person if channel[0] in PEOPLE else _channel)(api, channel)
    except Refused as error:
        return f"ADMIN_CHAT cannot be written to: {error.why}", "invite the app to the channel, or name another"
    except (Unreached, Held):
        return "Whether ADMIN_CHAT can be written to could not be learned", "try again in a minute"
    return "ADMIN_CHAT can be written to: you are told there of writes in doubt", ""


async def _person(api: Api, user: str) -> None:
    await api.call("", "conversations.open", {"users": user})


async def _channel(api: Api, channel: str) -> None:
    """Only of what is written does Slack say whether it may be: a message for tomorrow, taken back at once."""
    told = {"text": "booking-bot doctor has looked whether it can write here.", "post_at": int(now().timestamp()) + DAY}
    asked = {"channel": channel, **told}
    given = await api.call("", "chat.scheduleMessage", asked, answer=5.0)
    taken_back = {name: given.get(name) for name in ("channel", "scheduled_message_id")}
    await api.call("", "chat.deleteScheduledMessage", taken_back, answer=5.0)


async def _socket(api: Api, token: str) -> tuple[str, str]:
    try:
        await api.client().apps_connections_open(app_token=token)
    except Exception as error:  # whatever the SDK makes of it
        return f"No socket can be opened: {type(error).__name__}", "make an app token with connections:write"
    return "A socket can be opened", ""


async def _known(api: Api) -> None:
    try:
        await api.call("", "auth.test", answer=5.0)
    except Refused as error:
        if error.why in REFUSED:
            raise BadSettings(["SLACK_BOT_TOKEN is not accepted by Slack: copy it from OAuth & Permissions"]) from None
    except (Unreached, Held):
        pass  # it is tried again while the rest runs


def _installing(settings: Settings, api: Api, installations: Installations) -> Installing:
    return Installing(
        settings.slack_client_id,
        _value(settings, "slack_client_secret"),
        public_url=settings.public_url,
        authorize_url=f"{_api_url(settings).removesuffix('api/')}oauth/v2/authorize",
        states=States(derived(settings.secret_keys, "state of Slack's installation")),
        installations=installations,
        client=api.client,
    )


def _api_url(settings: Settings) -> str:
    return f"{settings.slack_api_url}/"


def _value(settings: Settings, name: str) -> str:
    secret = getattr(settings, name)
    return secret.get_secret_value() if secret else ""
