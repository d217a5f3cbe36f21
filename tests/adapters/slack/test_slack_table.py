"""The tables of what happens when: each row is played, and what is played stands there."""

from __future__ import annotations

import test_slack_habits
import test_slack_troubles
from slack_table import PLAYED, rows

PLAYING = (test_slack_habits, test_slack_troubles)
"""They mark what they play when they are imported."""


def test_the_tables_are_played() -> None:
    assert len(rows()) > 35
    assert sorted(set(PLAYED)) == sorted(rows())
