"""The table of what happens when: each row is played, and what is played stands there."""

from __future__ import annotations

import test_telegram_groups
import test_telegram_habits
import test_telegram_places
from telegram_table import PLAYED, rows

PLAYING = (test_telegram_groups, test_telegram_habits, test_telegram_places)
"""They mark what they play when they are imported."""


def test_the_table_is_played() -> None:
    assert len(rows()) > 40
    assert sorted(set(PLAYED)) == sorted(rows())
