"""One request of the Web API on its way: who asks, with which arguments, and what a method may read of them.

What is done with them stands in the methods.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from sandbox.slack import errors
from sandbox.slack.channels import Channel
from sandbox.slack.errors import invalid, missing, missing_scope
from sandbox.slack.ledger import Request
from sandbox.slack.people import Person
from sandbox.slack.teams import Team, Token
from sandbox.slack.world import World

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
TRUE = frozenset({"true", "1", "True"})
FALSE = frozenset({"false", "0", "False"})


@dataclass
class Given:
    """The arguments as they came; what is asked for is noted, so that what nobody asks for can be told."""

    values: dict[str, Any]
    warnings: tuple[str, ...] = ()
    asked: set[str] = field(default_factory=lambda: {"token", "team_id"})

    @property
    def unasked(self) -> list[str]:
        return sorted(self.values.keys() - self.asked)

    @property
    def shown(self) -> dict[str, Any]:
        """For the ledger: nested values read, nothing secret."""
        secrets = ("token", "client_secret", "code")
        return {name: _readable(value) for name, value in self.values.items() if name not in secrets}


def _readable(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def read(query: str, content_type: str, body: bytes) -> Given:
    """Raises Refusal if the body can't be read."""
    values: dict[str, Any] = dict(parse_qsl(query, keep_blank_values=True))
    kind, _, rest = content_type.partition(";")
    kind = kind.strip().lower()
    warnings: tuple[str, ...] = ()
    if not body:
        return Given(values)
    if kind == JSON:
        values |= _json(body)
        warnings = () if "charset=utf-8" in rest.replace(" ", "").lower() else ("missing_charset",)
    elif kind == FORM:
        values |= _form(body)
    else:
        raise errors.INVALID_POST_TYPE
    return Given({name: value for name, value in values.items() if value is not None}, warnings)


def _json(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        raise errors.INVALID_JSON from None
    if not isinstance(read, dict):
        raise errors.JSON_NOT_OBJECT
    return read


def _form(body: bytes) -> dict[str, Any]:
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    except UnicodeDecodeError:
        raise errors.INVALID_FORM from None


@dataclass(frozen=True)
class Asked:
    """What a method gets. Reading raises Refusal."""

    world: World
    given: Given
    request: Request
    token: Token | None
    """None where a method needs none."""

    @property
    def team(self) -> Team:
        if self.token is None or self.token.team is None:
            raise errors.NOT_ALLOWED_TOKEN_TYPE
        return self.token.team

    def complain(self, text: str) -> None:
        self.world.complain(self.request.method, text)

    # Scopes

    def needs(self, *scopes: str) -> None:
        """One of them."""
        provided = self.token.scopes if self.token else ()
        if not set(scopes) & set(provided):
            raise missing_scope(scopes, provided)

    # Arguments

    def has(self, name: str) -> bool:
        self.given.asked.add(name)
        return self.given.values.get(name) not in (None, "")

    def text(self, name: str, *, required: bool = False) -> str:
        """As it was sent; "" if it was not."""
        if not self.has(name):
            if required:
                raise missing(name)
            return ""
        value = self.given.values[name]
        if isinstance(value, dict | list):
            raise invalid(f"must provide a string [json-pointer:/{name}]")
        return str(value)

    def flag(self, name: str, default: bool = False) -> bool:
        if not self.has(name):
            return default
        value = self.given.values[name]
        if isinstance(value, bool):
            return value
        if str(value) not in TRUE | FALSE:
            raise invalid(f"must provide a boolean [json-pointer:/{name}]")
        return str(value) in TRUE

    def nested(self, name: str, refusal: errors.Refusal) -> Any:
        """An object or a list, as JSON or as text that holds JSON; None if it was not sent."""
        if not self.has(name):
            return None
        value = self.given.values[name]
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise refusal from None
        if not isinstance(value, dict | list):
            raise refusal
        return value

    # What they name

    def person(self, name: str = "user", refusal: errors.Refusal = errors.USER_NOT_FOUND) -> Person:
        person = self.team.people.get(self.text(name, required=True))
        if person is None:
            raise refusal
        self.request.user = person.id
        return person

    def channel(self, name: str = "channel") -> Channel:
        """By its id, or by the id of a person: then the direct message with that person."""
        wanted = self.text(name, required=True)
        if person := self.team.people.get(wanted):
            channel = self.team.direct(person)
        else:
            channel = next((each for each in self.team.channels.values() if wanted == each.id and each.known), None)  # type: ignore[assignment]
            if channel is None:
                raise errors.CHANNEL_NOT_FOUND
        self.request.channel = channel.id
        self.request.user = channel.person.id if channel.person else self.request.user
        return channel


Method = Callable[[Asked], Mapping[str, Any]]
