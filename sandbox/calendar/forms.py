"""Forms: the fields of a segment and the rules that a submitted form is held to.

Which forms exist is said in `catalogue`; this only checks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Any
from urllib.parse import urlsplit

from sandbox.calendar.errors import Refusal, invalid, too_long, unknown_element
from sandbox.calendar.instants import parse

HONEYPOT = "videsk_essential"
RANGES: Mapping[str, tuple[int, int]] = {"nps": (0, 10), "csat": (1, 5), "ces": (1, 7)}
SEVERAL = ("multiple", "checkbox")
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
PHONE = re.compile(r"\+?[0-9][0-9 ().-]{5,18}")


@dataclass(frozen=True)
class Field:
    """One field as the forms route shows it; `shown` is that very object, `id` and `name` stand in it too."""

    id: str
    name: str
    type: str
    shown: Mapping[str, Any]

    @property
    def properties(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.shown.get("properties", {})
        return found

    @property
    def required(self) -> bool:
        return bool(self.properties.get("required", False))

    @property
    def options(self) -> frozenset[str]:
        return frozenset(option["value"] for option in self.shown.get("options", ()))

    @property
    def several(self) -> bool:
        return any(word in self.type for word in SEVERAL)

    def limit(self, name: str) -> int | None:
        """`min`, `max` or `maxlength`; the API may write a number as a string of digits."""
        value = self.properties.get(name)
        return None if value in (None, "") else int(value)


def check(form: object, fields: Sequence[Field], honeypot: bool) -> dict[str, Any]:
    """The values by field id. Raises Refusal for the first thing that is wrong with a submitted form."""
    if not isinstance(form, list):
        raise invalid("form")
    values = _values(form)
    if honeypot and values.pop(HONEYPOT, None) != "":
        raise Refusal(400, f'The element "{HONEYPOT}" is required.')
    if not values.keys() <= {field.id for field in fields}:
        raise unknown_element()
    for field in fields:
        if field.id in values:
            _check_value(field, values[field.id])
        elif field.required:
            raise _missing(field)
    return values


def _values(form: list[Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for element in form:
        if not isinstance(element, dict) or element.keys() != {"_id", "value"}:
            raise unknown_element()
        identity = element["_id"]
        if not isinstance(identity, str) or identity in values:
            raise unknown_element()
        values[identity] = element["value"]
    return values


def _missing(field: Field) -> Refusal:
    return Refusal(400, f'A value is required for element "{field.id}".')


def _wrong(field: Field, what: str) -> Refusal:
    return Refusal(400, f'A valid {what} is required for element "{field.id}".')


def _check_value(field: Field, value: object) -> None:
    """Type first, then the field's own rule, then its limits: the order of the public documentation."""
    if field.type == "number" or field.type in RANGES:
        _check_number(field, value)
    elif field.options and field.several:
        _check_several(field, value)
    elif not isinstance(value, str):
        raise _wrong(field, "string")
    elif not value.strip():
        if field.required:
            raise _missing(field)
    else:
        _check_text(field, value)


def _check_number(field: Field, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(field, "number")
    if isinstance(value, float) and (field.type in RANGES or not isfinite(value)):
        raise _wrong(field, "number")
    least, most = RANGES.get(field.type, (field.limit("min"), field.limit("max")))
    if least is not None and value < least:
        raise Refusal(400, f'The min value is {least} for element "{field.id}".')
    if most is not None and value > most:
        raise Refusal(400, f'The max value is {most} for element "{field.id}".')


def _check_several(field: Field, value: object) -> None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _wrong(field, "array")
    if len(set(value)) != len(value) or not set(value) <= field.options:
        raise _wrong(field, "option")
    if field.required and not value:
        raise _missing(field)


def _check_text(field: Field, value: str) -> None:
    if field.options and value not in field.options:
        raise _wrong(field, "option")
    if not _keeps_rule(field.type, value):
        raise _wrong(field, field.type)
    if field.type == "date":
        return
    # The server counts as its language does: in UTF-16 units, so that an emoji is two.
    length = len(value.encode("utf-16-le", "surrogatepass")) // 2
    if (most := field.limit("maxlength")) is not None and length > most:
        raise too_long(field.id, most)


def _keeps_rule(kind: str, value: str) -> bool:
    match kind:
        case "email":
            return EMAIL.fullmatch(value) is not None
        case "tel":
            return PHONE.fullmatch(value) is not None
        case "url":
            return _is_url(value)
        case "date":
            return parse(value) is not None or _is_date(value)
        case _:
            return True


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not any(map(str.isspace, value))


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
