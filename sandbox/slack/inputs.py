"""What stands in the inputs of a view or message: kept by block_id and action_id, as Slack writes it, and as drawn.

What Slack's programs themselves refuse before they send it is found here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import urlsplit

from sandbox.slack.drawing import Element, elements
from sandbox.slack.elements import options_of

WRITTEN = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
PICKED: Mapping[str, tuple[str, str]] = {
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
    **dict.fromkeys(WRITTEN, ("value", "initial_value")),
}
"""By kind: under which name its content stands in the state, and under which its first content in the element."""
SEVERAL = frozenset(kind for kind, (name, _) in PICKED.items() if name.endswith("s"))
EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
REQUIRED = "Please complete this required field."
State = dict[tuple[str, str], Any]


@dataclass
class Inputs:
    """What stands in the inputs now."""

    state: State = field(default_factory=dict)
    kinds: dict[tuple[str, str], str] = field(default_factory=dict)

    def redraw(self, blocks: Sequence[Mapping[str, Any]]) -> None:
        """New blocks: what stands where the same input stood before stays; others begin with what they bring."""
        stateful = [element for element in elements(blocks) if element.kind in PICKED]
        state: State = {}
        for element in stateful:
            kept = self.kinds.get(element.key) == element.kind
            state[element.key] = self.state[element.key] if kept else _initial(element)
        self.state = state
        self.kinds = {element.key: element.kind for element in stateful}

    @property
    def values(self) -> dict[str, dict[str, Any]]:
        """Slack's `state.values`."""
        shown: dict[str, dict[str, Any]] = {}
        for (block, action), content in self.state.items():
            kind = self.kinds[block, action]
            shown.setdefault(block, {})[action] = {"type": kind, PICKED[kind][0]: content}
        return shown

    def drawn(self, element: Element) -> str:
        return _drawn(self.state.get(element.key))

    def put(self, element: Element, value: Any) -> None:
        """What a person writes or chooses. Raises LookupError if that can't be chosen."""
        self.state[element.key] = _content(element, value)

    def refused(self, among: Iterable[Element]) -> dict[str, str]:
        """What Slack's programs refuse to submit: a sentence by block_id."""
        found = {element.block_id: _refusal(element, self.state.get(element.key)) for element in among}
        return {block: why for block, why in found.items() if why}


def _initial(element: Element) -> Any:
    value = element.raw.get(PICKED[element.kind][1])
    return [] if value is None and element.kind in SEVERAL else value


def _drawn(content: Any) -> str:
    match content:
        case None:
            return ""
        case dict():
            return str(content.get("text", {}).get("text", "")) if "text" in content else "…"
        case list():
            return ", ".join(_drawn(each) for each in content)
        case _:
            return str(content)


def _content(element: Element, value: Any) -> Any:
    if value is None or value in ("", []):
        return [] if element.kind in SEVERAL else None
    match value:
        case datetime() if element.kind == "datetimepicker":
            return int(value.astimezone(UTC).timestamp())
        case datetime():
            raise LookupError(f"no instant fits a {element.kind}")
        case date():
            return value.isoformat()
        case time():
            return f"{value:%H:%M}"
    if element.kind in WRITTEN:
        return str(value)
    if PICKED[element.kind][0] == "selected_option":
        return option(element, value)
    if PICKED[element.kind][0] == "selected_options":
        chosen = [value] if isinstance(value, str) else value
        return [option(element, each) for each in chosen]
    return value


def option(element: Element, what: Any) -> dict[str, Any]:
    """By its text or its value. Raises LookupError; an option of an external menu is taken as it is given."""
    if isinstance(what, dict):
        return what
    for each in options_of(element.raw):
        if what in (each["text"]["text"], each["value"]):
            return each
    raise LookupError(
        f"no option {what!r} in {element.label!r}: {[each['text']['text'] for each in options_of(element.raw)]}"
    )


def _refusal(element: Element, content: Any) -> str | None:
    if not element.is_input:
        return None
    if content is None or content in ("", []):
        return None if element.block.get("optional") else REQUIRED
    match element.kind:
        case "email_text_input":
            return None if EMAIL.fullmatch(content) else "Please enter a valid email address."
        case "url_text_input":
            return None if _is_url(content) else "Please enter a valid URL."
        case "number_input":
            return _number_refusal(element.raw, content)
        case "plain_text_input":
            return _length_refusal(element.raw, content)
        case kind if kind.startswith("multi_") and len(content) > element.raw.get("max_selected_items", len(content)):
            return f"Please choose no more than {element.raw['max_selected_items']}."
        case _:
            return None


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and parts.netloc and "." in parts.netloc) and not re.search(r"\s", text)


def _number_refusal(raw: Mapping[str, Any], content: str) -> str | None:
    form = r"-?\d+(\.\d+)?" if raw["is_decimal_allowed"] else r"-?\d+"
    if not re.fullmatch(form, content, re.ASCII):
        return "Please enter a valid number."
    if "min_value" in raw and float(content) < float(raw["min_value"]):
        return f"Please enter a number of at least {raw['min_value']}."
    if "max_value" in raw and float(content) > float(raw["max_value"]):
        return f"Please enter a number of at most {raw['max_value']}."
    return None


def _length_refusal(raw: Mapping[str, Any], content: str) -> str | None:
    least, most = raw.get("min_length", 0), raw.get("max_length", 3000)
    if len(content) < least:
        return f"Please enter at least {least} characters."
    return f"Please enter no more than {most} characters." if len(content) > most else None
