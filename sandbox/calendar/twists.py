"""What happens behind a request's back, just before it is carried out.

Each twist is an ordinary event of the world; this only finds out whom it concerns.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, assert_never

from sandbox.calendar.appointments import Appointment
from sandbox.calendar.errors import Refusal
from sandbox.calendar.faults import Twist
from sandbox.calendar.instants import parse
from sandbox.calendar.operations import Asked
from sandbox.calendar.traffic import Operation
from sandbox.calendar.world import World


def twist(world: World, kind: Twist, asked: Asked) -> None:
    """Does nothing where the request names nothing that it could happen to."""
    match kind:
        case Twist.STEAL_HOUR:
            _steal(world, asked)
        case Twist.REMOVE_SERVICE:
            world.remove_service(_service(asked))
        case Twist.CHANGE_FORM:
            _change_form(world, asked)
        case Twist.SPEND:
            if appointment := _appointment(world, asked):
                world.spend_tokens(appointment.id)
        case Twist.WITHDRAW:
            if appointment := _appointment(world, asked):
                world.withdraw(appointment.id)
        case _:
            assert_never(kind)


def _steal(world: World, asked: Asked) -> None:
    body = _body(asked)
    start = parse(body.get("startAt", body.get("date")))
    if start is not None:
        world.steal(_agents(world, asked), start)


def _agents(world: World, asked: Asked) -> Sequence[str]:
    match asked.operation:
        case Operation.SCHEDULE_USER:
            return [asked.id] if asked.id in world.agents else []
        case Operation.SCHEDULE_SERVICE:
            service = world.services.get(asked.id)
            return service.agents if service else []
        case _:
            appointment = _appointment(world, asked)
            return [appointment.agent] if appointment else []


def _change_form(world: World, asked: Asked) -> None:
    service = world.services.get(_service(asked))
    segment = service.segment if service else asked.id
    if any(known == segment for known, _ in world.forms):
        world.change_form(segment)


def _service(asked: Asked) -> str:
    return str(_body(asked).get("service", "")) if asked.operation is Operation.SCHEDULE_USER else asked.id


def _appointment(world: World, asked: Asked) -> Appointment | None:
    try:
        if asked.operation is Operation.INFO:
            return world.seen_by(asked.authorization)
        return world.acting(asked.authorization)
    except Refusal:
        return None


def _body(asked: Asked) -> dict[str, Any]:
    try:
        body = json.loads(asked.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}
