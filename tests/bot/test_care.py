"""The verbs for operators, as they are called: what they ask, print and refuse. What they do is tested elsewhere."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adapters import Who
from bot.store import persons, sessions
from bot.store.desk import Desk
from bot.store.store import Store
from bot.store.vault import Vault, new_key
from conversations.offers import Choice
from conversations.people import Person
from conversations.session import Session

ROOT = Path(__file__).parents[2]
KEY = new_key()
VERBS = (("keys",), ("keys", "new"), ("keys", "rotate"), ("backup",), ("restore",), ("forget",), ("export",))


def run(folder: Path, *arguments: str, said: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"HOME": str(folder), "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder)} | more
    command = [sys.executable, "-W", "error", "-m", "bot", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, input=said, capture_output=True, text=True, timeout=100)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with the data of one person."""

    def write(desk: Desk) -> None:
        details = {"email": Choice("somebody@mail.example.com")}
        contact = persons.add(desk, Who("telegram", "", "123456789"), Person(details=details))
        sessions.save(desk, contact.id, Session(key=contact.key))

    async def filled() -> None:
        store = await Store.open(f"sqlite:///{tmp_path / 'booking-bot.db'}", Vault([KEY]))
        await store.transact("written", write)
        await store.close()

    asyncio.run(filled())
    return tmp_path


@pytest.mark.parametrize("verb", VERBS, ids="-".join)
def test_every_verb_explains_itself(verb: tuple[str, ...], tmp_path: Path) -> None:
    asked = run(tmp_path, *verb, "--help")
    assert asked.returncode == 0, asked.stderr
    assert "usage" in asked.stdout.lower()


def test_somebody_is_told_and_forgotten_and_then_unknown(kept: Path) -> None:
    told = run(kept, "export", "telegram:123456789", SECRET_KEYS=KEY)
    assert "email: somebody@mail.example.com" in told.stdout
    refused = run(kept, "forget", "telegram:123456789", said="n\n", SECRET_KEYS=KEY)
    assert refused.returncode == 1
    assert "stays booked" in refused.stdout
    forgotten = run(kept, "forget", "telegram:123456789", said="y\n", SECRET_KEYS=KEY)
    assert forgotten.returncode == 0, forgotten.stderr
    assert "Nothing is kept of this person any more" in forgotten.stdout
    for verb in (("export",), ("forget", "--yes")):
        unknown = run(kept, *verb, "telegram:123456789", SECRET_KEYS=KEY)
        assert unknown.returncode == 0, unknown.stderr
        assert "Nobody of that name is known here" in unknown.stdout


@pytest.mark.parametrize(
    "verb", [("export", "x:1"), ("forget", "x:1", "--yes"), ("backup", "copy"), ("keys", "rotate")]
)
def test_without_the_right_key_every_verb_refuses_with_the_cure(verb: tuple[str, ...], kept: Path) -> None:
    before = (kept / "booking-bot.db").read_bytes()
    wrong = f"{new_key()},{new_key()}"
    refused = run(kept, *verb, SECRET_KEYS=wrong)
    assert refused.returncode == 2
    assert "last in SECRET_KEYS" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not any(key in refused.stdout + refused.stderr for key in wrong.split(","))
    assert (kept / "booking-bot.db").read_bytes() == before


def test_a_key_that_is_printed_is_one(tmp_path: Path) -> None:
    key = run(tmp_path, "keys", "new").stdout.strip()
    assert Vault([key]).newest(Vault([key]).seal("a", 1, b"b"))


def test_what_is_wrong_with_the_settings_is_said_and_no_calendar_is_asked_for(tmp_path: Path) -> None:
    refused = run(tmp_path, "export", "x:1", DEFAULT_TIMEZONE="Nowhere/Town")
    assert refused.returncode == 2
    assert refused.stderr.splitlines() == [
        "These settings are wrong:",
        "  DEFAULT_TIMEZONE must name a zone of the tz database, such as America/Santiago",
    ]
