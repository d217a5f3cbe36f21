"""The core's values as bytes and back, small and lasting. Where they are kept, and how safely, is not known here.

A value becomes JSON, and JSON is deflated. What JSON lacks is a list that begins with a word: `["choice", {fields}]` is
an object without the fields that have their default, `["", a, b]` a tuple, `["*choice", 3, {columns}]` three objects at
once, `["min", a]` an instant in minutes since 1970 and `["min", a, step, step]` a tuple of three.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from itertools import accumulate, pairwise
from typing import Any

from adapters import Who
from conversations.calls import (
    Book,
    Cancel,
    Export,
    FindAgents,
    FindDays,
    FindForm,
    FindHours,
    FindInfo,
    FindLanguages,
    FindNear,
    FindServices,
    FindTrace,
    FindZones,
    Forget,
    Invite,
    Reschedule,
    SetLanguage,
    SetZone,
)
from conversations.events import Trace
from conversations.kinds import FormField, Kind, Limits
from conversations.offers import Choice, Offer
from conversations.people import Appointment, Person, State
from conversations.session import Session
from conversations.texts import Clock, Day, Duration, Either, Interval, Month, Text, There
from conversations.wishes import Wish

FORMAT = 2
"""Rises when what was stored before can't be read any more: a word below or a field of such a class is another now.

With it comes a step of the tables that shuts out former programs: they could not read what is stored from then on.
"""

# The words are what is on disk: a class may be renamed, its word may not.
CLASSES: dict[str, type[Any]] = {
    "session": Session,
    "offer": Offer,
    "choice": Choice,
    "services": FindServices,
    "agents": FindAgents,
    "days": FindDays,
    "hours": FindHours,
    "form": FindForm,
    "info": FindInfo,
    "near": FindNear,
    "trace of": FindTrace,
    "languages": FindLanguages,
    "zones": FindZones,
    "language": SetLanguage,
    "zone": SetZone,
    "export": Export,
    "forget": Forget,
    "book": Book,
    "reschedule": Reschedule,
    "cancel": Cancel,
    "field": FormField,
    "limits": Limits,
    "say": Text,
    "day": Day,
    "clock": Clock,
    "interval": Interval,
    "there": There,
    "month": Month,
    "duration": Duration,
    "either": Either,
    "person": Person,
    "appointment": Appointment,
    "who": Who,
    "wish": Wish,
    "invite": Invite,
}
ENUMS: dict[str, type[StrEnum]] = {"kind": Kind, "state": State, "trace": Trace}

# What often stands in a small value, the likeliest last: deflate then has it before the value begins. What is stored
# points back into this text from its end: it may grow in front, but nothing in it may ever change.
_OFTEN = (
    b'"appointment":["choice",{"value":"reason":["choice",{"value":"form.["choice",{"value":"failed_at":["reschedule",{'
    b'"failed":["book",{"key":"errors":{"picked":"notice":["say",{"message":"values":{"number":"plural":"over":true'
    b'"outcome":"aside":["session",{"looking":{"day":"service":"waiting":["hours",{"service":"form",{"service":"'
    b'"agents",{"service":"services",{"page":"wanted":"reopened":"detail":["","label":["",'
    b'"day":["choice",{"value":["min",29924820]}],"hour":["choice",{"value":["min",29924820]}],'
    b'["",["session",{"key":"at":["us",17953388],"revision":1"conversation":"reschedule","conversation":"cancel",'
    b'"conversation":"book","answers":{"service":["choice",{"value":"label":"}],"agent":["choice",{"value":"anyone",'
    b'"label":["say",{"message":"Anyone","context":"agent"}]}]},"unasked":["","agent","form"],"offer":["offer",{"call":'
    b'["hours",{"service":["days",{"service":"agent":null,"month":null,"day":["min",29,"zone":"America/Santiago"}],'
    b'"choices":["*choice",20,{"value":["min",29924820,1440,1440,1440,1440,4320,1440,1440,30,30,30,30,15,15]}],'
    b'"before":"2026-10","here":"2026-11","after":"2026-12"}]}],["",null]]'
)

_WORDS = {each: word for word, each in (*CLASSES.items(), *ENUMS.items())}
_EPOCH = datetime.fromtimestamp(0, UTC)
_UNITS = {"min": timedelta(minutes=1), "s": timedelta(seconds=1), "us": timedelta(microseconds=1)}


def save(value: Any) -> bytes:
    """Raises TypeError for a value that no class above knows, and for an instant without a zone."""
    return pack(_plain(value))


def load(saved: bytes) -> Any:
    """The value, equal to the one saved; instants in UTC. Raises all sorts of errors for what `save` did not make."""
    return _value(unpack(saved))


def pack(plain: Any) -> bytes:
    """JSON as few bytes. Platforms send halves of surrogate pairs: they pass."""
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    # As small as with the 256 kB of tables that it takes by itself, and not to be got and cleared for each value.
    deflate = zlib.compressobj(9, wbits=-15, memLevel=5, zdict=_OFTEN)
    return deflate.compress(text.encode("utf-8", "surrogatepass")) + deflate.flush()


def unpack(packed: bytes) -> Any:
    inflate = zlib.decompressobj(wbits=-15, zdict=_OFTEN)
    text = inflate.decompress(packed)
    if not inflate.eof:
        raise ValueError("cut off")
    return json.loads(text.decode("utf-8", "surrogatepass"))


def _plain(value: Any) -> Any:
    match value:
        case StrEnum():
            return [_WORDS[type(value)], value.value]
        case None | bool() | int() | str():
            return value
        case datetime():
            return _instants((value,))
        case date():
            return ["date", value.isoformat()]
        case Decimal():
            return ["number", str(value)]
        case tuple():
            return _tuple(value)
        case Mapping():
            return {key: _plain(each) for key, each in value.items()}
        case _ if type(value) in _WORDS:
            return [_WORDS[type(value)], _fields(value)]
    raise TypeError(f"cannot be stored: {type(value).__name__}")


def _fields(value: Any) -> dict[str, Any]:
    return {
        name: _plain(each)
        for name, default in _DEFAULTS[type(value)].items()
        if (each := getattr(value, name)) != default
    }


def _tuple(value: tuple[Any, ...]) -> list[Any]:
    kinds = {type(each) for each in value}
    if len(value) > 1 and all(isinstance(each, datetime) for each in value):
        return _instants(value)
    if len(value) > 1 and len(kinds) == 1 and kinds <= _DEFAULTS.keys():
        return _columns(value, kinds.pop())
    return ["", *map(_plain, value)]


def _columns(value: tuple[Any, ...], kind: type[Any]) -> list[Any]:
    """Many of a kind, field by field: so that the hours of a day stand side by side and become steps."""
    columns = {}
    for name, default in _DEFAULTS[kind].items():
        column = tuple(getattr(each, name) for each in value)
        if any(each != default for each in column):
            columns[name] = _plain(column)
    return [f"*{_WORDS[kind]}", len(value), columns]


def _instants(instants: tuple[datetime, ...]) -> list[Any]:
    """In the coarsest unit that loses nothing: the first, and how far it is from each to the next."""
    spans = [each - _EPOCH for each in instants]
    word = next(word for word, unit in _UNITS.items() if all(not span % unit for span in spans))
    counts = [span // _UNITS[word] for span in spans]
    return [word, counts[0], *(after - before for before, after in pairwise(counts))]


def _value(plain: Any) -> Any:
    match plain:
        case dict():
            return {key: _value(each) for key, each in plain.items()}
        case ["", *items]:
            return tuple(map(_value, items))
        case [("min" | "s" | "us") as word, int(count)]:
            return _EPOCH + count * _UNITS[word]
        case [("min" | "s" | "us") as word, *counts]:
            return tuple(_EPOCH + count * _UNITS[word] for count in accumulate(counts))
        case ["date", str(day)]:
            return date.fromisoformat(day)
        case ["number", str(number)]:
            return Decimal(number)
        case [str(word), str(member)]:
            return ENUMS[word](member)
        case [str(word), dict(named)]:
            return CLASSES[word](**_value(named))
        case [str(word), int(number), dict(columns)]:
            return _rows(CLASSES[word.removeprefix("*")], number, _value(columns))
        case None | bool() | int() | str():
            return plain
    raise ValueError("not a stored value")


def _rows(kind: type[Any], number: int, columns: dict[str, tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(kind(**{name: column[row] for name, column in columns.items()}) for row in range(number))


def _defaults(kind: type[Any]) -> dict[str, Any]:
    """Each field's default; MISSING where it has none, which is equal to no value."""
    return {
        each.name: each.default_factory() if each.default_factory is not MISSING else each.default
        for each in fields(kind)
    }


_DEFAULTS = {kind: _defaults(kind) for kind in CLASSES.values()}
