"""The organisation's form: Videsk's fields become questions, and the operator says which form belongs to which service.

Nothing is fetched here, and no answer is checked: the questions say what fits.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError, field_validator

from bot.calendar.errors import HONEYPOT, NoAnswer
from bot.calendar.models import Answered, Identity, Line, Truth, text_of, understood
from conversations.kinds import FormField, Kind, Limits
from conversations.offers import Choice

EVERY_SERVICE = "*"

KINDS: Mapping[str, Kind] = {
    "text": Kind.TEXT,
    "textarea": Kind.LINES,
    "email": Kind.EMAIL,
    "url": Kind.URL,
    "date": Kind.DATE,
    "number": Kind.NUMBER,
    "tel": Kind.PHONE,
}
"""Videsk's types of one value; any other without options is a text."""

SCALES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
"""Survey questions, answered by a whole number."""

SEVERAL = ("multiple", "checkbox")


def _number(value: object) -> Decimal | None:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(InvalidOperation):
            number = Decimal(str(value).strip())
            return number if number.is_finite() else None
    return None


Number = Annotated[Decimal | None, BeforeValidator(_number)]


class Properties(Answered):
    required: Truth = False
    readonly: Truth = False
    placeholder: Line = ""
    min: Number = None
    max: Number = None
    maxlength: Number = None


def _figure(value: object) -> object:
    """A number as such, so that it can be sent back as one; anything else as a text."""
    return _number(value) if isinstance(value, int | float) else text_of(value)


class Option(Answered):
    value: Annotated[Decimal | str | None, BeforeValidator(_figure)] = ""
    label: Line = ""

    @property
    def said(self) -> str:
        return "" if self.value is None else str(self.value)

    @property
    def choice(self) -> Choice:
        return Choice(self.said or self.label, self.label or self.said)

    @property
    def number(self) -> Choice | None:
        number = _number(self.said)
        return None if number is None else Choice(number, self.label or self.said)


class Described(Answered):
    """A field as Videsk describes it."""

    id: Identity
    type: Line = ""
    name: Line = ""
    label: Line = ""
    hint: Line = ""
    options: tuple[Option, ...] = ()
    properties: Properties = Field(default_factory=Properties)

    @field_validator("options", mode="before")
    @classmethod
    def _options(cls, options: object) -> tuple[Option, ...]:
        listed = options if isinstance(options, list) else []
        return tuple(understood(Option, [each if isinstance(each, dict) else {"value": each} for each in listed]))

    @field_validator("properties", mode="before")
    @classmethod
    def _properties(cls, properties: object) -> object:
        return properties if isinstance(properties, dict) else {}

    @property
    def figures(self) -> tuple[Choice, ...]:
        """The options of a number, or of a choice among nothing but numbers."""
        if self.type.lower() in SCALES:
            least, most = SCALES[self.type.lower()]
            return tuple(Choice(Decimal(number), str(number)) for number in range(least, most + 1))
        numbers = self.type.lower() == "number" or all(isinstance(each.value, Decimal) for each in self.options)
        if not numbers or self.several:
            return ()
        each_once = {choice.value: choice for option in self.options if (choice := option.number)}
        return tuple(each_once.values())

    @property
    def several(self) -> bool:
        return any(word in self.type.lower() for word in SEVERAL)

    @property
    def asked(self) -> bool:
        """A read-only field can't be filled in, unless it must be: then the API waits for a value from somebody."""
        return HONEYPOT not in (self.id, self.name) and (self.properties.required or not self.properties.readonly)


def fields_of(items: object) -> tuple[FormField, ...]:
    """The questions of a list of Videsk's fields. Those that have no id can't be sent, and are left out."""
    return tuple(_named(_question(each) for each in understood(Described, items) if each.asked))


def _named(fields: Iterator[FormField]) -> Iterator[FormField]:
    """Answers go by name: each has one, and one of its own."""
    names: set[str] = set()
    ids: set[str] = set()
    for each in fields:
        if each.id in ids:
            continue
        own = each if each.name and each.name not in names else replace(each, name=each.id)
        names.add(own.name)
        ids.add(own.id)
        yield own


def _question(said: Described) -> FormField:
    kind = said.type.lower()
    return FormField(
        id=said.id,
        name=said.name,
        kind=_kind(said, kind),
        label=said.label or said.properties.placeholder or said.name or said.id,
        hint=said.hint,
        placeholder=said.properties.placeholder,
        required=said.properties.required,
        options=_choices(said, kind),
        limits=_limits(said, kind),
    )


def _kind(said: Described, kind: str) -> Kind:
    if said.figures:
        return Kind.NUMBER  # chosen from its options, but sent as a number
    if kind == "number" or not said.options:
        return KINDS.get(kind, Kind.TEXT)
    return Kind.CHOICES if said.several else Kind.CHOICE


def _choices(said: Described, kind: str) -> tuple[Choice, ...]:
    if kind == "number" or said.figures:
        return said.figures
    each_once = {choice.value: choice for option in said.options if (choice := option.choice).value}
    return tuple(each_once.values())


def _limits(said: Described, kind: str) -> Limits:
    properties = said.properties
    if numbers := [each.value for each in said.figures if isinstance(each.value, Decimal)]:
        return Limits(min=min(numbers), max=max(numbers))
    if kind == "number":
        return Limits(min=properties.min, max=properties.max)
    return Limits(maxlength=int(properties.maxlength) if properties.maxlength and properties.maxlength >= 1 else None)


def form_of(body: object) -> tuple[FormField, ...]:
    """The questions in the answer of the forms route."""
    items = body.get("form") if isinstance(body, dict) else None
    fields = fields_of(items)
    if not isinstance(items, list) or (items and not any(understood(Described, items))):
        raise NoAnswer("no list of fields")
    return fields


@dataclass(frozen=True, slots=True)
class Forms:
    """Where a service's form comes from, by service id or `*` for all others: written down, or a segment to ask."""

    segments: Mapping[str, str] = field(default_factory=dict)
    written: Mapping[str, tuple[FormField, ...]] = field(default_factory=dict)

    def of(self, service: str) -> tuple[FormField, ...] | str:
        """The fields, or the id of the segment that has them. No fields where none are configured."""
        for service_or_all in (service, EVERY_SERVICE):
            if service_or_all in self.written:
                return self.written[service_or_all]
        return self.segments.get(service) or self.segments.get(EVERY_SERVICE) or ()


NO_FORM = Forms()


def forms_of(segment: str = "", file: str = "") -> Forms:
    """From VIDESK_FORM_SEGMENT and the content of the FORM_FILE. ValueError says in plain words what is wrong."""
    return Forms(_segments(segment), _written(file) if file.strip() else {})


def _segments(text: str) -> Mapping[str, str]:
    if "=" not in text:
        if "," in text:
            raise ValueError(
                "more than one segment, but not which service each belongs to: service=segment,…,*=segment"
            )
        return {EVERY_SERVICE: text.strip()} if text.strip() else {}
    parts = [each.partition("=") for each in text.split(",") if each.strip()]
    pairs = [(service.strip(), segment.strip()) for service, _, segment in parts]
    segments = dict(pairs)
    if not all(service and segment for service, segment in pairs):
        raise ValueError("each part must be service=segment, with * for all other services")
    if len(segments) < len(pairs):
        raise ValueError("a service is named twice")
    return segments


def _written(text: str) -> Mapping[str, tuple[FormField, ...]]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from None
    forms = {EVERY_SERVICE: content} if isinstance(content, list) else content
    if not isinstance(forms, dict):
        raise ValueError("neither a list of fields nor an object with a list for each service")
    return {service: _checked(service, items) for service, items in forms.items()}


def _checked(service: str, items: object) -> tuple[FormField, ...]:
    """What an operator wrote is not guessed at: a field that can't be understood is said."""
    if not isinstance(items, list):
        raise ValueError(f"{service}: not a list of fields")
    for number, item in enumerate(items, 1):
        try:
            Described.model_validate(item)
        except ValidationError:
            raise ValueError(f"{service}: field {number} is not an object with an _id") from None
    return fields_of(items)
