"""The table in `docs/telegram.md`, and which of its rows are played. Nothing is tested here."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

PLAYED: list[str] = []


def plays(*rows: str) -> Callable[[T], T]:
    """Marks the test that plays rows of the table, by what a person does."""
    PLAYED.extend(rows)
    return lambda test: test


def rows() -> list[str]:
    text = (Path(__file__).parents[3] / "docs" / "telegram.md").read_text("utf-8")
    table = text.partition("| What a person does |")[2].partition("\n\n")[0]
    return re.findall(r"^\| ([^|]*[^| -]) \|", table, re.MULTILINE)
