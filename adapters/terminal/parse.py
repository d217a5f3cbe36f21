"""What a person did in the terminal, as an event. What was typed is not read here: that takes a question, a language.

A payload is one of `{"text": line}`, `{"press": token}`, `{"fill": {"revision": number, "values": {question: text or
list of tokens}}}`, and `{"returned": true}` when the chat is opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from adapters import Done, Json
from adapters.terminal.cells import clean
from conversations.events import Filled, Opened, Returned, Typed
from conversations.screens import pressed


def parse(payload: Json, at: datetime) -> Done | None:
    """The event that a payload stands for; None for a blank line. Raises ValueError for anything else."""
    match payload:
        case {"text": str(text), **rest} if not rest:
            return _typed(clean(text).strip(), at)
        case {"returned": True, **rest} if not rest:
            return Returned(at)
        case {"press": str(token), **rest} if not rest:
            event = pressed(clean(token), at)
            if isinstance(event, Done):
                return event
        case {"fill": {"revision": int(revision), "values": Mapping() as values, **more}, **rest} if not (more or rest):
            if not isinstance(revision, bool):
                return Filled(at, revision, dict(_answer(name, value) for name, value in values.items()))
        case _:
            pass
    raise ValueError("not a payload of the terminal")


def _typed(text: str, at: datetime) -> Opened | Typed | None:
    if not text:
        return None
    command, _, words = text.removeprefix("/").partition(" ")
    if text.startswith("/") and command:
        return Opened(at, command.lower(), words=words.strip())
    return Typed(at, text)


def _answer(name: Any, value: Any) -> tuple[str, str | tuple[str, ...]]:
    match name, value:
        case str(), str():
            return clean(name), clean(value).strip()
        case str(), [*tokens] if all(isinstance(token, str) for token in tokens):
            return clean(name), tuple(map(clean, tokens))
    raise ValueError("not an answer of the terminal")
