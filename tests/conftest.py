"""What every test stands on: nothing of the machine it runs on. No fixture for one package lives here."""

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

pytest_plugins = ["canary", "counting", "databases", "idling"]

# Settings, proxies and terminal habits of whoever runs the tests must not reach them, nor the processes they start.
FOREIGN = (
    *(
        "ADMIN_",
        "DATABASE_",
        "DATA_",
        "DEFAULT_",
        "FORM_",
        "HTTP_",
        "LOG_",
        "PUBLIC_",
        "SECRET_",
        "SLACK_",
        "TELEGRAM_",
    ),
    *("VIDESK_", "XDG_", "http_", "https_", "HTTPS_", "ALL_PROXY", "all_proxy"),
    *("COLUMNS", "LINES", "FORCE_COLOR", "NO_COLOR", "LANGUAGE", "LC_", "PYTHONPATH"),
)
for name in [name for name in os.environ if name.startswith(FOREIGN)]:
    del os.environ[name]

os.environ["LANG"] = "C.UTF-8"
# Where nobody expects it, 12 hours and 45 minutes from Greenwich: whoever leans on the local zone is found out.
os.environ["TZ"] = "Pacific/Chatham"
time.tzset()

# Unless a test wants otherwise our lines are plain: a traceback with all that its variables held would show secrets.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# A suite that must hold before each commit looks at the same examples each time; `make proof` looks for new ones.
settings.register_profile("check", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("proof", parent=settings.get_profile("check"), derandomize=False, max_examples=1000)
settings.load_profile("check")


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    """Where logs go, from which level on, and what goes there, is forgotten after each test that set it."""
    root, structured = logging.getLogger(), structlog.get_config()
    level, handlers = root.level, root.handlers[:]
    ends = sys.excepthook, threading.excepthook
    yield
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = ends
    root.setLevel(level)
    root.handlers[:] = handlers
    structlog.configure(**structured)


@pytest.fixture(autouse=True)
def _telegrams(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing that any test sends to a stand-in Telegram breaks a limit, and no token comes out in its output.

    The stand-in's own tests break limits on purpose.
    """
    made = sys.modules.get("sandbox.telegram.world")
    worlds: list[Any] = []
    if made:
        begin = made.World.__init__

        def begun(world: Any, *given: Any, **named: Any) -> None:
            begin(world, *given, **named)
            worlds.append(world)

        monkeypatch.setattr(made.World, "__init__", begun)
    yield
    written = "".join(text for _, _, text in request.node._report_sections)
    for world in worlds:
        assert world.token.partition(":")[2] not in written, "the bot's token was written"
        if "tests/sandbox/" not in request.node.nodeid:
            assert not world.complaints, world.complaints


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Data that a test forgets to place lands here, never in the developer's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("home")))
        yield
