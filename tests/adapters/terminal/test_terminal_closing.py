"""A terminal that is closed takes the program with it, whoever leads its session."""

import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATIENCE = 60.0


def read_until(terminal: int, words: bytes) -> bytes:
    seen = b""
    while words not in seen:
        assert select.select([terminal], [], [], PATIENCE)[0], f"only {seen!r} is to be seen"
        seen += os.read(terminal, 65_536)
    return seen


def test_a_program_ends_when_its_terminal_is_closed(tmp_path: Path) -> None:
    """As under make or a shell that leads the session: the system tells them, and not us."""
    ours, its = pty.openpty()
    program = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--locale", "en", "--zone", "UTC"],
        stdin=its,
        stdout=its,
        stderr=its,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "TMPDIR": str(tmp_path), "COLUMNS": "80"},
    )
    os.close(its)
    try:
        read_until(ours, b"Type here")
        os.close(ours)
        assert program.wait(PATIENCE) == -signal.SIGTERM
    finally:
        program.kill()
        program.wait()
