"""Pictures kept in files, compared with what is drawn now, or written anew. Nothing is drawn nor tested here."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
UPDATING = os.environ.get("SNAPSHOTS") == "update"
"""`make snapshots` writes them anew; what has changed is then read in the diff, by people."""


def changed(drawn: Mapping[Path, str]) -> list[str]:
    """Those that look different from what was seen last, or were never seen."""
    if UPDATING:
        for file, text in drawn.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, "utf-8")
    return [_named(file) for file, text in drawn.items() if not file.exists() or file.read_text("utf-8") != text]


def left(folder: Path, drawn: Mapping[Path, str]) -> list[str]:
    """Those in a folder, of what is no more drawn."""
    gone = set(folder.rglob("*.txt")) - drawn.keys()
    if UPDATING:
        for file in gone:
            file.unlink()
    return sorted(_named(file) for file in gone if file.exists())


def _named(file: Path) -> str:
    return file.relative_to(HERE).as_posix()
