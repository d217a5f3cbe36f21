"""How a label stands before what it names, in a line."""

from __future__ import annotations


def named(label: str) -> str:
    """With what parts it from the value: a question needs no colon."""
    return label + (" " if label.endswith(("?", "؟", ":")) else ": ")
