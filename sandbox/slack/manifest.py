"""The app as Slack knows it: its manifest, checked against Slack's schema, and what it decides.

Who has installed the app stands in `teams`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.slack.shapes import Form, anything, flag, items, one_of, problems, string

SCOPE = string(100, form=r"[a-z_.]+(:[a-z_.]+)*(:[a-z]+)?")
HTTP = string(3000, form=r"https?://\S+")
COMMAND = Form(
    {
        "command": string(32, form=r"/[^\s/]+"),
        "description": string(2000),
        "usage_hint": string(1000),
        "should_escape": flag,
        "url": HTTP,
    },
    ("command", "description"),
)
SHORTCUT = Form(
    {"name": string(24), "type": one_of("global", "message"), "callback_id": string(255), "description": string(150)},
    ("name", "type", "callback_id", "description"),
)
FEATURES = Form(
    {
        "app_home": Form(
            {"home_tab_enabled": flag, "messages_tab_enabled": flag, "messages_tab_read_only_enabled": flag}
        ),
        "bot_user": Form({"display_name": string(80), "always_online": flag}, ("display_name",)),
        "shortcuts": items(SHORTCUT, 10, 0),
        "slash_commands": items(COMMAND, 50, 0),
        "unfurl_domains": items(string(300), 5, 0),
    }
)
SETTINGS = Form(
    {
        "event_subscriptions": Form(
            {"request_url": HTTP, "bot_events": items(string(100), 100), "user_events": items(string(100), 100)}
        ),
        "interactivity": Form(
            {"is_enabled": flag, "request_url": HTTP, "message_menu_options_url": HTTP}, ("is_enabled",)
        ),
        "allowed_ip_address_ranges": items(string(50), 10, 0),
        "org_deploy_enabled": flag,
        "socket_mode_enabled": flag,
        "token_rotation_enabled": flag,
        "is_hosted": flag,
    }
)
OAUTH = Form(
    {
        "redirect_urls": items(HTTP, 1000, 0),
        "scopes": Form({"bot": items(SCOPE, 255, 0), "user": items(SCOPE, 255, 0)}),
    }
)
MANIFEST = Form(
    {
        "_metadata": anything,
        "display_information": Form(
            {
                "name": string(35),
                "description": string(140),
                "long_description": string(4000, 174),
                "background_color": string(7, form=r"#([0-9a-fA-F]{3}){1,2}"),
            },
            ("name",),
        ),
        "features": FEATURES,
        "oauth_config": OAUTH,
        "settings": SETTINGS,
    },
    ("display_information",),
)
EVENT_SCOPES: Mapping[str, str] = {
    "app_mention": "app_mentions:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "team_join": "users:read",
    "user_change": "users:read",
}
EVENTS_FOR_ALL = frozenset({"app_home_opened", "app_uninstalled", "tokens_revoked"})
DEFAULT: dict[str, Any] = {
    "display_information": {"name": "Booking Sandbox"},
    "features": {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "bot_user": {"display_name": "booking", "always_online": True},
        "shortcuts": [
            {
                "name": "Book an appointment",
                "type": "global",
                "callback_id": "book",
                "description": "Book an appointment",
            }
        ],
        "slash_commands": [
            {"command": f"/{name}", "description": f"{name.title()}", "should_escape": False}
            for name in ("book", "appointments", "reschedule", "cancel", "timezone")
        ],
    },
    "oauth_config": {
        "scopes": {"bot": ["chat:write", "commands", "files:write", "im:history", "im:write", "users:read"]}
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["app_home_opened", "app_uninstalled", "message.im", "tokens_revoked"]},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": True,
        "token_rotation_enabled": False,
    },
}


@dataclass(frozen=True)
class Manifest:
    """A checked manifest, read by what it decides."""

    raw: Mapping[str, Any]

    def _at(self, *path: str) -> Any:
        place: Any = self.raw
        for name in path:
            place = place.get(name) if isinstance(place, Mapping) else None
        return place

    @property
    def socket_mode(self) -> bool:
        return bool(self._at("settings", "socket_mode_enabled"))

    @property
    def scopes(self) -> tuple[str, ...]:
        return tuple(self._at("oauth_config", "scopes", "bot") or ())

    @property
    def redirect_urls(self) -> tuple[str, ...]:
        return tuple(self._at("oauth_config", "redirect_urls") or ())

    @property
    def events(self) -> tuple[str, ...]:
        return tuple(self._at("settings", "event_subscriptions", "bot_events") or ())

    @property
    def interactive(self) -> bool:
        return bool(self._at("settings", "interactivity", "is_enabled"))

    @property
    def commands(self) -> dict[str, Mapping[str, Any]]:
        return {each["command"]: each for each in self._at("features", "slash_commands") or ()}

    @property
    def shortcuts(self) -> list[Mapping[str, Any]]:
        return [each for each in self._at("features", "shortcuts") or () if each["type"] == "global"]

    def tab(self, name: str) -> bool:
        """Whether App Home has the "home" or "messages" tab."""
        return bool(self._at("features", "app_home", f"{name}_tab_enabled"))

    @property
    def read_only(self) -> bool:
        """Whether people can't write in the messages tab; that is so unless the manifest says otherwise."""
        said = self._at("features", "app_home", "messages_tab_read_only_enabled")
        return True if said is None else bool(said)

    @property
    def events_url(self) -> str | None:
        return self._at("settings", "event_subscriptions", "request_url")  # type: ignore[no-any-return]

    @property
    def interactive_url(self) -> str | None:
        return self._at("settings", "interactivity", "request_url")  # type: ignore[no-any-return]

    @property
    def bot_name(self) -> str:
        return str(self._at("features", "bot_user", "display_name") or self.raw["display_information"]["name"])


def read_manifest(raw: Mapping[str, Any]) -> Manifest:
    """Raises ValueError naming all that is wrong."""
    found = problems(MANIFEST, raw, "")
    if not found:
        found = list(_contradictions(Manifest(raw)))
    if found:
        raise ValueError("no good manifest: " + "; ".join(found))
    return Manifest(raw)


def _contradictions(manifest: Manifest) -> list[str]:
    found = []
    for event in manifest.events:
        needed = EVENT_SCOPES.get(event)
        if needed is None and event not in EVENTS_FOR_ALL:
            found.append(f"the stand-in knows no event {event!r}")
        elif needed is not None and needed not in manifest.scopes:
            found.append(f"the event {event} needs the scope {needed}")
    if (manifest.commands or manifest.shortcuts) and "commands" not in manifest.scopes:
        found.append("commands and shortcuts need the scope commands")
    if not manifest.socket_mode:
        found += _without_address(manifest)
    return found


def _without_address(manifest: Manifest) -> list[str]:
    found = [f"{name} has no url" for name, command in manifest.commands.items() if not command.get("url")]
    if manifest.events and not manifest.events_url:
        found.append("event_subscriptions has no request_url")
    if manifest.interactive and not manifest.interactive_url:
        found.append("interactivity has no request_url")
    return found
