"""The way into the world from another process: plain JSON under `/_sandbox/`.

No fault, limit or count touches it, and it asks for no token: it is for tests and demonstrations on one machine.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from sandbox.calendar.faults import parse_fault
from sandbox.calendar.instants import parse, render
from sandbox.calendar.world import World
from sandbox.steering import acts, looks

DESCRIPTION = Path(__file__).parent.parent / "openapi.json"


def control(world: World) -> Starlette:
    """The control routes of one world."""
    views: dict[str, Callable[[World], Any]] = {
        "ledger": ledger,
        "requests": requests,
        "faults": lambda world: [fault.shown for fault in world.faults.waiting],
        "world": offered,
        "appointments": appointments,
        "mail": lambda world: world.mail,
        "openapi.json": lambda _: json.loads(DESCRIPTION.read_text("utf-8")),
    }
    deeds: dict[tuple[str, str], Callable[[World, Any], None]] = {
        ("POST", "faults"): add_faults,
        ("DELETE", "faults"): clear_faults,
        ("DELETE", "requests"): lambda world, _: world.traffic.forget(),
        ("POST", "steal"): steal,
        ("POST", "block"): block,
        ("POST", "remove-service"): lambda world, body: world.remove_service(body["service"]),
        ("POST", "change-form"): lambda world, body: world.change_form(body["segment"]),
        ("POST", "spend-tokens"): lambda world, body: _ignore(world.spend_tokens(body["appointment"])),
        ("POST", "withdraw"): lambda world, body: world.withdraw(body["appointment"]),
        ("POST", "forward"): lambda world, body: world.forward(timedelta(seconds=body["seconds"])),
        ("POST", "limit"): limit,
        ("POST", "revoke"): revoke,
    }
    looked = {path: partial(_looked, world, look) for path, look in views.items()}
    acted = {path: partial(_acted, world, act) for path, act in deeds.items()}
    return Starlette(routes=[*looks(world.lock, looked), *acts(world.lock, acted)])


def _looked(world: World, look: Callable[[World], Any], _: Mapping[str, Any]) -> Any:
    return look(world)


def _acted(world: World, act: Callable[[World, Any], None], _: Mapping[str, Any], body: Any) -> None:
    if not isinstance(body, dict) and act is not add_faults:
        raise TypeError("a JSON object is wanted")
    act(world, body)


def _ignore(_: object) -> None:
    return None


def ledger(world: World) -> dict[str, Any]:
    return {
        "entries": [entry.shown for entry in world.ledger.entries],
        "doubleBookings": [double.shown for double in world.ledger.double_bookings()],
    }


def requests(world: World) -> dict[str, Any]:
    traffic = world.traffic
    return {
        "total": traffic.total,
        "byOperation": {operation.value: count for operation, count in traffic.by_operation.items()},
        "byStatus": {str(status): count for status, count in traffic.by_status.items()},
        "bySecond": {str(second): count for second, count in traffic.by_second().items()},
        "busiestSecond": traffic.busiest_second(),
        "requests": [seen.shown for seen in traffic.seen],
    }


def offered(world: World) -> dict[str, Any]:
    return {
        "now": render(world.now()),
        "apiToken": world.api_token(),
        "formSegments": world.form_segments(),
        "agents": [agent.shown for agent in world.agents.values()],
        "services": [
            {"id": each.id, "title": each.title, "agents": each.agents, "segment": each.segment}
            for each in world.services.values()
        ],
    }


def appointments(world: World) -> list[dict[str, Any]]:
    """All that were ever made; tokens included, for a test that must know whether those stored elsewhere still live."""
    return [
        {
            "id": each.id,
            "service": each.service.id,
            "agent": each.agent,
            "startAt": render(each.start),
            "endAt": render(each.end),
            "email": each.email,
            "cancelled": each.cancelled,
            "accessToken": world.access_token(each),
            "actionToken": world.action_token(each),
        }
        for each in world.appointments.values()
    ]


def add_faults(world: World, body: Any) -> None:
    world.faults.add(*(parse_fault(raw) for raw in (body if isinstance(body, list) else [body])))


def clear_faults(world: World, body: Any) -> None:
    world.faults.clear(body.get("operation"))


def steal(world: World, body: Any) -> None:
    agents = [body["agent"]] if "agent" in body else world.services[body["service"]].agents
    if (start := parse(body["startAt"])) is None:
        raise ValueError("startAt is not an instant")
    world.steal(agents, start)


def block(world: World, body: Any) -> None:
    start, end = parse(body["startAt"]), parse(body["endAt"])
    if start is None or end is None:
        raise ValueError("startAt or endAt is not an instant")
    world.block(world.agents[body["agent"]].id, start, end)


def limit(world: World, body: Any) -> None:
    world.requests_per_second = int(body["requests_per_second"])


def revoke(world: World, body: Any) -> None:
    world.revoked = bool(body.get("revoked", True))
