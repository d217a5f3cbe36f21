"""The terminal's own streams: what is typed at a keyboard, what a pipe or an old terminal takes."""

import io
import os
import sys

import pytest

from adapters.terminal.app import keyboard, printer


async def test_the_keyboard_yields_lines_until_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("/book\n\n1\nlast"))
    assert [line async for line in keyboard()] == ["/book", "", "1", "last"]


def test_what_an_encoding_lacks_is_a_question_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="latin-1"))
    printer()("── ¿Qué …?\n")
    assert written.getvalue() == "?? ¿Qué ??\n".encode("latin-1")


def test_where_nobody_reads_any_more_nothing_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        write = printer()
        write("one")
        write("two")
