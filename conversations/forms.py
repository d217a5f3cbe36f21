"""A conversation as data: its questions, in order, and how it ends. What moves between them is `engine.py` alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from conversations.calls import Read, Write
from conversations.offers import Choice, Value
from conversations.texts import Said, Text, say, say_many

if TYPE_CHECKING:
    from conversations.events import Reason
    from conversations.people import Person
    from conversations.session import Session


class Kind(StrEnum):
    """What is asked for, so that each platform can ask it its own way."""

    TEXT = "text"
    LINES = "lines"
    EMAIL = "email"
    URL = "url"
    PHONE = "phone"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    DAY = "day"
    HOUR = "hour"
    FORM = "form"  # stands for the fields that the calendar says must be filled in; never asked itself


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a number, and of a text's length in characters."""

    min: Decimal | None = None
    max: Decimal | None = None
    maxlength: int | None = None

    def refusal(self, value: Value) -> Text | None:
        """Why `value` is outside the limits, or None."""
        match value:
            case Decimal() if not value.is_finite():
                return say("Please give a number.")
            case Decimal() if self.min is not None and value < self.min:
                return say("Please give {min} or more.", min=self.min)
            case Decimal() if self.max is not None and value > self.max:
                return say("Please give {max} or less.", max=self.max)
            case str() if self.maxlength is not None and len(value) > self.maxlength:
                over = len(value) - self.maxlength
                return say_many(
                    "That is {number} character too long; up to {limit} fit.",
                    "That is {number} characters too long; up to {limit} fit.",
                    over,
                    limit=self.maxlength,
                )
        return None


UNLIMITED = Limits()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of the organisation's form. `name` is stable over its versions, `id` is what the API calls it."""

    id: str
    name: str
    kind: Kind
    label: str
    hint: str = ""
    placeholder: str = ""
    required: bool = False
    options: tuple[Choice, ...] = ()
    limits: Limits = UNLIMITED


Offers = Callable[["Person", "Session"], "Read | tuple[Choice, ...]"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One question.

    `offers` says what can be chosen: a read, or the choices themselves; None asks for a typed answer.
    `after` names the fields whose answers this one hangs on, `part_of` the field of kind FORM that brought it.
    `sole` takes a single choice without asking.
    `undone_by` holds the refusals that take this answer back. `none` is said when there is nothing to choose.
    """

    name: str
    label: Said
    prompt: Said
    kind: Kind = Kind.CHOICE
    offers: Offers | None = None
    options: tuple[Choice, ...] = ()
    after: tuple[str, ...] = ()
    part_of: str = ""
    sole: bool = False
    optional: bool = False
    undone_by: frozenset[Reason] = frozenset()
    limits: Limits = UNLIMITED
    hint: Said = ""
    placeholder: str = ""
    id: str = ""
    none: Text | None = None

    def fits(self, choice: Choice) -> bool:
        """Whether this is an answer to such a question: its kind of value, one of its options, within its limits."""
        match self.kind, choice.value:
            case _, None:
                return self.optional
            case Kind.NUMBER, Decimal() as number:
                return self.limits.refusal(number) is None
            case Kind.DATE, date() as day:
                return not isinstance(day, datetime)
            case ((Kind.DAY | Kind.HOUR), datetime()):
                return True
            case Kind.CHOICE, str() as value:
                return not self.options or self._has(value)
            case Kind.CHOICES, tuple() as values:
                return bool(values) and all(map(self._has, values))
            case ((Kind.TEXT | Kind.LINES | Kind.EMAIL | Kind.URL | Kind.PHONE), str() as text):
                return bool(text) and self.limits.refusal(text) is None
        return False

    def _has(self, value: str) -> bool:
        return any(option.value == value for option in self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One command. `ends` makes the write that a confirmed summary stands for; its key is the summary's own.

    A conversation without fields has nothing to ask and is over at once: it only shows the menu.
    """

    command: str
    title: Text
    about: Text
    fields: tuple[Field, ...] = ()
    ends: Callable[[Person, Session, str], Write] | None = None
    summary: Text = field(default_factory=lambda: say("Is this right?"))
    confirm: Text = field(default_factory=lambda: say("Yes"))
    working: Text = field(default_factory=lambda: say("One moment …"))
    done: Text = field(default_factory=lambda: say("Done."))
    left: Text = field(default_factory=lambda: say("Left. Nothing was changed."))
    subject: str | None = None
    """The field that a door's subject answers."""


def asked(form: tuple[FormField, ...]) -> tuple[Field, ...]:
    """The questions of the organisation's form. Its names are kept apart from ours by a prefix."""
    return tuple(
        Field(
            name=f"form.{each.name}",
            part_of="form",
            label=each.label,
            prompt=each.label,
            kind=each.kind,
            offers=_options(each.options) if each.options else None,
            options=each.options,
            optional=not each.required,
            limits=each.limits,
            hint=each.hint,
            placeholder=each.placeholder,
            id=each.id,
        )
        for each in form
    )


def _options(options: tuple[Choice, ...]) -> Offers:
    return lambda _person, _session: options
