"""The reply markups that a bot may send: checked, and put in the form in which Telegram keeps them.

Where they are shown stands in `chats`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.telegram.errors import BUTTON_DATA_INVALID, MARKUP_TOO_LONG, Refusal, malformed
from sandbox.telegram.text import url_fault

Markup = Mapping[str, Any]

MOST_BUTTONS = 100
READABLE_ROW = 8
"""More in a row still pass, but nobody can read them on a telephone."""
LARGEST_MARKUP = 10_000
"""Bytes of its JSON; the server says no number, only that it is too long."""
LONGEST_DATA = 64
ACTIONS = frozenset(
    {
        *("url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat"),
        *("switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"),
    }
)
FLAGS = ("resize_keyboard", "one_time_keyboard", "selective", "is_persistent", "force_reply", "remove_keyboard")


def check_markup(markup: object, complain: Callable[[str], None]) -> Markup | None:
    """Raises Refusal; complains of what passes but should not be sent. None if there is no keyboard in it."""
    if markup is None or markup == "":
        return None
    if not isinstance(markup, dict):
        raise malformed("object expected as reply markup")
    for flag in FLAGS:
        if not isinstance(markup.get(flag, False), bool):
            raise malformed(f'field "{flag}" must be of type Boolean')
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"], complain)
    if "keyboard" in markup:
        return _reply(markup, complain)
    if markup.get("remove_keyboard") or markup.get("force_reply"):
        return dict(markup)
    return None


def _rows(rows: object, name: str, complain: Callable[[str], None]) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise malformed(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise malformed(f'field "{name}" must be an Array of Arrays')
    if any(len(row) > READABLE_ROW for row in rows):
        complain(f"more than {READABLE_ROW} buttons in a row")
    if sum(len(row) for row in rows) > MOST_BUTTONS:
        raise MARKUP_TOO_LONG
    return [row for row in rows if row]


def _inline(given: object, complain: Callable[[str], None]) -> Markup | None:
    rows = [[_inline_button(button) for button in row] for row in _rows(given, "inline_keyboard", complain)]
    if not rows:
        return None
    markup = {"inline_keyboard": rows}
    if size(markup) > LARGEST_MARKUP:
        raise MARKUP_TOO_LONG
    return markup


def size(markup: Markup) -> int:
    return len(json.dumps(markup, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def _cant_parse(why: str) -> Refusal:
    return malformed(f"can't parse inline keyboard button: {why}")


def _inline_button(button: object) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _cant_parse("expected an Object")
    if "text" not in button:
        raise _cant_parse('Can\'t find field "text"')
    if not isinstance(button["text"], str):
        raise _cant_parse('Field "text" must be of type String')
    if not button["text"].strip():
        raise malformed("inline keyboard button text must be non-empty")
    kept = {name: value for name, value in button.items() if value is not None}
    actions = [name for name in kept if name in ACTIONS and kept[name] not in ("", False)]
    if not actions:
        raise _cant_parse("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _cant_parse("exactly one of the optional fields must be used")
    _check_action(actions[0], kept[actions[0]])
    return kept


def _check_action(action: str, value: Any) -> None:
    match action:
        case "callback_data":
            if not isinstance(value, str):
                raise _cant_parse('Field "callback_data" must be of type String')
            if len(value.encode("utf-8", "surrogatepass")) > LONGEST_DATA:
                raise BUTTON_DATA_INVALID
        case "url":
            if fault := url_fault(str(value)):
                raise malformed(f"inline keyboard button URL '{value}' is invalid: {fault}")
        case "web_app":
            url = value.get("url") if isinstance(value, dict) else value
            if not str(url).startswith("https://"):
                raise malformed(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
        case "copy_text":
            text = value.get("text") if isinstance(value, dict) else None
            if not isinstance(text, str) or not 1 <= len(text) <= 256:
                raise malformed("BUTTON_COPY_TEXT_INVALID")
        case "pay" | "callback_game":
            raise malformed("BUTTON_TYPE_INVALID")
        case _:
            pass


def _reply(markup: Markup, complain: Callable[[str], None]) -> Markup:
    rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"], "keyboard", complain)]
    placeholder = markup.get("input_field_placeholder")
    if placeholder is not None and not 1 <= len(str(placeholder)) <= 64:
        complain("a placeholder has 1 to 64 characters")
    if not rows:
        raise malformed("keyboard can't be empty")
    return {**markup, "keyboard": rows}


def _reply_button(button: object) -> dict[str, Any]:
    made = {"text": button} if isinstance(button, str) else button
    if not isinstance(made, dict) or not isinstance(made.get("text"), str):
        raise malformed("can't parse keyboard button: Can't find field \"text\"")
    if not made["text"].strip():
        raise malformed("keyboard button text must be non-empty")
    return made


def buttons(markup: Markup | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each inline button with the number of its row."""
    for number, row in enumerate((markup or {}).get("inline_keyboard", ())):
        for button in row:
            yield number, button
