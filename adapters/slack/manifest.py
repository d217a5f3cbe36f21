"""The app's manifest, made from what it listens to (`listening.py`) and from the catalogue. Pure.

The schema is Slack's, of app manifests; its limits are kept by shortening.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters import Words
from adapters.cutting import cut
from adapters.slack.commands import SHORTCUTS, STORED, TOLD
from conversations.menu import CONVERSATIONS
from conversations.telling import START
from conversations.texts import say

SCOPES: Mapping[str, str] = {
    "chat:write": "the confirmation as a direct message",
    "commands": "slash commands and the shortcut",
    "files:write": "an appointment as a file for the person's own calendar",
    "im:history": "what people write to the app in its own tab",
    "im:write": "which direct message is whose: where a file goes, where a message is looked for",
    "users:read": "language and time zone of the person's profile",
}
"""The fewest scopes that work, and what each is for."""

NAME, DESCRIPTION, SHORTCUT, ABOUT = 35, 140, 24, 150
"""Characters of the app's name and description, of a shortcut's name and description."""


def manifest(
    words: Words, names: Mapping[str, str], *, url: str = "", redirect_urls: Sequence[str] = ()
) -> dict[str, Any]:
    """For Socket Mode; with a `url`, which leads to the program, for HTTP. `names` as `commands` gives them."""
    posted = f"{url.rstrip('/')}/slack/events" if url else ""
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": cut(words.say(START.title), NAME),
            "description": cut(words.say(say("Book, move and cancel appointments here.")), DESCRIPTION),
        },
        "features": _features(words, names, posted),
        "oauth_config": {
            **({"redirect_urls": list(redirect_urls)} if redirect_urls else {}),
            "scopes": {"bot": sorted(SCOPES)},
        },
        "settings": {
            "event_subscriptions": {"bot_events": sorted((*STORED, *TOLD)), **_at(posted)},
            "interactivity": {"is_enabled": True, **_at(posted)},
            "org_deploy_enabled": False,
            "socket_mode_enabled": not url,
            "token_rotation_enabled": False,
        },
    }


def _features(words: Words, names: Mapping[str, str], posted: str) -> dict[str, Any]:
    return {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": cut(words.say(START.title), 80), "always_online": True},
        "shortcuts": [
            {
                "name": cut(words.say(CONVERSATIONS[each].about), SHORTCUT),
                "type": "global",
                "callback_id": each,
                "description": cut(words.say(CONVERSATIONS[each].about), ABOUT),
            }
            for each in SHORTCUTS
        ],
        "slash_commands": [
            {
                "command": name,
                "description": words.say(CONVERSATIONS[command].about),
                "usage_hint": _hint(command),
                "should_escape": False,
                **({"url": posted} if posted else {}),
            }
            for name, command in names.items()
        ],
    }


def _hint(command: str) -> str:
    searched = next((field for field in CONVERSATIONS[command].fields if field.searches), None)
    return f"[{searched.name}] | help" if searched else "help"


def _at(posted: str) -> dict[str, str]:
    return {"request_url": posted} if posted else {}
