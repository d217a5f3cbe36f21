"""A form asked question by question and sent at once: what was answered so far. Nothing is checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from adapters import Json
from adapters.terminal.render import Asked, Key, Page, called
from conversations.kinds import Kind

Value = str | list[str]


@dataclass(frozen=True, slots=True)
class Filling:
    """`left` are the questions still to be asked, the one in focus first."""

    revision: int
    left: tuple[Asked, ...]
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def payload(self) -> Json:
        return {"fill": {"revision": self.revision, "values": dict(self.values)}}


def begin(page: Page) -> Filling | None:
    """What is to be asked of a page's form: what is in focus, has no answer, or has one that was not accepted."""
    focus = page.asked.name if page.asked else ""
    left = tuple(each for each in page.form if each.error or not each.answered or each.name == focus)
    return Filling(page.revision, left) if left else None


def take(filling: Filling, line: str) -> Filling:
    """Takes a line as the answer to the next question."""
    asked, *left = filling.left
    return replace(filling, left=tuple(left), values={**filling.values, asked.name: _value(asked, line.strip())})


def offered(filling: Filling, text: str) -> bool:
    """Whether a text that begins as a command does is the number of a choice."""
    return any(called(asked.all_keys(), text) for asked in filling.left[:1])


def _value(asked: Asked, line: str) -> Value:
    """The token of the choice that a line calls or names, or the line as it is."""
    if asked.kind is Kind.CHOICES and line:
        found = [_named(asked, part.strip()) for part in line.split(",")]
        return [key.token for key in found if key] if all(found) else line
    key = _named(asked, line)
    return key.token if key else line


def _named(asked: Asked, line: str) -> Key | None:
    wanted = line.casefold()
    named = next((key for key in asked.all_keys() if key.label.casefold() == wanted), None)
    return called(asked.all_keys(), line) or named
