"""The methods by which a bot sets what people see of it before they write: commands, names, descriptions, menu button.

What is set is kept in `profile`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.telegram.asked import Asked, Method
from sandbox.telegram.errors import CHAT_NOT_FOUND, malformed
from sandbox.telegram.parameters import integer
from sandbox.telegram.profile import Command, Profile

MOST_COMMANDS = 100
LONGEST_DESCRIPTION = 256
COMMAND = re.compile(r"/?[a-z0-9_]{1,32}", re.ASCII)
LANGUAGE = re.compile(r"[a-z]{2}|", re.ASCII)
SCOPES: Mapping[str, tuple[str, ...]] = {
    "default": (),
    "all_private_chats": (),
    "all_group_chats": (),
    "all_chat_administrators": (),
    "chat": ("chat_id",),
    "chat_administrators": ("chat_id",),
    "chat_member": ("chat_id", "user_id"),
}


def language(asked: Asked) -> str:
    """Two letters, or empty for everybody whose language has none of its own. Raises Refusal."""
    code = asked.given.text("language_code")
    if not LANGUAGE.fullmatch(code):
        raise malformed("invalid language code specified")
    return code


def scope(asked: Asked) -> str:
    """The scope as one word, such as "chat:5". Raises Refusal."""
    raw = asked.given.nested("scope")
    if raw is None:
        return "default"
    kind = str(raw.get("type")) if isinstance(raw, dict) else ""
    if kind not in SCOPES:
        raise malformed("can't parse BotCommandScope: Unsupported type specified")
    values = [raw.get(name) for name in SCOPES[kind]]
    if None in values:
        raise malformed(f"can't parse BotCommandScope: Can't find field \"{SCOPES[kind][values.index(None)]}\"")
    if values and integer(values[0]) not in asked.world.chats:
        raise CHAT_NOT_FOUND
    return ":".join([kind, *map(str, values)])


def set_my_commands(asked: Asked) -> Any:
    raw = asked.given.nested("commands")
    if not isinstance(raw, list):
        raise malformed("parameter commands must be of type Array")
    if len(raw) > MOST_COMMANDS:
        raise malformed("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(each) for each in raw]
    if len({each["command"] for each in commands}) < len(commands):
        asked.complain("a command is named twice")
    key = (scope(asked), language(asked))
    if commands:
        asked.world.profile.commands[key] = commands
    else:
        asked.world.profile.commands.pop(key, None)
    return True


def _command(raw: object) -> Command:
    if not isinstance(raw, dict):
        raise malformed("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(raw.get(name), str):
            raise malformed(f"can't parse BotCommand: Can't find field \"{name}\"")
    if not COMMAND.fullmatch(raw["command"]):
        raise malformed("BOT_COMMAND_INVALID")
    if not 1 <= len(raw["description"].strip()) <= LONGEST_DESCRIPTION:
        raise malformed("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": raw["command"].removeprefix("/"), "description": raw["description"].strip()}


def get_my_commands(asked: Asked) -> Any:
    return asked.world.profile.commands.get((scope(asked), language(asked)), [])


def delete_my_commands(asked: Asked) -> Any:
    asked.world.profile.commands.pop((scope(asked), language(asked)), None)
    return True


def _setter(parameter: str, longest: int, kept: Callable[[Profile], dict[str, str]]) -> Method:
    def setting(asked: Asked) -> Any:
        text, code = asked.given.text(parameter).strip(), language(asked)
        if len(text) > longest:
            raise malformed(f"BOT_{parameter.upper()}_TOO_LONG")
        texts = kept(asked.world.profile)
        if text:
            texts[code] = text
        else:
            texts.pop(code, None)
        return True

    return setting


def _getter(parameter: str, kept: Callable[[Profile], dict[str, str]]) -> Method:
    def getting(asked: Asked) -> Any:
        texts, code = kept(asked.world.profile), language(asked)
        return {parameter: texts.get(code) or texts.get("", "")}

    return getting


def get_my_name(asked: Asked) -> Any:
    return {"name": asked.world.profile.name(language(asked))}


def _private(asked: Asked) -> int | None:
    if not asked.given.has("chat_id"):
        return None
    if asked.given.number("chat_id") not in asked.world.people:
        raise CHAT_NOT_FOUND
    return asked.given.number("chat_id")


def set_chat_menu_button(asked: Asked) -> Any:
    chat, button = _private(asked), asked.given.nested("menu_button") or {"type": "default"}
    if not isinstance(button, dict) or button.get("type") not in ("commands", "web_app", "default"):
        raise malformed("can't parse menu button: Unsupported type specified")
    app = button.get("web_app")
    if button["type"] == "web_app" and not (isinstance(app, dict) and str(app.get("url")).startswith("https://")):
        raise malformed("menu button Web App URL is invalid: Only HTTPS links are allowed")
    if button["type"] == "default":
        asked.world.profile.menu_buttons.pop(chat, None)
    else:
        asked.world.profile.menu_buttons[chat] = button
    return True


def get_chat_menu_button(asked: Asked) -> Any:
    return dict(asked.world.profile.menu_button(_private(asked)))


METHODS: dict[str, Method] = {
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _setter("name", 64, lambda profile: profile.names),
    "getMyName": get_my_name,
    "setMyDescription": _setter("description", 512, lambda profile: profile.descriptions),
    "getMyDescription": _getter("description", lambda profile: profile.descriptions),
    "setMyShortDescription": _setter("short_description", 120, lambda profile: profile.short_descriptions),
    "getMyShortDescription": _getter("short_description", lambda profile: profile.short_descriptions),
    "setChatMenuButton": set_chat_menu_button,
    "getChatMenuButton": get_chat_menu_button,
}
