"""Block Kit's forms and limits in the stand-in: what Slack's reference allows goes, one more does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_playing import actions, button, home, modal, option, plain, playing, question, section

from sandbox.slack.kit import Surface, check_blocks, check_view, too_large

MESSAGE, MODAL, HOME = Surface.MESSAGE, Surface.MODAL, Surface.HOME
Made = Callable[[int], Any]


def select(count: int = 1, **rest: Any) -> dict[str, Any]:
    return {"type": "static_select", "options": [option(f"Option {n}") for n in range(count)], **rest}


def text_of(length: int) -> str:
    return "x" * length


def in_blocks(*blocks: Any, surface: Surface = MODAL) -> list[str]:
    return check_blocks(list(blocks), surface)


def rich(*runs: Any, kind: str = "rich_text_section") -> dict[str, Any]:
    return {"type": "rich_text", "elements": [{"type": kind, "elements": list(runs)}]}


LENGTHS: dict[str, tuple[int, Made]] = {
    "a section's text": (3000, lambda n: section(text_of(n))),
    "a section's mrkdwn": (3000, lambda n: section(text_of(n), "mrkdwn")),
    "a field of a section": (2000, lambda n: {"type": "section", "fields": [plain(text_of(n))]}),
    "a header": (150, lambda n: {"type": "header", "text": plain(text_of(n))}),
    "a context's text": (3000, lambda n: {"type": "context", "elements": [plain(text_of(n))]}),
    "a block_id": (255, lambda n: section("x", block_id=text_of(n))),
    "an action_id": (255, lambda n: actions(button("x", text_of(n)))),
    "a button's label": (75, lambda n: actions(button(text_of(n)))),
    "a button's value": (2000, lambda n: actions(button("x", value=text_of(n)))),
    "a button's address": (3000, lambda n: actions(button("x", url="https://" + text_of(n - 8)))),
    "a button's words for screen readers": (75, lambda n: actions(button("x", accessibility_label=text_of(n)))),
    "an option's text": (75, lambda n: actions(select() | {"options": [option(text_of(n), "v")]})),
    "an option's value": (150, lambda n: actions(select() | {"options": [option("x", text_of(n))]})),
    "an option's description": (
        75,
        lambda n: actions(select() | {"options": [option("x") | {"description": plain(text_of(n))}]}),
    ),
    "a group's label": (
        75,
        lambda n: actions(
            {"type": "static_select", "option_groups": [{"label": plain(text_of(n)), "options": [option("x")]}]}
        ),
    ),
    "a placeholder": (150, lambda n: actions(select(placeholder=plain(text_of(n))))),
    "an input's label": (2000, lambda n: question(text_of(n), name="q")),
    "an input's hint": (2000, lambda n: question("x", hint=plain(text_of(n)))),
    "an image's words": (
        2000,
        lambda n: {"type": "image", "image_url": "https://example.com/a", "alt_text": text_of(n)},
    ),
    "a confirmation's title": (100, lambda n: actions(button("x", confirm=confirm(title=plain(text_of(n)))))),
    "a confirmation's text": (300, lambda n: actions(button("x", confirm=confirm(text=plain(text_of(n)))))),
    "a confirmation's yes": (30, lambda n: actions(button("x", confirm=confirm(confirm=plain(text_of(n)))))),
    "a confirmation's no": (30, lambda n: actions(button("x", confirm=confirm(deny=plain(text_of(n)))))),
}


def confirm(**rest: Any) -> dict[str, Any]:
    return {"title": plain("Sure?"), "text": plain("Really?"), "confirm": plain("Yes"), "deny": plain("No"), **rest}


@pytest.mark.parametrize("what", LENGTHS)
def test_a_text_may_be_as_long_as_the_reference_says_and_no_longer(what: str) -> None:
    most, made = LENGTHS[what]
    assert in_blocks(made(most)) == []
    (told,) = in_blocks(made(most + 1))
    assert f"must be less than {most + 1} characters" in told


COUNTS: dict[str, tuple[int, Made]] = {
    "elements in actions": (25, lambda n: actions(*(button(f"B{i}", f"a{i}") for i in range(n)))),
    "elements in context": (10, lambda n: {"type": "context", "elements": [plain("x")] * n}),
    "fields in a section": (10, lambda n: {"type": "section", "fields": [plain("x")] * n}),
    "options in a menu": (100, lambda n: actions(select(n))),
    "groups in a menu": (
        100,
        lambda n: actions(
            {
                "type": "static_select",
                "option_groups": [{"label": plain("G"), "options": [option(f"O{i}")]} for i in range(n)],
            }
        ),
    ),
    "options in a group": (
        100,
        lambda n: actions(
            {
                "type": "static_select",
                "option_groups": [{"label": plain("G"), "options": [option(f"O{i}") for i in range(n)]}],
            }
        ),
    ),
    "boxes": (10, lambda n: actions({"type": "checkboxes", "options": [option(f"O{i}") for i in range(n)]})),
    "radio buttons": (10, lambda n: actions({"type": "radio_buttons", "options": [option(f"O{i}") for i in range(n)]})),
    "choices of an overflow menu": (
        5,
        lambda n: section("x", accessory={"type": "overflow", "options": [option(f"O{i}") for i in range(n)]}),
    ),
}


@pytest.mark.parametrize("what", COUNTS)
def test_there_may_be_as_many_as_the_reference_says_and_no_more(what: str) -> None:
    most, made = COUNTS[what]
    assert in_blocks(made(most)) == []
    assert any(f"no more than {most} items allowed" in told for told in in_blocks(made(most + 1)))


@pytest.mark.parametrize(("surface", "most"), [(MESSAGE, 50), (MODAL, 100), (HOME, 100)])
def test_a_surface_holds_so_many_blocks(surface: Surface, most: int) -> None:
    assert check_blocks([{"type": "divider"}] * most, surface) == []
    (told,) = check_blocks([{"type": "divider"}] * (most + 1), surface)
    assert told == f"no more than {most} items allowed [json-pointer:/blocks]"


def test_the_place_of_a_fault_is_named() -> None:
    told = in_blocks(section("Hello"), actions(button("Fine"), button(text_of(76))))
    assert told == ["must be less than 76 characters [json-pointer:/blocks/1/elements/1/text/text]"]


WRONG: dict[str, tuple[Any, str]] = {
    "a text that is empty": (section(""), "must be more than 0 characters"),
    "a text that is none": (section("x") | {"text": "x"}, "must provide an object with a type"),
    "a header in mrkdwn": ({"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "must be one of plain_text"),
    "a label in mrkdwn": (question("x") | {"label": {"type": "mrkdwn", "text": "x"}}, "must be one of plain_text"),
    "a button in mrkdwn": (
        actions(button("x") | {"text": {"type": "mrkdwn", "text": "x"}}),
        "must be one of plain_text",
    ),
    "a menu's option in mrkdwn": (
        actions(select() | {"options": [{"text": {"type": "mrkdwn", "text": "x"}, "value": "x"}]}),
        "must be one of plain_text",
    ),
    "a section that says nothing": ({"type": "section"}, "missing required field: text"),
    "actions without elements": ({"type": "actions"}, "missing required field: elements"),
    "actions with none": (actions(), "no fewer than 1 items allowed"),
    "an input without a label": ({"type": "input", "element": {"type": "plain_text_input"}}, "field: label"),
    "an input without an element": ({"type": "input", "label": plain("x")}, "missing required field: element"),
    "a block nobody knows": ({"type": "carousel"}, "unsupported type: carousel"),
    "a block without a type": ({}, "must provide an object with a type"),
    "a block that is none": ("hello", "must provide an object with a type"),
    "a field nobody knows": (section("x", colour="red"), "invalid additional property: colour"),
    "an input among actions": (actions({"type": "plain_text_input"}), "unsupported element: plain_text_input"),
    "a button in an input": (question("x", "button", text=plain("x")), "unsupported element: button"),
    "an input beside a section": (section("x", accessory={"type": "email_text_input"}), "unsupported element"),
    "a style nobody knows": (actions(button("x", style="green")), "must be one of primary, danger"),
    "a number input that says nothing of decimals": (question("x", "number_input"), "field: is_decimal_allowed"),
    "an image without words": ({"type": "image", "image_url": "https://example.com/a"}, "field: alt_text"),
    "an image without an image": ({"type": "image", "alt_text": "x"}, "exactly one of image_url and slack_file"),
    "an address that is none": (actions(button("x", url="javascript:1")), "invalid format"),
    "a day that is none": (actions({"type": "datepicker", "initial_date": "2026-13-01"}), "invalid format"),
    "an hour that is none": (actions({"type": "timepicker", "initial_time": "25:00"}), "invalid format"),
    "a menu without options": (actions({"type": "static_select"}), "exactly one of options and option_groups"),
    "a menu with options twice": (
        actions(select() | {"option_groups": [{"label": plain("x"), "options": [option("x")]}]}),
        "exactly one of options and option_groups",
    ),
    "a choice that is not offered": (
        actions(select(2, initial_option=option("Other"))),
        "initial option is not found in the options",
    ),
    "two options of one value": (
        actions(select() | {"options": [option("A", "v"), option("B", "v")]}),
        "option values must be unique: v",
    ),
    "a shortest length above the longest": (question("x", min_length=5, max_length=4), "min_length is greater"),
    "a length beyond what Slack takes": (question("x", max_length=3001), "must lie between 1 and 3000"),
    "a text that is a number": (section("x") | {"text": {"type": "plain_text", "text": 5}}, "must provide a string"),
    "an optional that is a word": (question("x", optional="yes"), "must provide a boolean"),
    "a confirmation without a title": (
        actions(button("x", confirm={"text": plain("x"), "confirm": plain("x"), "deny": plain("x")})),
        "missing required field: title",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_the_reference_does_not_know_is_refused(what: str) -> None:
    block, told = WRONG[what]
    assert any(told in each for each in in_blocks(block)), in_blocks(block)


RIGHT: dict[str, Any] = {
    "rich text with everything in it": rich(
        {"type": "text", "text": "x", "style": {"bold": True}},
        {"type": "link", "url": "https://example.com", "text": "x"},
        {"type": "user", "user_id": "U1"},
        {"type": "emoji", "name": "tada"},
        {"type": "broadcast", "range": "here"},
        {"type": "date", "timestamp": 1772463600, "format": "{date_long} {time}", "fallback": "x"},
    ),
    "a quote": rich({"type": "text", "text": "x"}, kind="rich_text_quote"),
    "a section with a menu": section("x", accessory=select(3, placeholder=plain("Choose"))),
    "a section with a picture": section(
        "x", accessory={"type": "image", "image_url": "https://e.com/a", "alt_text": "x"}
    ),
    "several menus among actions": actions(select(2, action_id="a"), {"type": "multi_static_select"} | select(2)),
    "an e-mail": question("x", "email_text_input", placeholder=plain("x")),
    "an address": question("x", "url_text_input"),
    "a number": question("x", "number_input", is_decimal_allowed=False, min_value="1", max_value="9"),
    "boxes with descriptions": question("x", "checkboxes", options=[option("x") | {"description": plain("x")}]),
    "a day": question("x", "datepicker", initial_date="2026-03-02", placeholder=plain("x")),
    "a menu that is empty at first": question("x", "external_select", min_query_length=0),
    "people": question("x", "multi_users_select", max_selected_items=3),
}


@pytest.mark.parametrize("what", RIGHT)
def test_what_the_reference_knows_is_taken(what: str) -> None:
    assert in_blocks(RIGHT[what]) == []


def test_names_are_unique_in_their_room() -> None:
    assert "already exists for another block" in in_blocks(section("a", block_id="x"), section("b", block_id="x"))[0]
    assert "already exists for another element" in in_blocks(actions(button("a", "x"), button("b", "x")))[0]
    assert in_blocks(actions(button("a", "x")), actions(button("b", "x"))) == []


def test_only_one_input_is_where_the_cursor_begins() -> None:
    twice = [question("A", focus_on_load=True), question("B", focus_on_load=True)]
    assert in_blocks(*twice) == ["only one element may have focus_on_load [json-pointer:/blocks]"]
    assert in_blocks(*twice[:1]) == []


def test_markdown_stands_in_messages_only() -> None:
    block = {"type": "markdown", "text": "**x**"}
    assert check_blocks([block], MESSAGE) == []
    assert "unsupported type: markdown" in check_blocks([block], MODAL)[0]


VIEW_LENGTHS = {"title": 24, "submit": 24, "close": 24}


@pytest.mark.parametrize("name", VIEW_LENGTHS)
def test_the_words_around_a_modal_are_short_and_plain(name: str) -> None:
    most = VIEW_LENGTHS[name]
    assert check_view(modal(**{name: plain(text_of(most))}), MODAL) == []
    (told,) = check_view(modal(**{name: plain(text_of(most + 1))}), MODAL)
    assert told == f"must be less than 25 characters [json-pointer:/view/{name}/text]"
    assert check_view(modal(**{name: {"type": "mrkdwn", "text": "x"}}), MODAL)


@pytest.mark.parametrize(("name", "most"), [("private_metadata", 3000), ("callback_id", 255), ("external_id", 255)])
@pytest.mark.parametrize("made", [modal, home])
def test_what_a_view_carries_has_its_length(made: Callable[..., Any], name: str, most: int) -> None:
    surface = MODAL if made is modal else HOME
    assert check_view(made(**{name: text_of(most)}), surface) == []
    assert check_view(made(**{name: text_of(most + 1)}), surface) == [
        f"must be less than {most + 1} characters [json-pointer:/view/{name}]"
    ]


def test_inputs_want_a_button_to_submit_them() -> None:
    view = modal(question("Name"))
    assert check_view(view, MODAL) == []
    del view["submit"]
    assert check_view(view, MODAL) == ["missing required field: submit [json-pointer:/view]"]
    assert check_view(modal(section("x")) | {"submit": None}, MODAL) == []


def test_a_modal_needs_a_title_and_a_home_has_none() -> None:
    assert check_view({"type": "modal", "blocks": []}, MODAL) == ["missing required field: title [json-pointer:/view]"]
    assert check_view(home(title=plain("x")), HOME) == ["invalid additional property: title [json-pointer:/view]"]
    assert "must be a valid view type: home" in check_view(modal(), HOME)[0]


def test_a_view_may_be_250_kb() -> None:
    assert not too_large(modal(*[section(text_of(2000))] * 100))
    assert too_large(modal(*[section(text_of(2600))] * 100))


async def test_what_is_wrong_is_told_by_slacks_own_error_and_complained_of() -> None:
    async with playing() as play:
        told = await play.call("views.open", trigger_id=play.trigger(), view=modal(section(text_of(3001))))
        assert told["error"] == "invalid_arguments"
        wrong = "[ERROR] must be less than 3001 characters [json-pointer:/view/blocks/0/text/text]"
        assert told["response_metadata"]["messages"] == [wrong]
        told = await play.call("chat.postMessage", channel=play.person.id, text="x", blocks=[section("")])
        assert told["error"] == "invalid_blocks"
        assert await play.refused("views.open", trigger_id=play.trigger(), view="{") == "invalid_arguments"
        assert len(play.complaints) == 3
