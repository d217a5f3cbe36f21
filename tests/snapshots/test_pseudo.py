"""Every screen in a language that is long, accented and of both directions: nothing breaks, and all is translated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from snapshot_booth import ZONE
from test_snapshots import HERE, UPDATING, screens

from adapters.cutting import size
from adapters.telegram.render import BUTTONS, LABEL, render
from adapters.telegram.runs import TEXT
from adapters.terminal.cells import cells
from adapters.terminal.lines import Ink, asked_lines, busy_lines, page_lines
from adapters.terminal.render import draw
from bot.words import Words
from conversations.texts import Text, say
from pseudo import LOCALE, catalogues

WIDTHS = (40, 80)
KEPT = ("book-summary", "book-days", "book-hours", "book-form-whole", "appointments-one", "privacy", "timezone")
"""Those that are kept to be looked at."""


@lru_cache(maxsize=1)
def words() -> Words:
    return Words(LOCALE, ZONE, catalogues(Path(mkdtemp())))


def printed(name: str, width: int) -> list[str]:
    screen, whole = screens()[name]
    page = draw(screen, words(), whole_form=whole)
    lines = [*page_lines(page, width, Ink()), *(busy_lines(page, width, Ink()) if page.busy else ())]
    for asked in page.form:
        lines += ["", *asked_lines(asked, width, Ink(), empty=words().say(say("Leave it empty to skip.")))]
    return lines


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_of_the_terminal_is_longer_than_the_paper(width: int) -> None:
    found = {name: max(map(cells, printed(name, width)), default=0) for name in screens()}
    assert {name: length for name, length in found.items() if length > width} == {}


def test_every_message_of_telegram_keeps_to_its_limits() -> None:
    for name, (screen, _) in screens().items():
        message = render(screen, words())
        assert size(message.text) <= TEXT, name
        buttons = [each for row in message.keyboard for each in row]
        assert len(buttons) <= BUTTONS, name
        assert all(0 < size(each["text"]) <= LABEL for each in buttons), name
        assert all(len(each.get("callback_data", "").encode()) <= 64 for each in buttons), name


def untranslated(name: str) -> Iterator[str]:
    """Labels and sentences of our own that stand there without their brackets."""
    screen, _ = screens()[name]
    for each in (screen.title, *screen.lines, screen.notice, *(label for label, _ in screen.rows)):
        if isinstance(each, Text):
            said = words().say(each)
            if not said.startswith("["):
                yield said


def test_every_sentence_is_translated() -> None:
    assert {name: found for name in screens() if (found := list(untranslated(name)))} == {}


@pytest.mark.parametrize("name", KEPT)
def test_a_screen_looks_as_it_was_seen_last(name: str) -> None:
    file, text = HERE / "pseudo" / f"{name}.txt", "\n".join(printed(name, 80)) + "\n"
    if UPDATING:
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert file.read_text("utf-8") == text
