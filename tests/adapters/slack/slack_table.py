"""The table in `docs/slack.md`, and which of its rows are played. Nothing is tested here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PLAYED: list[str] = []


def plays(*rows: str) -> Callable[[T], T]:
    """Marks the test that plays rows of the table, by what happens."""
    PLAYED.extend(rows)
    return lambda test: test


def rows() -> list[str]:
    """What stands in the first column of the tables of what happens when."""
    text = (Path(__file__).parents[3] / "docs" / "slack.md").read_text("utf-8")
    tables = re.findall(r"^\| What .*? \|.*?\n\n", text + "\n\n", re.MULTILINE | re.DOTALL)
    found = [row for table in tables for row in re.findall(r"^\| ([^|]*[^| -]) \|", table, re.MULTILINE)]
    return [each for each in found if not each.startswith("What ")]
