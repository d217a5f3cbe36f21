"""docs/sandbox.md names all that the stand-in calendar lets one see, do and break."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest
from starlette.routing import Route

from sandbox.calendar import World
from sandbox.calendar.control import control
from sandbox.calendar.faults import TARGETS, Fault, Twist, parse_fault
from sandbox.delivery import Body, Then

DOCS = (Path(__file__).parents[2] / "docs" / "sandbox.md").read_text("utf-8")
ROUTES = [route for route in control(World()).routes if isinstance(route, Route)]


@pytest.mark.parametrize(
    "words",
    [
        {route.path.removeprefix("/") for route in ROUTES if route.path != "/openapi.json"},
        {each.name for each in fields(Fault)},
        TARGETS,
        Twist,
        Body,
        Then,
    ],
    ids=["routes", "keys", "operations", "twists", "bodies", "ends"],
)
def test_every_word_is_described(words: Iterable[str]) -> None:
    assert [word for word in words if f"`{word}`" not in DOCS] == []


def test_the_faults_that_are_shown_are_faults() -> None:
    shown = re.findall(r"curl -d '(.+)' localhost:8700/_sandbox/faults", DOCS)
    assert len(shown) == 3
    for each in shown:
        assert parse_fault(json.loads(each)).operation in each
