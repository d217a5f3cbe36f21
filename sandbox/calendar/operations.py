"""The operations of the page: what a request must bring, and the body that answers it.

Transport, faults and counting belong to `app`; the rules of the business to `world`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sandbox.calendar.appointments import Appointment, Wish
from sandbox.calendar.catalogue import Service
from sandbox.calendar.errors import Refusal, invalid, invalid_service, not_found
from sandbox.calendar.forms import check
from sandbox.calendar.instants import parse, parse_zone, render
from sandbox.calendar.tokens import unexpected_token
from sandbox.calendar.traffic import Operation
from sandbox.calendar.world import World
from sandbox.delivery import Answer

PAGE, LARGEST_PAGE = 10, 50
LONGEST_REASON = 1000


@dataclass(frozen=True)
class Asked:
    """A request, as far as an operation cares. `id` is the path's, if it has one; `number` is for the ledger."""

    operation: Operation
    id: str
    query: Mapping[str, str]
    authorization: str | None
    content_type: str
    body: bytes
    number: int


def perform(world: World, asked: Asked) -> Answer:
    """Carries an operation out, or doesn't: every Refusal becomes the body that tells of it."""
    try:
        if asked.content_type.partition(";")[0].strip().lower() != "application/json":
            raise invalid("Content-Type")
        with world.lock:
            status, payload = OPERATIONS[asked.operation](world, asked)
    except Refusal as refusal:
        return refused(refusal)
    return Answer(status, payload)


def refused(refusal: Refusal) -> Answer:
    return Answer(refusal.code, refusal.body(), refusal.headers)


# Reading


def _services(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    _only(asked.query, "skip", "limit")
    skip, limit = _count(asked.query, "skip", 0), min(_count(asked.query, "limit", PAGE), LARGEST_PAGE)
    services = list(world.services.values())
    shown = [_shown(world, service) for service in services[skip : skip + limit]]
    return 200, {"total": len(services), "limit": limit, "skip": skip, "data": shown}


def _shown(world: World, service: Service) -> dict[str, Any]:
    users = {"users": [world.agents[agent].shown for agent in service.agents]} if service.lists_agents else {}
    return users | {
        "title": service.title,
        "description": service.description,
        "automatic": service.automatic,
        "id": service.id,
    }


def _service_dates(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    return 200, [render(day) for day in world.days(_service(world, asked.id).agents, *_when(asked))]


def _service_hours(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    return 200, [render(hour) for hour in world.hours(_service(world, asked.id).agents, *_when(asked))]


def _user_dates(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    return 200, [render(day) for day in world.days([_agent(world, asked.id)], *_when(asked))]


def _user_hours(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    return 200, [render(hour) for hour in world.hours([_agent(world, asked.id)], *_when(asked))]


def _form(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    _only(asked.query, "version")
    version = asked.query.get("version", "undefined")
    fields = world.fields(asked.id, version)
    return 200, {"form": [field.shown for field in fields], "version": version, "segment": asked.id}


def _info(world: World, asked: Asked) -> tuple[int, Any]:
    appointment = world.seen_by(asked.authorization)
    service, agent = appointment.service, world.agents[appointment.agent]
    return 201, {
        "id": appointment.id,
        "service": {"id": service.id, "title": service.title, "description": service.description},
        "user": {"firstname": agent.firstname, "lastname": agent.lastname, "_id": agent.id},
        "startAt": render(appointment.start),
        "endAt": render(appointment.end),
        "status": "pending",
    }


# Writing


def _schedule_service(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    service = _service(world, asked.id)
    wish = _wish(world, service, service.agents, _body(asked, "startAt", "timezone", "form", "referrer"))
    return 201, _booked(world, world.book(wish, asked.number))


def _schedule_user(world: World, asked: Asked) -> tuple[int, Any]:
    world.admit(asked.authorization)
    agent = _agent(world, asked.id)
    body = _body(asked, "service", "startAt", "timezone", "form", "referrer")
    named = body.get("service")
    service = world.services.get(named) if isinstance(named, str) else None
    # With an automatic service nobody chooses the agent, so that it can't be booked through one.
    if service is None or service.automatic or agent not in service.agents:
        raise invalid_service()
    return 201, _booked(world, world.book(_wish(world, service, [agent], body), asked.number))


def _reschedule(world: World, asked: Asked) -> tuple[int, Any]:
    appointment = world.acting(asked.authorization)
    start = _instant(_body(asked, "date").get("date"))
    return 201, _booked(world, world.move(appointment, start, asked.number))


def _cancel(world: World, asked: Asked) -> tuple[int, Any]:
    appointment = world.acting(asked.authorization)
    reason = _reason(_body(asked, "cancelReason").get("cancelReason"))
    world.cancel(appointment, reason, asked.number)
    return 201, {"service": appointment.service.title, "message": "The appointment was successfully canceled"}


def _wish(world: World, service: Service, agents: Sequence[str], body: Mapping[str, Any]) -> Wish:
    start, zone = _instant(body.get("startAt")), _zone(body.get("timezone"))
    fields = world.fields(service.segment, "base")
    values = check(body.get("form"), fields, world.honeypot)
    emails = [values[field.id] for field in fields if field.type == "email" and field.id in values]
    return Wish(
        service=service,
        agents=agents,
        start=start,
        zone=zone.key,
        email=emails[0] if emails else "",
        referrer=_referrer(body.get("referrer")),
        form=values,
    )


def _booked(world: World, appointment: Appointment) -> dict[str, Any]:
    access, action = world.access_token(appointment), world.action_token(appointment)
    body = {
        "email": appointment.email,
        "service": appointment.service.title,
        "startAt": render(appointment.start),
        "endAt": render(appointment.end),
        "duration": appointment.minutes,
        "timezone": appointment.zone,
        "joinURL": _url(appointment.referrer, "join", access),
        "rescheduleURL": _url(appointment.referrer, "modify", action),
        "cancelURL": _url(appointment.referrer, "modify", action),
        "accessToken": access,
        "actionToken": action,
        "message": "Your appointment was successfully scheduled.",
    }
    world.mail.append(body)
    return body


def _url(referrer: str, action: str, token: str) -> str:
    page, _, fragment = referrer.partition("#")
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}v-schedule-action={action}&v-schedule-auth={token}" + (f"#{fragment}" if fragment else "")


# What a request must bring


def _service(world: World, identity: str) -> Service:
    if (found := world.services.get(identity)) is None:
        raise not_found(f"No record found for id '{identity}'")
    return found


def _agent(world: World, identity: str) -> str:
    if identity not in world.agents:
        raise not_found(f"No record found for id '{identity}'")
    return identity


def _only(given: Mapping[str, Any], *names: str) -> None:
    """The page names every parameter; what it does not name is a client's mistake here."""
    for name in given:
        if name not in names:
            raise Refusal(400, f'The parameter "{name}" is not allowed')


def _count(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit()):
        raise invalid(name)
    return int(text)


def _when(asked: Asked) -> tuple[datetime, ZoneInfo]:
    _only(asked.query, "date", "timezone")
    return _instant(asked.query.get("date")), _zone(asked.query.get("timezone"))


def _instant(written: object) -> datetime:
    if (instant := parse(written)) is None:
        raise invalid("date")
    return instant


def _zone(name: object) -> ZoneInfo:
    if (zone := parse_zone(name)) is None:
        raise invalid("timezone")
    return zone


def _referrer(given: object) -> str:
    if isinstance(given, str) and not any(map(str.isspace, given)):
        try:
            parts = urlsplit(given)
        except ValueError:
            raise invalid("referrer") from None
        if parts.scheme == "https" and parts.hostname:
            return given
    raise invalid("referrer")


def _reason(given: object) -> str | None:
    if isinstance(given, list | dict):
        kind = "Array" if isinstance(given, list) else "Object"
        value = json.dumps(given, ensure_ascii=False)
        raise Refusal(400, f'Cast to string failed for value "{value}" (type {kind}) at path "cancelReason"')
    reason = given if given is None or isinstance(given, str) else json.dumps(given)
    if reason is not None and len(reason.encode("utf-16-le", "surrogatepass")) // 2 > LONGEST_REASON:
        raise Refusal(
            400,
            "Validation failed: cancelReason: Path `cancelReason` (`...`) is longer than the maximum allowed length "
            f"({LONGEST_REASON}).",
        )
    return reason


def _body(asked: Asked, *names: str) -> dict[str, Any]:
    body = _object(asked.body)
    _only(body, *names)
    return body


def _object(raw: bytes) -> dict[str, Any]:
    if not raw:
        return {}
    text = raw.decode(errors="replace")
    try:
        body = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Refusal(400, unexpected_token(text, error.pos)) from None
    except ValueError as error:
        raise Refusal(400, str(error)) from None
    except RecursionError:
        raise Refusal(400, "The body is nested too deeply") from None
    if not isinstance(body, dict):
        raise Refusal(400, "The body must be an object")
    return body


def _no_constant(name: str) -> None:
    """Python reads NaN and Infinity, JSON has neither."""
    raise ValueError(f"Unexpected token {name[0]} in JSON")


OPERATIONS: Mapping[Operation, Callable[[World, Asked], tuple[int, Any]]] = {
    Operation.SERVICES: _services,
    Operation.SERVICE_DATES: _service_dates,
    Operation.SERVICE_HOURS: _service_hours,
    Operation.USER_DATES: _user_dates,
    Operation.USER_HOURS: _user_hours,
    Operation.SCHEDULE_SERVICE: _schedule_service,
    Operation.SCHEDULE_USER: _schedule_user,
    Operation.CANCEL: _cancel,
    Operation.RESCHEDULE: _reschedule,
    Operation.INFO: _info,
    Operation.FORM: _form,
}
