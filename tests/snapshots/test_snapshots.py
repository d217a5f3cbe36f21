"""Every kind of screen as the plain terminal prints it, in each language, wide and narrow, as it was seen last."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from snapshot_booth import ZONE, booth
from snapshot_files import HERE, changed, left
from snapshot_scenes import SCENES

from adapters.terminal.lines import Ink, asked_lines, busy_lines, page_lines
from adapters.terminal.render import draw
from bot.words import Words
from conversations.screens import Screen
from conversations.texts import Text, say

ROOT = HERE.parent.parent
LOCALES = ("en", "es")
WIDTHS = (40, 80)


@lru_cache(maxsize=1)
def screens() -> dict[str, tuple[Screen, bool]]:
    with booth() as opened:
        return {scene.name: (scene.screen(opened), scene.whole) for scene in SCENES}


def printed(screen: Screen, whole: bool, words: Words, width: int) -> str:
    ink = Ink()
    page = draw(screen, words, whole_form=whole)
    lines = [*page_lines(page, width, ink)]
    if page.busy:
        lines += ["~ while it is busy:", *busy_lines(page, width, ink)]
    for asked in page.form:
        lines += ["", *asked_lines(asked, width, ink, empty=words.say(say("Leave it empty to skip.")))]
    return "\n".join(lines) + "\n"


def snapshots() -> dict[Path, str]:
    return {
        HERE / locale / str(width) / f"{name}.txt": printed(screen, whole, words, width)
        for locale, words in ((each, Words(each, ZONE)) for each in LOCALES)
        for width in WIDTHS
        for name, (screen, whole) in screens().items()
    }


@pytest.mark.parametrize("locale", LOCALES)
def test_every_screen_looks_as_it_was_seen_last(locale: str) -> None:
    drawn = {file: text for file, text in snapshots().items() if file.is_relative_to(HERE / locale)}
    assert changed(drawn) == [], "`make snapshots` draws them anew"


@pytest.mark.parametrize("locale", LOCALES)
def test_no_snapshot_is_left_of_a_screen_that_is_no_more(locale: str) -> None:
    assert left(HERE / locale, snapshots()) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_longer_than_the_paper(width: int) -> None:
    pages = {file: text for file, text in snapshots().items() if file.parent.name == str(width)}
    assert [file.name for file, text in pages.items() if max(map(len, without_addresses(text))) > width] == []


def without_addresses(text: str) -> list[str]:
    """They stand in one piece, however long they are, so that they can be copied."""
    return [line for line in text.splitlines() if not line.strip().startswith("https://")]


# Which sentences have been seen

SAYING = {"say": 0, "say_many": 0, "say_in": 1}
ELSEWHERE = {
    "Something has changed since. How it stands now is said in a newer message.": "of an older message, where any last",
    "Is this right?": "of a conversation that says nothing of its own",
    "Yes": "of a conversation that says nothing of its own",
    "See what I can do": "of the menu, which is on no menu: platforms list it among their commands",
    "Take up an appointment from an e-mail": "of a conversation that is on no menu, either",
}


def sentences() -> Iterator[tuple[str, str]]:
    """All that the conversations can say, by file."""
    for file in sorted((ROOT / "conversations").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                message = node.args[SAYING[node.func.id]]
                if isinstance(message, ast.Constant):
                    yield file.name, str(message.value)


def said(value: Any) -> Iterator[str]:
    """Every sentence in a screen, and in what stands in its sentences."""
    match value:
        case Text():
            yield value.message
            yield from said(tuple(value.values.values()))
        case tuple() | list():
            for each in value:
                yield from said(each)
        case _ if hasattr(value, "__dataclass_fields__"):
            for name in value.__dataclass_fields__:
                yield from said(getattr(value, name))


def test_every_sentence_has_been_seen() -> None:
    seen = set(said([screen for screen, _ in screens().values()]))
    assert [(file, each) for file, each in sentences() if each not in seen and each not in ELSEWHERE] == []
