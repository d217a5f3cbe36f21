"""The elements and composition objects of Block Kit, with the limits that Slack's reference gives them.

Blocks, and which of them hold which elements, stand in `kit`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from sandbox.slack.shapes import Form, Shape, Tell, anything, by_type, flag, items, number, one_of, string

ID = string(255)
URL = string(3000, form=r"https?://\S+")
DATE = string(10, form=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = string(5, form=r"([01]\d|2[0-3]):[0-5]\d")
KIND = string(40)
USER = string(40)


def text(most: int) -> Form:
    """A plain_text object."""
    return Form({"type": one_of("plain_text"), "text": string(most), "emoji": flag}, ("type", "text"))


def rich(most: int) -> Shape:
    """A text object that may be mrkdwn."""
    marked = Form({"type": one_of("mrkdwn"), "text": string(most), "verbatim": flag}, ("type", "text"))
    return by_type({"plain_text": text(most), "mrkdwn": marked}, "text")


CONFIRM = Form(
    {
        "title": text(100),
        "text": rich(300),
        "confirm": text(30),
        "deny": text(30),
        "style": one_of("primary", "danger"),
    },
    ("title", "text", "confirm", "deny"),
)
DISPATCH = Form({"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 2)})
FILTER = Form(
    {
        "include": items(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    }
)
PLAIN_OPTION = Form({"text": text(75), "value": string(150), "description": text(75)}, ("text", "value"))
RICH_OPTION = Form({"text": rich(75), "value": string(150), "description": rich(75)}, ("text", "value"))
OVERFLOW_OPTION = Form({"text": text(75), "value": string(150), "description": text(75), "url": URL}, ("text", "value"))
OPTION_GROUP = Form({"label": text(75), "options": items(PLAIN_OPTION, 100)}, ("label", "options"))
IMAGE = Form(
    {"type": KIND, "image_url": URL, "slack_file": anything, "alt_text": string(2000)},
    ("alt_text",),
    (lambda value, at, tell: _either(value, at, tell, "image_url", "slack_file"),),
)


def _either(value: Mapping[str, Any], at: str, tell: Tell, one: str, other: str) -> None:
    if (value.get(one) is None) == (value.get(other) is None):
        tell(at, f"exactly one of {one} and {other} is wanted")


def options_of(element: Mapping[str, Any]) -> list[dict[str, Any]]:
    """All options that stand in it, those of groups too."""
    grouped = [option for group in _dicts(element.get("option_groups")) for option in _dicts(group.get("options"))]
    return [*_dicts(element.get("options")), *grouped]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _initial_stands_among_options(value: Any, at: str, tell: Tell) -> None:
    wanted = [value["initial_option"]] if value.get("initial_option") else _dicts(value.get("initial_options"))
    keys = [_key(option) for option in options_of(value)]
    for each in wanted:
        if not isinstance(each, dict) or _key(each) not in keys:
            tell(at, "initial option is not found in the options")


def _key(option: Mapping[str, Any]) -> tuple[Any, Any]:
    said = option.get("text")
    return option.get("value"), said.get("text") if isinstance(said, dict) else None


def _values_differ(value: Any, at: str, tell: Tell) -> None:
    values = sorted(str(option.get("value")) for option in options_of(value))
    for one, next_one in pairwise(values):
        if one == next_one:
            tell(at, f"option values must be unique: {one[:40]}")
            return


def _lengths_agree(value: Any, at: str, tell: Tell) -> None:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        tell(at, "min_length is greater than max_length")


def _element(required: tuple[str, ...] = (), *rules: Shape, **fields: Shape) -> Form:
    return Form({"type": KIND, "action_id": ID, **fields}, required, rules)


def _chooser(required: tuple[str, ...] = (), *rules: Shape, **fields: Shape) -> Form:
    """An element that a person chooses with: it can be focused and ask for confirmation."""
    return _element(required, *rules, focus_on_load=flag, confirm=CONFIRM, **fields)


def _written(required: tuple[str, ...] = (), *rules: Shape, **fields: Shape) -> Form:
    """An element that a person writes in."""
    common: dict[str, Shape] = {"placeholder": text(150), "focus_on_load": flag, "dispatch_action_config": DISPATCH}
    return _element(required, *rules, **common, **fields)


def _select(several: bool, *rules: Shape, **fields: Shape) -> Form:
    most: dict[str, Shape] = {"max_selected_items": number(1, 1000)} if several else {}
    return _chooser((), *rules, placeholder=text(150), **most, **fields)


def _static(several: bool) -> Form:
    initial: dict[str, Shape] = {"initial_option": PLAIN_OPTION}
    if several:
        initial = {"initial_options": items(PLAIN_OPTION, 100)}
    rules = (
        lambda value, at, tell: _either(value, at, tell, "options", "option_groups"),
        _initial_stands_among_options,
        _values_differ,
    )
    offered: dict[str, Shape] = {"options": items(PLAIN_OPTION, 100), "option_groups": items(OPTION_GROUP, 100)}
    return _select(several, *rules, **offered, **initial)


def _ticked(**initial: Shape) -> Form:
    rules = (_initial_stands_among_options, _values_differ)
    return _chooser(("options",), *rules, options=items(RICH_OPTION, 10), **initial)


LENGTH = number(0, 3000)
FOUND: dict[str, Shape] = {"min_query_length": number(0, 1000)}
CONVERSATIONS: dict[str, Shape] = {"default_to_current_conversation": flag, "filter": FILTER}
ONE = one_of("primary", "danger")
BUTTON = _element(
    ("text",), text=text(75), value=string(2000), url=URL, style=ONE, confirm=CONFIRM, accessibility_label=string(75)
)
OVERFLOW = _element(("options",), _values_differ, options=items(OVERFLOW_OPTION, 5), confirm=CONFIRM)
SELECTS: dict[str, Form] = {
    "static_select": _static(several=False),
    "external_select": _select(False, initial_option=PLAIN_OPTION, **FOUND),
    "users_select": _select(False, initial_user=USER),
    "conversations_select": _select(False, initial_conversation=USER, response_url_enabled=flag, **CONVERSATIONS),
    "channels_select": _select(False, initial_channel=USER, response_url_enabled=flag),
}
MULTI_SELECTS: dict[str, Form] = {
    "multi_static_select": _static(several=True),
    "multi_external_select": _select(True, initial_options=items(PLAIN_OPTION, 100), **FOUND),
    "multi_users_select": _select(True, initial_users=items(USER, 100)),
    "multi_conversations_select": _select(True, initial_conversations=items(USER, 100), **CONVERSATIONS),
    "multi_channels_select": _select(True, initial_channels=items(USER, 100)),
}
PICKERS: dict[str, Form] = {
    "datepicker": _chooser(placeholder=text(150), initial_date=DATE),
    "timepicker": _chooser(placeholder=text(150), initial_time=TIME, timezone=string(60)),
    "checkboxes": _ticked(initial_options=items(RICH_OPTION, 10)),
    "radio_buttons": _ticked(initial_option=RICH_OPTION),
}
DATETIME = {"datetimepicker": _chooser(initial_date_time=number(1_000_000_000, 9_999_999_999))}
INPUTS: dict[str, Form] = {
    "plain_text_input": _written(
        (),
        _lengths_agree,
        initial_value=string(3000, 0),
        multiline=flag,
        min_length=LENGTH,
        max_length=number(1, 3000),
    ),
    "email_text_input": _written(initial_value=string(3000, 0)),
    "url_text_input": _written(initial_value=string(3000, 0)),
    "number_input": _written(
        ("is_decimal_allowed",),
        is_decimal_allowed=flag,
        initial_value=string(100, 0),
        min_value=string(100, form=r"-?\d+(\.\d+)?"),
        max_value=string(100, form=r"-?\d+(\.\d+)?"),
    ),
    "rich_text_input": _written(initial_value=anything),
    "file_input": _element(filetypes=items(string(20), 100), max_files=number(1, 10)),
}
ALL_CHOOSERS = {**SELECTS, **MULTI_SELECTS, **PICKERS}
IN_SECTION = {"button": BUTTON, "overflow": OVERFLOW, "image": IMAGE, **ALL_CHOOSERS}
IN_ACTIONS = {"button": BUTTON, "overflow": OVERFLOW, **ALL_CHOOSERS, **DATETIME}
IN_INPUT = {**ALL_CHOOSERS, **DATETIME, **INPUTS}
