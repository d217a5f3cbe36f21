"""What people see of the bot besides its messages: name, descriptions, commands, menu button, by language and scope.

Reading the parameters and refusing stands in `presenting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Command = Mapping[str, str]
PRIVATE, DEFAULT = "all_private_chats", "default"
COMMANDS_BUTTON: Mapping[str, Any] = {"type": "commands"}


@dataclass
class Profile:
    """Texts by language code, "" being everybody else's; commands by scope and language code."""

    account_name: str
    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[Command]] = field(default_factory=dict)
    menu_buttons: dict[int | None, Mapping[str, Any]] = field(default_factory=dict)

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names.get("") or self.account_name

    def commands_for(self, person: int, language: str) -> list[Command]:
        """In a private chat: the narrowest scope that has any, there first in the person's language."""
        scopes = (f"chat:{person}", PRIVATE, DEFAULT)
        lists = (self.commands.get((scope, code)) for scope in scopes for code in (language[:2], ""))
        return next((each for each in lists if each), [])

    def menu_button(self, chat: int | None) -> Mapping[str, Any]:
        if chat is None:
            return self.menu_buttons.get(None, COMMANDS_BUTTON)
        return self.menu_buttons.get(chat, {"type": "default"})

    def seen_by(self, person: int, language: str) -> dict[str, Any]:
        """The page of the bot as that person's program shows it."""
        own = self.menu_buttons.get(person)
        code = language[:2]
        return {
            "name": self.name(code),
            "description": self.descriptions.get(code) or self.descriptions.get("", ""),
            "short_description": self.short_descriptions.get(code) or self.short_descriptions.get("", ""),
            "menu_button": dict(own or self.menu_button(None)),
        }
