"""Kinds of questions, the limits of their answers, and the fields of an organisation's form. Nothing is asked here."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from conversations.characters import seen
from conversations.offers import Choice, Value
from conversations.texts import Text, say, say_many


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
    INFO = "info"  # stands for what the calendar knows of an appointment; never asked itself


NUMBERS_ANSWER = frozenset({Kind.TEXT, Kind.LINES, Kind.NUMBER, Kind.DAY, Kind.HOUR})
"""Kinds to which a bare number is an answer itself, and so no button's place."""

SILENT = frozenset({Kind.FORM, Kind.INFO})
"""Kinds that only wait for the calendar."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a number, and of a text's length in characters as people see them: the API counts in its own way,
    and may still refuse.
    """

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
            case str() if self.maxlength is not None and seen(value) > self.maxlength:
                over = seen(value) - self.maxlength
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
