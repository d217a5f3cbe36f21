"""On every screen there is, a menu can be answered by the number beside a button and by its words, in any language."""

from __future__ import annotations

from collections import Counter

import pytest
from snapshot_booth import ZONE
from test_snapshots import screens

from bot import reading
from bot.words import Words
from chatting import NOW
from conversations.events import Tapped
from conversations.kinds import NUMBERS_ANSWER, Kind
from conversations.screens import Screen

LOCALES = ("en", "ar", "de", "es", "fr", "it", "pt-BR")
NUMERALS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def pressed(screen: Screen, line: str, locale: str) -> str | None:
    heard = reading.hear(screen, line, locale, ZONE, NOW)
    return heard.token if isinstance(heard, Tapped) else None


@pytest.mark.parametrize("locale", LOCALES)
def test_every_button_is_pressed_by_its_number(locale: str) -> None:
    for name, (screen, _) in screens().items():
        question = screen.question(screen.focus)
        if question and question.kind in NUMBERS_ANSWER:
            continue
        for place, button in enumerate(screen.menu(), 1):
            assert pressed(screen, str(place), locale) == button.token, (name, place)
            assert pressed(screen, str(place).translate(NUMERALS), locale) == button.token, (name, place)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_button_is_pressed_by_its_words(locale: str) -> None:
    """But where words are the answer: there, one asks. Two that are called the same are asked about, too."""
    words = Words(locale, ZONE)
    for name, (screen, _) in screens().items():
        question = screen.question(screen.focus)
        if question and question.kind in (Kind.TEXT, Kind.LINES, Kind.NUMBER):
            continue
        labels = {button.token: words.say(button.label) for button in screen.menu()}
        often = Counter(label.casefold() for label in labels.values())
        for token, label in labels.items():
            found = pressed(screen, label.upper(), locale)
            assert found == (token if often[label.casefold()] == 1 else None), (name, label)
