"""What people do by hand at @BotFather, done by the API: commands, name, descriptions, menu button, in every language.

Only what differs is changed. What Telegram says of a bot is compared with what the catalogues say; nothing is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters import Words
from adapters.telegram.api import Api
from conversations.menu import CONVERSATIONS
from conversations.texts import say

NAME, DESCRIPTION, SHORT, ABOUT = 64, 512, 120, 256
"""Characters of a bot's name, description, short description, and of what a command is about (Bot API)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something that should be so: how it is read and written, for which language ("" for all others)."""

    what: str
    read: str
    write: str
    language: str
    value: Mapping[str, Any]

    @property
    def asked(self) -> dict[str, Any]:
        return {"language_code": self.language} if self.language else {}

    def now(self, answer: Any) -> Any:
        """What stands there, in the form of what is wished."""
        if self.what == "commands":
            return {"commands": answer}
        if self.what == "menu button":
            return {"menu_button": {"type": answer.get("type")}}
        return {name: answer.get(name, "") for name in self.value}


@dataclass(frozen=True, slots=True)
class Difference:
    wish: Wish
    before: Any

    @property
    def bare(self) -> bool:
        """Nobody has written anything there yet."""
        return not any(self.before.values())

    def __str__(self) -> str:
        where = f" ({self.wish.language})" if self.wish.language else ""
        return f"{self.wish.what}{where}: {_shown(self.before)} -> {_shown(self.wish.value)}"


def wishes(languages: Sequence[str], speak: Callable[[str], Words]) -> Iterator[Wish]:
    """Everything that should be so. English is what people of all other languages see."""
    yield Wish("menu button", "getChatMenuButton", "setChatMenuButton", "", {"menu_button": {"type": "commands"}})
    start = CONVERSATIONS["start"]
    for language in languages:
        # Telegram knows languages by two letters: Brazil's Portuguese is what all who speak Portuguese see.
        code = "" if language == "en" else language.partition("_")[0]
        words = speak(language)
        name, about = words.say(start.title), words.say(start.done) if start.done else ""
        brief = words.say(say("Book, move and cancel appointments here."))
        yield Wish("commands", "getMyCommands", "setMyCommands", code, {"commands": _commands(words)})
        yield Wish("name", "getMyName", "setMyName", code, {"name": name[:NAME]})
        yield Wish("description", "getMyDescription", "setMyDescription", code, {"description": about[:DESCRIPTION]})
        yield Wish(
            "short description",
            "getMyShortDescription",
            "setMyShortDescription",
            code,
            {"short_description": brief[:SHORT]},
        )


async def differences(api: Api, wished: Iterator[Wish]) -> list[Difference]:
    """What is not as it should be. Raises what `Api.call` does."""
    found = []
    for wish in wished:
        now = wish.now(await api.call(wish.read, wish.asked))
        if now != dict(wish.value):
            found.append(Difference(wish, now))
    return found


async def carry_out(api: Api, difference: Difference) -> None:
    wish = difference.wish
    await api.call(wish.write, {**wish.asked, **wish.value})


def _commands(words: Words) -> list[dict[str, str]]:
    return [{"command": each.command, "description": words.say(each.about)[:ABOUT]} for each in CONVERSATIONS.values()]


def _shown(value: Any) -> str:
    match value:
        case {"commands": [*commands]}:
            return ", ".join(f"/{each.get('command')} {each.get('description')}" for each in commands) or "nothing"
        case {"menu_button": {"type": kind}}:
            return str(kind)
        case Mapping():
            return " ".join(repr(each) for each in value.values())
    return "nothing"
