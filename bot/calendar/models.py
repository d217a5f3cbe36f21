"""What the calendar answers, as values. Lenient in, strict out: what is extra, missing or odd is borne if it can be.

Nothing here knows which request was answered, or who will read the value.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic.functional_validators import AfterValidator

from bot.calendar.errors import NoAnswer
from bot.tokens import Tokens
from conversations.people import Appointment, State


def text_of(value: object) -> str:
    """A text, or none: what is no text at all says nothing."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _truth(value: object) -> bool:
    return value is True or (isinstance(value, str | int) and str(value).strip().lower() in ("true", "1", "yes"))


def _utc(value: datetime) -> datetime:
    # Far from the ends of what a datetime holds, so that no zone leads beyond them.
    if not 1970 <= value.year < 3000:
        raise ValueError("an instant out of all proportion")
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _identity(value: object) -> object:
    return text_of(value) or None


Identity = Annotated[str, BeforeValidator(_identity), Field(validation_alias=AliasChoices("id", "_id"))]
Line = Annotated[str, BeforeValidator(text_of)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Instant = Annotated[datetime, AfterValidator(_utc)]
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant, config=ConfigDict(hide_input_in_errors=True))


def instant_of(value: object) -> datetime | None:
    """An instant however it is written; None for anything else."""
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        with suppress(ValidationError):
            return INSTANT.validate_python(value)
    return None


Sometime = Annotated[datetime | None, BeforeValidator(instant_of)]


class Answered(BaseModel):
    """Part of an answer. Its faults are told without its content, which may hold tokens."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


Part = TypeVar("Part", bound=Answered)


def understood(model: type[Part], items: object) -> Iterator[Part]:
    """Those of a list's items that are what they should be."""
    for item in items if isinstance(items, list) else ():
        with suppress(ValidationError):
            yield model.model_validate(item)


class Agent(Answered):
    id: Identity
    firstname: Line = ""
    lastname: Line = ""

    @property
    def name(self) -> str:
        return f"{self.firstname} {self.lastname}".strip() or self.id


class Service(Answered):
    id: Identity
    title: Line = ""
    description: Line = ""
    automatic: Truth = False
    users: tuple[Agent, ...] = ()

    @field_validator("users", mode="before")
    @classmethod
    def _known(cls, users: object) -> tuple[Agent, ...]:
        return tuple(understood(Agent, users))

    @property
    def name(self) -> str:
        return self.title or self.id


def packed(services: tuple[Service, ...]) -> str:
    """As a text, to be kept."""
    return _SERVICES.dump_json(services).decode()


def unpacked(text: str) -> tuple[Service, ...]:
    """What was packed."""
    return _SERVICES.validate_json(text)


_SERVICES: TypeAdapter[tuple[Service, ...]] = TypeAdapter(tuple[Service, ...])


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the services. `total` and `limit` are what the API says of itself, right or wrong."""

    services: tuple[Service, ...]
    total: int | None = None
    limit: int | None = None


def page_of(body: object) -> Page:
    items = body.get("data") if isinstance(body, dict) else body
    services = tuple(understood(Service, items))
    if not isinstance(items, list) or (items and not services):
        raise NoAnswer("no list of services")
    said = body if isinstance(body, dict) else {}
    return Page(services, _count(said.get("total")), _count(said.get("limit")))


def _count(value: object) -> int | None:
    text = text_of(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def instants_of(body: object) -> tuple[datetime, ...]:
    """A list of days or hours, each once and in order."""
    items = body.get("data") if isinstance(body, dict) else body
    if not isinstance(items, list):
        raise NoAnswer("no list of instants")
    instants = {instant for item in items if (instant := instant_of(item))}
    if items and not instants:
        raise NoAnswer("no instants in the list")
    return tuple(sorted(instants))


def _title(value: object) -> str:
    return text_of(value.get("title")) if isinstance(value, dict) else text_of(value)


def _secret(value: object) -> str:
    return value if isinstance(value, str) else ""


def _minutes(value: object) -> float | None:
    with suppress(ValueError):
        minutes = float(text_of(value))
        return minutes if 0 < minutes < 7 * 24 * 60 else None
    return None


Secret = Annotated[SecretStr, BeforeValidator(_secret)]


class Scheduled(Answered):
    """The answer to a booking or a move."""

    email: Line = ""
    service: Annotated[str, BeforeValidator(_title)] = ""
    start: Sometime = Field(default=None, validation_alias="startAt")
    end: Sometime = Field(default=None, validation_alias="endAt")
    duration: Annotated[float | None, BeforeValidator(_minutes)] = None
    timezone: Line = ""
    join_url: Secret = Field(default=SecretStr(""), validation_alias="joinURL")
    reschedule_url: Secret = Field(default=SecretStr(""), validation_alias="rescheduleURL")
    cancel_url: Secret = Field(default=SecretStr(""), validation_alias="cancelURL")
    access: Secret = Field(default=SecretStr(""), validation_alias="accessToken")
    action: Secret = Field(default=SecretStr(""), validation_alias="actionToken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """An appointment just made or moved. `zone` and `email` are empty where the calendar did not say."""

    tokens: Tokens
    service_title: str
    start: datetime
    end: datetime
    zone: str
    email: str


def booking_of(body: object, start: datetime) -> Booking:
    """`start` is the hour asked for. Without an action token the answer is no booking: nobody could change it."""
    try:
        said = Scheduled.model_validate(body)
    except ValidationError:
        said = Scheduled()
    tokens = _tokens(said)
    if not tokens.action:
        raise NoAnswer("no booking")
    begins = said.start or start
    return Booking(
        tokens=tokens,
        service_title=said.service,
        start=begins,
        end=_end(said, begins),
        zone=_zone(said.timezone),
        email=said.email,
    )


def _tokens(said: Scheduled) -> Tokens:
    join, reschedule, cancel = (
        each.get_secret_value() for each in (said.join_url, said.reschedule_url, said.cancel_url)
    )
    return Tokens(
        action=said.action.get_secret_value() or _token_in(cancel) or _token_in(reschedule),
        access=said.access.get_secret_value() or _token_in(join),
        join_url=join,
        reschedule_url=reschedule,
        cancel_url=cancel,
    )


def _token_in(url: str) -> str:
    with suppress(ValueError):
        return parse_qs(urlsplit(url).query).get("v-schedule-auth", [""])[0]
    return ""


def _end(said: Scheduled, begins: datetime) -> datetime:
    """The page's own examples disagree about the duration: the end is what counts."""
    if said.end and said.end > begins:
        return said.end
    return begins + timedelta(minutes=said.duration or 0)


def _zone(name: str) -> str:
    return name if zone_of(name) else ""


def zone_of(name: str) -> ZoneInfo | None:
    """The zone of an IANA name; None if there is none."""
    # The errors for impossible names are many: ValueError, KeyError, OSError where a name is a folder.
    with suppress(ValueError, KeyError, OSError):
        return ZoneInfo(name)
    return None


class Described(Answered):
    """The answer of `schedule/info`."""

    service: Service | None = None
    agent: Agent | None = Field(default=None, validation_alias=AliasChoices("user", "agent"))
    start: Sometime = Field(default=None, validation_alias="startAt")
    end: Sometime = Field(default=None, validation_alias="endAt")
    status: Line = ""

    @field_validator("service", mode="before")
    @classmethod
    def _service(cls, value: object) -> Service | None:
        return next(understood(Service, [value]), None)

    @field_validator("agent", mode="before")
    @classmethod
    def _agent(cls, value: object) -> Agent | None:
        return next(understood(Agent, [value]), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the calendar says of an appointment; empty or None where it says nothing. `status` is its own word."""

    service: str = ""
    service_title: str = ""
    agent: str | None = None
    agent_name: str = ""
    start: datetime | None = None
    end: datetime | None = None
    status: str = ""

    @property
    def cancelled(self) -> bool:
        return "cancel" in self.status.casefold()

    def onto(self, appointment: Appointment) -> Appointment:
        """The appointment with all that the calendar knows better. `agent` stays the one chosen, or None for anyone."""
        start = self.start or appointment.start
        end = self.end or start + (appointment.end - appointment.start)
        return replace(
            appointment,
            service=self.service or appointment.service,
            service_title=self.service_title or appointment.service_title,
            agent_name=self.agent_name or appointment.agent_name,
            holder=self.agent or "",
            status=self.status.casefold(),
            start=start,
            end=end,
            # Of what was moved elsewhere or is over the calendar tells nothing.
            state=State.CANCELLED if self.cancelled else State.BOOKED,
        )


def facts_of(body: object) -> Facts:
    try:
        said = Described.model_validate(body)
    except ValidationError:
        said = Described()
    if not said.service and not said.start:
        raise NoAnswer("no appointment")
    return Facts(
        service=said.service.id if said.service else "",
        service_title=said.service.title if said.service else "",
        agent=said.agent.id if said.agent else None,
        agent_name=said.agent.name if said.agent else "",
        start=said.start,
        end=said.end if said.end and said.start and said.end > said.start else None,
        status=said.status,
    )
