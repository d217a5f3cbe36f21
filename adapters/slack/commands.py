"""The names of what the app listens to: commands, shortcuts, events; from them come the listeners and the manifest."""

from __future__ import annotations

import re
from collections.abc import Mapping

COMMANDS: tuple[str, ...] = ("book", "appointments", "reschedule", "cancel", "timezone")
"""The conversations that have slash commands; the rest is in the Home tab, or is written without a slash."""

SHORTCUTS = ("book",)
"""Conversations that a global shortcut opens: its callback id is their command."""

STORED = ("app_home_opened", "message.im", "app_uninstalled", "tokens_revoked")
"""Events that are kept until they are handled."""

TOLD = ("user_change",)
"""Events of which nothing is kept: what follows from them is done before they are acknowledged."""

_NAME = re.compile(r"/[a-z0-9_-]{1,31}")


def commands(other: Mapping[str, str]) -> dict[str, str]:
    """Conversations by the names of their slash commands; `other` are other names than their own."""
    return {other.get(each, f"/{each}"): each for each in COMMANDS}


def named(wish: str) -> dict[str, str]:
    """Other names of commands, as `book=/appointment,cancel=/call-off` gives them. Raises ValueError."""
    other: dict[str, str] = {}
    for each in filter(None, re.split(r"[,\s]+", wish)):
        command, _, name = each.partition("=")
        if command not in COMMANDS or not _NAME.fullmatch(name):
            raise ValueError(f"must be like book=/appointment; the commands are {', '.join(COMMANDS)}")
        other[command] = name
    if len(commands(other)) < len(COMMANDS):
        raise ValueError("gives two commands the same name")
    return other
