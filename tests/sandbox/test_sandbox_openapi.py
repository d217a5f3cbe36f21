"""The description of the API against the stand-in: whatever is sent, what comes back is as described."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, available_timezones

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.openapi import format as string_format

import sandbox
from sandbox.calendar import World, app
from sandbox.calendar.app import ROOT, ROUTES
from sandbox.calendar.appointments import Appointment, Wish
from sandbox.calendar.catalogue import Agent, Service
from sandbox.calendar.forms import RANGES, Field

Case = schemathesis.Case[Any]

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
EXAMPLES = Path(__file__).parent.parent / "bot" / "calendar" / "examples"
DESCRIPTION: dict[str, Any] = json.loads((Path(sandbox.__file__).parent / "openapi.json").read_text("utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for methods in DESCRIPTION["paths"].values() for operation in methods.values()
}

UNFIT = (
    # Both are asked below, with the header that the page demands of every request.
    "ignored_auth",
    "unsupported_method",
    # A date that has passed, a field that is missing: no description can know. `BUSINESS` says which words may refuse.
    "positive_data_acceptance",
)
BUSINESS = re.compile(
    r"The date can not be in the past\.|A valid service id is required"
    r"|Some element not as field, please check or try again|.* element \".*\".*"
)

world = World(clock=lambda: NOW)
schema = schemathesis.openapi.from_asgi("/_sandbox/openapi.json", app(world))
EXCLUDED: list[Any] = [each for each in CHECKS.get_all() if each.__name__ in UNFIT]
assert len(EXCLUDED) == len(UNFIT)


def known(ids: Sequence[str]) -> st.SearchStrategy[str]:
    return st.sampled_from([*ids, "0" * 24])


string_format("service-id", known(list(world.services)))
string_format("user-id", known(list(world.agents)))
string_format("segment-id", known(sorted({segment for segment, _ in world.forms})))
string_format("iana-zone", st.sampled_from(sorted(available_timezones())))
string_format("instant", st.integers(-20, 9000).map(lambda halves: written(NOW + timedelta(minutes=30) * halves)))


def written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


def free_hour(agents: Sequence[str]) -> datetime:
    day = NOW + timedelta(days=2)
    while not (hours := world.hours(agents, day, ZoneInfo("UTC"))):
        day += timedelta(days=1)
    return hours[0]


def appointment() -> Appointment:
    service = world.service("Quick question")
    start = free_hour(service.agents)
    return world.book(Wish(service, service.agents, start, "UTC", "one@example.com", "https://example.com/", {}))


def token(operation: str) -> str:
    match operation:
        case "cancel" | "reschedule":
            return world.action_token(appointment())
        case "info":
            return world.access_token(appointment())
    return world.api_token()


def answer(field: Field) -> Any:
    if field.type == "number" or field.type in RANGES:
        return 3
    if field.options:
        return sorted(field.options) if field.several else min(field.options)
    samples = {
        "email": "one@example.com",
        "url": "https://example.com/",
        "date": "1990-02-28",
        "tel": "+56 2 1234 5678",
    }
    return samples.get(field.type, "One")


def made_good(case: Case) -> None:
    """What no generator hits upon: of the bookings that are well formed, half are also possible."""
    operation, body = operation_of(case), cast(dict[str, Any], case.body)
    if not operation.startswith("schedule_") or not is_good(case) or "0:00.000Z" not in body["startAt"]:
        return
    service, agents = chosen(operation, case)
    body["form"] = [{"_id": each.id, "value": answer(each)} for each in world.fields(service.segment, "base")]
    body["startAt"] = written(free_hour(agents))
    if operation == "schedule_user":
        body["service"] = service.id


def chosen(operation: str, case: Case) -> tuple[Service, Sequence[str]]:
    identity = case.path_parameters["id"]
    if operation == "schedule_service":
        service = world.services.get(identity) or world.service("Quick question")
        return service, service.agents
    agent: Agent = world.agents.get(identity) or world.agent("One")
    manual = [each for each in world.services.values() if agent.id in each.agents and not each.automatic]
    return (manual or list(world.services.values()))[0], [agent.id]


def operation_of(case: Case) -> str:
    return str(case.operation.definition.raw["operationId"])


def is_good(case: Case) -> bool:
    return case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE


def hold(case: Case) -> None:
    made_good(case)
    # Written on the case itself: what it was generated without must be judged by what was sent.
    case.headers.update({"Content-Type": "application/json", "Authorization": f"Bearer {token(operation_of(case))}"})
    response = case.call()
    case.validate_response(response, excluded_checks=EXCLUDED)
    if is_good(case) and response.status_code == 400:
        assert BUSINESS.fullmatch(response.json()["message"])


@schema.parametrize()
@settings(max_examples=25)
def test_every_answer_is_as_described(case: Case) -> None:
    hold(case)


@pytest.mark.proof
@schema.parametrize()
@settings(max_examples=500)
def test_every_answer_of_many_is_as_described(case: Case) -> None:
    hold(case)


# The description itself


def test_the_description_has_the_operations_of_the_page_and_the_forms() -> None:
    described = {
        (method.upper(), re.sub(r"{\w+}", "x", path), operation["operationId"])
        for path, methods in DESCRIPTION["paths"].items()
        for method, operation in methods.items()
    }
    routes = {
        (method, ROOT + re.sub(r"\(.*?\)", "x", pattern.pattern), operation.value)
        for method, pattern, operation in ROUTES
    }
    assert described == routes
    assert len(described) == 11


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.json")), ids=lambda file: str(file.stem))
def test_every_body_that_the_page_prints_is_allowed_by_the_description(file: Path) -> None:
    operation, status, _ = file.stem.split("-", 2)
    response = OPERATIONS[operation]["responses"][status]
    body = response["content"]["application/json"]["schema"]
    jsonschema_rs.validate({**body, "components": DESCRIPTION["components"]}, json.loads(file.read_text("utf-8")))


# A refusal that is allowed by nearly any description would say nothing.
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_error_is_allowed_that_has_other_words(operation: str) -> None:
    for status, response in OPERATIONS[operation]["responses"].items():
        if status >= "400" and "$ref" not in response:
            body = {**response["content"]["application/json"]["schema"], "components": DESCRIPTION["components"]}
            other = {"name": "BadRequest", "message": "Something", "code": int(status), "className": "x", "errors": {}}
            assert not jsonschema_rs.is_valid(body, other)


@pytest.mark.parametrize("identity", ["line\nend", "\r", "%2F", "é", " ", "?", "." * 3000])
@pytest.mark.parametrize("operation", [name for name in OPERATIONS if "{id}" in schema.find_operation_by_id(name).path])
def test_an_id_that_is_none_is_not_found_in_the_apis_own_words(operation: str, identity: str) -> None:
    case = good_case(operation)
    case.path_parameters = {"id": identity}
    response = case.call(headers={"Content-Type": "application/json", "Authorization": f"Bearer {world.api_token()}"})
    assert response.status_code == 404
    case.validate_response(response, excluded_checks=EXCLUDED)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("wrong", ["none", "nonsense", "another kind"])
def test_every_operation_wants_its_own_kind_of_token(operation: str, wrong: str) -> None:
    case = good_case(operation)
    headers = {"Content-Type": "application/json"}
    if wrong != "none":
        other = (
            world.api_token() if operation in ("cancel", "reschedule", "info") else world.action_token(appointment())
        )
        headers["Authorization"] = f"Bearer {'a.b.c' if wrong == 'nonsense' else other}"
    response = case.call(headers=headers)
    assert response.status_code == 401
    case.validate_response(response, excluded_checks=EXCLUDED)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_limit_and_the_revoked_key_are_described(operation: str) -> None:
    ours = operation not in ("cancel", "reschedule", "info")
    case, bearer = good_case(operation), f"Bearer {token(operation)}"
    headers = {"Content-Type": "application/json", "Authorization": bearer}
    seen = []
    try:
        world.revoked = ours
        for limit in (0, 1):
            world.requests_per_second = limit
            response = [case.call(headers=headers) for _ in range(1 + limit)][-1]
            case.validate_response(response, excluded_checks=EXCLUDED)
            seen.append(response.status_code)
    finally:
        world.revoked, world.requests_per_second = False, 0
    assert seen[1] == 429
    assert not ours or seen[0] == 403


def good_case(operation: str) -> Case:
    """What the description itself gives as an example."""
    instant, zone = written(NOW + timedelta(days=3)), "UTC"
    bodies: dict[str, dict[str, Any]] = {
        "schedule_service": {"startAt": instant, "timezone": zone, "form": [], "referrer": "https://example.com/"},
        "reschedule": {"date": instant},
        "cancel": {},
    }
    bodies["schedule_user"] = {**bodies["schedule_service"], "service": world.service("Quick question").id}
    when = {"date": instant, "timezone": zone}
    queries: dict[str, dict[str, str]] = {name: when for name in OPERATIONS if name.endswith(("dates", "hours"))}
    ids = {
        "service": world.service("Quick question").id,
        "user": world.agent("Six").id,
        "form": sorted(world.forms)[0][0],
    }
    identity = next(
        (id for word, id in ids.items() if operation.startswith((word + "_", f"schedule_{word}"))), ids["form"]
    )
    found = schema.find_operation_by_id(operation)
    given: dict[str, Any] = {"query": queries.get(operation, {"version": "base"} if operation == "form" else {})}
    if "{id}" in found.path:
        given["path_parameters"] = {"id": identity}
    if operation in bodies:
        given |= {"body": bodies[operation], "media_type": "application/json"}
    return found.Case(**given)
