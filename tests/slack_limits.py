"""Whether Slack would take what is drawn, as its reference of Block Kit has it. Nothing is tested here."""

from __future__ import annotations

from typing import Any

from adapters.slack.render import message, modal
from bot.words import Words
from conversations.screens import Screen
from sandbox.slack.kit import Surface, check_blocks, check_view


def sound(screen: Screen, words: Words) -> None:
    """Slack's limits, for whatever is sent; and no text that Slack would parse."""
    view, written = modal(screen, words), message(screen, words)
    assert check_view({**view, "external_id": "b-1"}, Surface.MODAL) == []
    assert check_blocks(written["blocks"], Surface.MESSAGE) == []
    assert 0 < len(written["text"]) <= 3000
    assert "mrkdwn" not in kinds(view) | kinds(written["blocks"])


def kinds(value: Any) -> set[str]:
    match value:
        case dict():
            return {str(value.get("type"))}.union(*(kinds(each) for each in value.values()))
        case list():
            return set().union(*(kinds(each) for each in value))
    return set()


def texts(value: Any) -> list[str]:
    """All that is written, at any depth."""
    match value:
        case {"type": "plain_text" | "text", "text": str(text)}:
            return [text]
        case dict():
            return [text for each in value.values() for text in texts(each)]
        case list():
            return [text for each in value for text in texts(each)]
    return []
