"""The canary sings: a test that lets a secret out fails, and one that keeps it does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

HERE = Path(__file__).parent

KEPT = """
import logging, sqlite3
from io import StringIO
from slack_sdk.web.async_client import AsyncWebClient
from adapters.telegram.intake import Hook
from bot.logs import configure
from bot.store.vault import Vault, new_key
from bot.tokens import Tokens
from bot.words import Words
from conversations.events import Filled, Typed
from conversations.texts import say

TOKEN, EMAIL = "opaque-token-0123456789", "somebody@mail.example.com"
FILLED, PATH = "somebody.else@mail.example.com", "/telegram/path-that-nobody-knows"

def keeping():
    Tokens(action=TOKEN, access="x")
    Typed(None, EMAIL)
    key = new_key()
    vault = Vault([key])
    Filled(None, 1, {"form.email": FILLED})
    Hook("https://example.com", PATH, "secret-of-the-webhook")
    AsyncWebClient("xoxb-0123456789-canary")
    configure("INFO", stream=StringIO())
    return key
"""
LEAKS = {
    "a token printed": "print(TOKEN)",
    "a key printed": "print(key)",
    "an answer printed": "print(EMAIL)",
    "an answer of a form printed": "print(FILLED)",
    "the path of a webhook printed": "print(PATH)",
    "the secret of a webhook printed": 'print("secret-of-the-webhook")',
    "a token of Slack printed": 'print("xoxb-0123456789-canary")',
    "a token logged": 'logging.getLogger("x").warning("it is %s", TOKEN)',
    "a token told": 'Words("en", "UTC").say(say("it is {token}", token=TOKEN))',
    "an answer in a database": (
        'base = sqlite3.connect(tmp_path / "x.db"); base.execute("CREATE TABLE t AS SELECT ? AS a", (EMAIL,)); '
        "base.commit(); base.close()"
    ),
    "a token in a log file": '(tmp_path / "chat.log").write_text(TOKEN)',
}
HARMLESS = {
    "nothing": "pass",
    "an answer told": 'Words("en", "UTC").say(say("it is {mail}", mail=EMAIL))',
    "an answer that our logs take out": 'logging.getLogger("x").warning("it is %s", EMAIL)',
    "a key in its own file": '(tmp_path / "secret_keys").write_text(key)',
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of a run of all of them, by the name of each; why, where one failed."""
    folder = tmp_path_factory.mktemp("canary")
    ways = {**LEAKS, **HARMLESS}
    tests = [
        f"def test_{number}(tmp_path):\n    key = keeping()\n    {way}\n" for number, way in enumerate(ways.values())
    ]
    (folder / "test_it.py").write_text("\n".join([KEPT, *tests]))
    options = ["-p", "canary", "-p", "no:cacheprovider", "-p", "no:randomly", "-c", os.devnull, "--rootdir", "."]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parent)])}
    command = [sys.executable, "-m", "pytest", "-q", "-rA", *options, "--junitxml=report.xml", "test_it.py"]
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=100)
    cases = ElementTree.parse(folder / "report.xml").getroot().iter("testcase")
    return {name: "".join(case.itertext()) for name, case in zip(ways, cases, strict=True)}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_secret_that_is_let_out_fails_the_run(leak: str, outcomes: dict[str, str]) -> None:
    assert "A secret was seen in" in outcomes[leak]


@pytest.mark.parametrize("harmless", HARMLESS)
def test_a_secret_that_is_kept_does_not(harmless: str, outcomes: dict[str, str]) -> None:
    assert outcomes[harmless] == ""
