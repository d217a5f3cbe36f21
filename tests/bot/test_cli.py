"""The command line as it is called: processes of their own, their exit codes, and what they print."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.store.vault import new_key

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-W", "error", "-m", "bot")

# A calendar that refuses all bookings, put in the place of the one that the demo starts.
PLANTED = """
import sandbox.calendar as calendar
from sandbox.calendar import faults

class Refusing(calendar.World):
    def __init__(self):
        super().__init__()
        self.faults.add(faults.failing("writes", 400, times=None))

calendar.World = Refusing
from bot.cli import main
main()
"""


def environment(folder: Path, **more: str) -> dict[str, str]:
    return os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "PYTHONPATH": str(ROOT)} | more


def run(
    folder: Path, *arguments: str, command: tuple[str, ...] = COMMAND, **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments],
        cwd=folder,
        env=environment(folder, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )


@pytest.mark.parametrize("command", [(), ("demo",), ("chat",), ("settings",), ("sandbox",)], ids="-".join)
def test_every_command_explains_itself(command: tuple[str, ...], tmp_path: Path) -> None:
    asked = run(tmp_path, *command, "--help")
    assert asked.returncode == 0, asked.stderr
    assert "usage" in asked.stdout.lower()
    assert asked.stderr == ""


def test_the_help_names_every_command(tmp_path: Path) -> None:
    asked = run(tmp_path, "--help")
    for name in ("demo", "chat", "settings", "sandbox"):
        assert f" {name} " in asked.stdout


def test_help_imports_nothing_of_the_program(tmp_path: Path) -> None:
    asked = run(tmp_path, "--help", command=(sys.executable, "-X", "importtime", "-m", "bot"))
    imported = {line.rpartition("|")[2].strip() for line in asked.stderr.splitlines()}
    assert "bot.cli" in imported
    heavy = {"alembic", "babel", "cryptography", "httpx", "pydantic", "sqlalchemy", "starlette", "textual", "uvicorn"}
    assert not imported & (heavy | {"bot.runner", "bot.settings", "sandbox", "conversations"})


def test_a_run_begins_without_what_is_not_set(tmp_path: Path) -> None:
    """Slack, PostgreSQL, a terminal; and the steps of the tables, which only a new database needs."""
    unused = {"slack_bolt", "slack_sdk", "psycopg", "textual", "alembic"}
    looks = f"import sys, bot.service; print(*{unused} & {{*sys.modules}})"
    asked = run(tmp_path, command=(sys.executable, "-c", looks))
    assert (asked.stdout.strip(), asked.stderr) == ("", "")


def test_a_command_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    asked = run(tmp_path, "reservations")
    assert asked.returncode == 2
    assert "Traceback" not in asked.stderr


@pytest.mark.parametrize("command", ["chat", "settings"])
def test_missing_settings_are_one_list_and_no_traceback(command: str, tmp_path: Path) -> None:
    asked = run(tmp_path, command, VIDESK_API_URL="ftp://example.com", DEFAULT_TIMEZONE="Nowhere/Town")
    assert asked.returncode == 2
    assert asked.stdout == ""
    first, *faults = asked.stderr.strip().splitlines()
    assert first == "These settings are wrong:"
    named = [fault.split()[0] for fault in faults]
    assert named == ["VIDESK_API_TOKEN", "VIDESK_API_URL", "VIDESK_REFERRER", "DEFAULT_TIMEZONE"]


def test_the_tour_ends_well_in_a_pipe(tmp_path: Path) -> None:
    toured = run(tmp_path, "demo")
    assert toured.returncode == 0, toured.stderr
    assert toured.stderr == ""
    for words in (
        "What is it for?",
        "has just been taken",
        "Booked. See you then!",
        "Moved.",
        "is cancelled",
        "> /cancel",
    ):
        assert words in toured.stdout
    assert "\x1b" not in toured.stdout


def test_the_tour_speaks_spanish(tmp_path: Path) -> None:
    toured = run(tmp_path, "demo", "--tour", "--locale", "es", "--zone", "America/Santiago")
    assert toured.returncode == 0, toured.stderr
    assert "Reservar una cita" in toured.stdout
    assert "Book an appointment" not in toured.stdout


def test_the_tour_fills_in_the_whole_form_at_once(tmp_path: Path) -> None:
    toured = run(tmp_path, "demo", "--tour", "--form")
    assert toured.returncode == 0, toured.stderr
    assert "is cancelled" in toured.stdout


def test_a_tour_that_fails_says_so_and_exits_with_one(tmp_path: Path) -> None:
    toured = run(tmp_path, "demo", "--tour", command=(sys.executable, "-c", PLANTED))
    assert toured.returncode == 1
    assert "The tour failed: " in toured.stderr
    assert "Traceback" not in toured.stderr


def test_the_tour_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    toured = run(tmp_path, "demo", "--tour", TMPDIR=str(tmp_path / "tmp"))
    assert toured.returncode == 0, toured.stderr
    assert list(tmp_path.rglob("*")) == [tmp_path / "tmp"]


def test_the_sandbox_says_where_it_is_and_stops_when_told(tmp_path: Path) -> None:
    command = [*COMMAND, "sandbox", "--port", "0"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment(tmp_path), stdout=subprocess.PIPE, encoding="utf-8"
    ) as process:
        assert process.stdout is not None
        said = dict(process.stdout.readline().strip().partition("=")[::2] for _ in range(4))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert said["VIDESK_API_URL"].startswith("http://127.0.0.1:")
    assert set(said) == {"VIDESK_API_URL", "VIDESK_API_TOKEN", "VIDESK_REFERRER", "VIDESK_FORM_SEGMENT"}


def test_a_zone_that_there_is_not_is_said_in_a_line(tmp_path: Path) -> None:
    toured = run(tmp_path, "demo", "--tour", "--zone", "Nowhere/Town")
    assert toured.returncode == 2
    assert "America/Santiago" in toured.stderr
    assert "Traceback" not in toured.stderr


def test_a_machine_whose_zone_is_a_rule_has_its_tour(tmp_path: Path) -> None:
    toured = run(tmp_path, "demo", "--tour", TZ="CLT4CLST,M9.1.6/24,M4.1.6/24")
    assert toured.returncode == 0, toured.stderr


CHOSEN = {
    "VIDESK_API_TOKEN": "token",
    "VIDESK_API_URL": "http://127.0.0.1:9",
    "VIDESK_REFERRER": "https://example.com/",
}


@pytest.mark.parametrize("command", ["chat", "settings"])
def test_a_form_that_cannot_be_understood_is_a_wrong_setting(command: str, tmp_path: Path) -> None:
    asked = run(tmp_path, command, command=COMMAND, **CHOSEN, VIDESK_FORM_SEGMENT="one,two")
    assert asked.returncode == 2
    assert "VIDESK_FORM_SEGMENT" in asked.stderr


def test_a_folder_that_cannot_be_written_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    asked = run(
        tmp_path, "chat", command=COMMAND, **CHOSEN, DATA_DIR=str(tmp_path / "file" / "in"), SECRET_KEYS=new_key()
    )
    assert asked.returncode == 2
    assert "cannot be written" in asked.stderr
    assert "Traceback" not in asked.stderr


def test_an_address_of_a_database_elsewhere_makes_no_folder_of_its_password(tmp_path: Path) -> None:
    address = "postgresql://user:p4ssword@example.com/data"
    asked = run(
        tmp_path,
        "chat",
        command=COMMAND,
        **CHOSEN,
        DATA_DIR=str(tmp_path / "data"),
        SECRET_KEYS=new_key(),
        DATABASE_URL=address,
    )
    assert asked.returncode == 2
    assert "p4ssword" not in asked.stderr
    assert not [each for each in tmp_path.rglob("*") if "p4ssword" in each.name]
