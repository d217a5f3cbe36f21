"""The blocks and views of Block Kit, with the limits that Slack's reference gives them, checked all at once.

Their elements stand in `elements`; what is not known here is refused, so that a client that uses it is looked at.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from sandbox.slack.elements import ID, IMAGE, IN_ACTIONS, IN_INPUT, IN_SECTION, KIND, URL, _either, rich, text
from sandbox.slack.shapes import Form, Shape, anything, by_type, flag, items, number, one_of, problems, string

LARGEST_VIEW = 250_000


class Surface(StrEnum):
    MESSAGE = "message"
    MODAL = "modal"
    HOME = "home"

    @property
    def most_blocks(self) -> int:
        return 50 if self is Surface.MESSAGE else 100


def _block(required: tuple[str, ...] = (), *rules: Shape, **fields: Shape) -> Form:
    return Form({"type": KIND, "block_id": ID, **fields}, required, rules)


def _text_or_fields(value: Any, at: str, tell: Any) -> None:
    if value.get("text") is None and value.get("fields") is None:
        tell(at, "missing required field: text")


# Rich text

STYLE = Form(dict.fromkeys(("bold", "italic", "strike", "underline", "code", "highlight", "client_highlight"), flag))


def _run(required: tuple[str, ...], **fields: Shape) -> Form:
    return Form({"type": KIND, "style": STYLE, **fields}, required)


RUNS: dict[str, Form] = {
    "text": _run(("text",), text=string(3000)),
    "link": _run(("url",), url=string(3000), text=string(3000), unsafe=flag),
    "emoji": _run(("name",), name=string(100), unicode=string(100), skin_tone=number(1, 6)),
    "user": _run(("user_id",), user_id=string(40)),
    "channel": _run(("channel_id",), channel_id=string(40)),
    "usergroup": _run(("usergroup_id",), usergroup_id=string(40)),
    "broadcast": _run(("range",), range=one_of("here", "channel", "everyone")),
    "color": _run(("value",), value=string(7)),
    "date": _run(
        ("timestamp", "format"),
        timestamp=number(0, 10**11),
        format=string(200),
        url=URL,
        fallback=string(3000),
    ),
}
RUN = by_type(RUNS, "element")
SECTION_OF_RUNS = Form({"type": KIND, "elements": items(RUN, 1000, 0)}, ("elements",))
BORDER = number(0, 1)
RICH_TEXT: dict[str, Form] = {
    "rich_text_section": SECTION_OF_RUNS,
    "rich_text_quote": Form({"type": KIND, "elements": items(RUN, 1000, 0), "border": BORDER}, ("elements",)),
    "rich_text_preformatted": Form(
        {"type": KIND, "elements": items(RUN, 1000, 0), "border": BORDER, "language": string(40)}, ("elements",)
    ),
    "rich_text_list": Form(
        {
            "type": KIND,
            "elements": items(by_type({"rich_text_section": SECTION_OF_RUNS}), 1000),
            "style": one_of("bullet", "ordered"),
            "indent": number(0, 8),
            "offset": number(0, 10_000),
            "border": BORDER,
        },
        ("elements", "style"),
    ),
}

# Blocks

CONTEXT = by_type(
    {
        "image": IMAGE,
        "plain_text": text(3000),
        "mrkdwn": Form({"type": KIND, "text": string(3000), "verbatim": flag}, ("text",)),
    }
)
EVERYWHERE: dict[str, Form] = {
    "section": _block(
        (),
        _text_or_fields,
        text=rich(3000),
        fields=items(rich(2000), 10),
        accessory=by_type(IN_SECTION, "element"),
        expand=flag,
    ),
    "actions": _block(("elements",), elements=items(by_type(IN_ACTIONS, "element"), 25)),
    "context": _block(("elements",), elements=items(CONTEXT, 10)),
    "divider": _block(),
    "header": _block(("text",), text=text(150)),
    "image": _block(
        ("alt_text",),
        lambda value, at, tell: _either(value, at, tell, "image_url", "slack_file"),
        image_url=URL,
        slack_file=anything,
        alt_text=string(2000),
        title=text(2000),
    ),
    "input": _block(
        ("label", "element"),
        label=text(2000),
        element=by_type(IN_INPUT, "element"),
        dispatch_action=flag,
        hint=text(2000),
        optional=flag,
    ),
    "rich_text": _block(("elements",), elements=items(by_type(RICH_TEXT, "element"), 1000)),
}
BLOCKS: Mapping[Surface, Mapping[str, Form]] = {
    Surface.MESSAGE: {**EVERYWHERE, "markdown": _block(("text",), text=string(12_000))},
    Surface.MODAL: EVERYWHERE,
    Surface.HOME: EVERYWHERE,
}
MODAL_FIELDS: dict[str, Shape] = {
    "type": one_of("modal"),
    "title": text(24),
    "close": text(24),
    "submit": text(24),
    "clear_on_close": flag,
    "notify_on_close": flag,
    "submit_disabled": flag,
}
VIEW_FIELDS: dict[str, Shape] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}


def check_blocks(blocks: Any, surface: Surface, at: str = "/blocks", least: int = 0) -> list[str]:
    """What is wrong with the blocks of a message or view, each with its place."""
    found = problems(items(by_type(BLOCKS[surface], "type"), surface.most_blocks, least), blocks, at)
    return found or [f"{why} [json-pointer:{where}]" for where, why in _not_unique(blocks, at)]


def check_view(view: Any, surface: Surface) -> list[str]:
    """As `check_blocks`, for a whole view."""
    if not isinstance(view, dict):
        return ["must provide an object [json-pointer:/view]"]
    if view.get("type") != surface:
        return [f"must be a valid view type: {surface} [json-pointer:/view/type]"]
    form = Form({**VIEW_FIELDS, "type": one_of("home"), "blocks": anything}, ("type", "blocks"))
    if surface is Surface.MODAL:
        form = Form({**VIEW_FIELDS, **MODAL_FIELDS, "blocks": anything}, ("type", "title", "blocks"))
    blocks = view.get("blocks")
    return [
        *problems(form, view, "/view"),
        *check_blocks(blocks, surface, "/view/blocks"),
        *_submittable(view, surface),
    ]


def too_large(view: Any) -> bool:
    return len(json.dumps(view).encode()) > LARGEST_VIEW


def _submittable(view: Mapping[str, Any], surface: Surface) -> Iterator[str]:
    blocks = view.get("blocks")
    kinds = {block.get("type") for block in blocks if isinstance(block, dict)} if isinstance(blocks, list) else set()
    if surface is Surface.MODAL and "input" in kinds and not view.get("submit"):
        yield "missing required field: submit [json-pointer:/view]"


def elements_of(block: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The elements of a block that a person can use."""
    match block.get("type"):
        case "actions":
            return list(block["elements"])
        case "input":
            return [block["element"]]
        case "section" if block.get("accessory") and block["accessory"]["type"] != "image":
            return [block["accessory"]]
        case _:
            return []


def _not_unique(blocks: list[dict[str, Any]], at: str) -> Iterator[tuple[str, str]]:
    ids = Counter(block["block_id"] for block in blocks if block.get("block_id"))
    for place, block in enumerate(blocks):
        if ids[block.get("block_id")] > 1:
            yield f"{at}/{place}/block_id", f"block_id {block['block_id']!r} already exists for another block"
        actions = Counter(element["action_id"] for element in elements_of(block) if element.get("action_id"))
        for action, count in actions.items():
            if count > 1:
                yield f"{at}/{place}", f"action_id {action!r} already exists for another element of the block"
    focused = sum(bool(element.get("focus_on_load")) for block in blocks for element in elements_of(block))
    if focused > 1:
        yield at, "only one element may have focus_on_load"
