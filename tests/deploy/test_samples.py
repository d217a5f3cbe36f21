"""The samples for deploying name what there is: settings, commands, files, ports. No container is built or started."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from bot.cli import app
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
OWN = {"HOST", "NODES", "POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_USER"}
"""What the samples set for themselves, PostgreSQL and the proxy."""

SETTINGS = {name.upper() for name in Settings.model_fields}
COMMANDS = {each.name or (each.callback.__name__ if each.callback else "") for each in app.registered_commands}
GROUPS = {each.name for each in app.registered_groups}


@pytest.fixture(scope="module")
def compose() -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    return read


@pytest.mark.parametrize("file", [each for each in DEPLOY.rglob("*") if each.is_file()], ids=lambda file: file.name)
def test_a_sample_names_no_setting_that_there_is_not(file: Path) -> None:
    set_there = re.findall(r"\b([A-Z]+(?:_[A-Z]+)*)=", file.read_text("utf-8"))
    of_others = {"PATH", "PYTHONUNBUFFERED"}
    assert set(set_there) <= SETTINGS | OWN | of_others


@pytest.mark.parametrize("file", UNITS, ids=lambda file: file.name)
def test_a_sample_gives_no_command_that_there_is_not(file: Path) -> None:
    """Only where it is called by its path, or in code: it is spoken of, too."""
    given = re.findall(r"(?:/bin/|`)booking-bot ([a-z]+)", file.read_text("utf-8"))
    assert set(given) <= COMMANDS | GROUPS


def test_the_nodes_of_compose_are_alike_and_come_after_the_tables(compose: Mapping[str, Any]) -> None:
    services = compose["services"]
    assert services["node-1"] == services["node-2"]
    assert services["node-1"]["depends_on"] == {"tables": {"condition": "service_completed_successfully"}}
    assert services["tables"]["command"] == "migrate"
    assert set(services["node-1"]["environment"]) <= SETTINGS


def test_compose_lets_only_the_proxy_be_reached_from_outside(compose: Mapping[str, Any]) -> None:
    assert [name for name, each in compose["services"].items() if "ports" in each] == ["proxy"]


def test_compose_waits_for_a_node_to_end_longer_than_it_takes(compose: Mapping[str, Any]) -> None:
    assert compose["services"]["node-1"]["stop_grace_period"] == "30s"
    assert all("TimeoutStopSec=30" in each.read_text("utf-8") for each in UNITS if "bot@" in each.name)


def test_compose_hands_the_proxy_the_nodes_that_there_are(compose: Mapping[str, Any]) -> None:
    services = compose["services"]
    port = services["node-1"]["environment"]["HTTP_PORT"]
    nodes = services["proxy"]["environment"]["NODES"].split()
    assert nodes == [f"{name}:{port}" for name in services if name.startswith("node-")]


def test_the_image_is_built_of_files_that_there_are_and_that_reach_it() -> None:
    lines = (DEPLOY / "Dockerfile").read_text("utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line]
    reaching = [
        line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[0] == "!"
    ]
    assert [name for files in copied for name in files if not (ROOT / name).exists()] == []
    assert [name for name in reaching if not (ROOT / name).exists()] == []
    assert {"adapters", "bot", "conversations", "sandbox", "locales", "hatch_build.py", "requirements"} <= set(reaching)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd-analyze here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_understands_the_units(unit: Path, tmp_path: Path) -> None:
    """With another program in place of ours, since it looks whether that is there."""
    for each in UNITS:
        text = each.read_text("utf-8").replace("/opt/booking-bot/bin/booking-bot", "/bin/true")
        (tmp_path / each.name).write_text(text, "utf-8")
    name = unit.name.replace("@.", "@8081.")
    told = subprocess.run(["systemd-analyze", "verify", f"./{name}"], cwd=tmp_path, capture_output=True, text=True)
    assert (told.returncode, told.stdout + told.stderr) == (0, "")
