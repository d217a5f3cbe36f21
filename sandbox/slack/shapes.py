"""How the form of a JSON value is described and checked: what may be where, how long, how many.

The forms of Block Kit, described in these words, stand in `kit` and `elements`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Tell = Callable[[str, str], None]
"""Takes the place, as a JSON pointer, and what is wrong there."""
Shape = Callable[[Any, str, Tell], None]


def string(most: int, least: int = 1, form: str | None = None) -> Shape:
    """Lengths count characters; `form` is a regular expression for the whole."""

    def check(value: Any, at: str, tell: Tell) -> None:
        if not isinstance(value, str):
            tell(at, "must provide a string")
        elif len(value) > most:
            tell(at, f"must be less than {most + 1} characters")
        elif len(value) < least:
            tell(at, f"must be more than {least - 1} characters")
        elif form is not None and not re.fullmatch(form, value):
            tell(at, f"invalid format: {value[:40]}")

    return check


def number(least: int, most: int) -> Shape:
    def check(value: Any, at: str, tell: Tell) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            tell(at, "must provide a number")
        elif not least <= value <= most:
            tell(at, f"must lie between {least} and {most}")

    return check


def flag(value: Any, at: str, tell: Tell) -> None:
    if not isinstance(value, bool):
        tell(at, "must provide a boolean")


def one_of(*words: str) -> Shape:
    def check(value: Any, at: str, tell: Tell) -> None:
        if value not in words:
            tell(at, f"must be one of {', '.join(words)}")

    return check


def anything(_: Any, __: str, ___: Tell) -> None:
    """What the stand-in does not look into."""


def items(shape: Shape, most: int, least: int = 1) -> Shape:
    def check(value: Any, at: str, tell: Tell) -> None:
        if not isinstance(value, list):
            tell(at, "must provide an array")
            return
        if len(value) > most:
            tell(at, f"no more than {most} items allowed")
        elif len(value) < least:
            tell(at, f"no fewer than {least} items allowed")
        for place, each in enumerate(value):
            shape(each, f"{at}/{place}", tell)

    return check


@dataclass(frozen=True)
class Form:
    """An object: its fields, which of them it must have, and rules that are about more than one."""

    fields: Mapping[str, Shape]
    required: Sequence[str] = ()
    rules: Sequence[Shape] = field(default=())

    def __call__(self, value: Any, at: str, tell: Tell) -> None:
        if not isinstance(value, dict):
            tell(at, "must provide an object")
            return
        for name in self.required:
            if value.get(name) is None:
                tell(at, f"missing required field: {name}")
        for name, inner in value.items():
            if name not in self.fields:
                tell(at, f"invalid additional property: {name}")
            elif inner is not None:
                self.fields[name](inner, f"{at}/{name}", tell)
        for rule in self.rules:
            rule(value, at, tell)


def by_type(forms: Mapping[str, Form], what: str = "type") -> Shape:
    """An object whose `type` says which form it has."""

    def check(value: Any, at: str, tell: Tell) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            tell(at, "must provide an object with a type")
        elif kind not in forms:
            tell(f"{at}/type", f"unsupported {what}: {kind[:40]}")
        else:
            forms[kind](value, at, tell)

    return check


def problems(shape: Shape, value: Any, at: str) -> list[str]:
    """Slack's own wording, the place last: "must be less than 76 characters [json-pointer:/blocks/0/text/text]"."""
    found: list[str] = []
    shape(value, at, lambda where, why: found.append(f"{why} [json-pointer:{where}]"))
    return found
