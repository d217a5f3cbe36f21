"""Draws every conversation, its questions and what hangs on what, into docs/conversations.md: `make map`.

Everything is read from the code, so that the map cannot be wrong for long; a test holds it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from conversations.forms import Conversation, Field
from conversations.kinds import SILENT, Kind
from conversations.menu import CONVERSATIONS

FILE = Path(__file__).parent.parent / "docs" / "conversations.md"

HEAD = """# Conversations

Drawn from the code by `make map`. A box is a question; an arrow says that the answer below hangs on the one above, and
is taken back with it. Round boxes are never asked: they wait for the calendar. After `/`, what takes an answer back.
"""


def drawn() -> str:
    return "\n".join([HEAD, *(line for each in CONVERSATIONS.values() for line in _conversation(each))])


def _conversation(conversation: Conversation) -> Iterator[str]:
    yield f"## /{conversation.command}\n"
    yield f"{conversation.about.message}.\n"
    if not conversation.fields:
        yield "Nothing is asked: it says what it has to say, and shows the menu.\n"
        return
    yield "```mermaid"
    yield "flowchart TD"
    for field in conversation.fields:
        yield f"    {field.name}{_box(field)}"
        if field.kind is Kind.FORM:
            yield f'    {field.name}_fields["the organisation\'s fields, one by one"]'
            yield f"    {field.name} --> {field.name}_fields"
        for above in field.after:
            yield f"    {above} --> {field.name}"
    yield f"    ending([{_ending(conversation)}])"
    yield f"    {conversation.fields[-1].name} --> ending"
    yield "```\n"


def _box(field: Field) -> str:
    undone = f" / {', '.join(sorted(field.undone_by))}" if field.undone_by else ""
    notes = [word for word, holds in (("optional", field.optional), ("alone: taken unasked", field.sole)) if holds]
    inside = f"{field.name}: {field.kind}{''.join(f', {note}' for note in notes)}{undone}"
    return f'(["{inside}"])' if field.kind in SILENT else f'["{inside}"]'


def _ending(conversation: Conversation) -> str:
    return f'"{conversation.confirm.message}"' if conversation.confirm else '"no summary: the last answer is enough"'


def main(arguments: list[str]) -> int:
    if arguments == ["check"]:
        return 0 if FILE.read_text("utf-8") == drawn() else 1
    FILE.write_text(drawn(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
