"""Payloads of the terminal become events, or a ValueError and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.terminal.parse import parse
from conversations.events import Filled, Opened, Returned, Tapped, Typed

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("payload", "event"),
    [
        ({"text": "/book"}, Opened(AT, "book")),
        ({"text": " /Book  eye test "}, Opened(AT, "book", words="eye test")),
        ({"text": "14:30"}, Typed(AT, "14:30")),
        ({"text": "/"}, Typed(AT, "/")),
        ({"text": "two\nlines"}, Typed(AT, "two\nlines")),
        ({"text": "  "}, None),
        ({"press": "a-k-1-back"}, Tapped(AT, "a-k-1-back")),
        ({"press": "o-cancel-appointment1"}, Opened(AT, "cancel", "appointment1")),
        ({"press": ""}, Tapped(AT, "")),
        (
            {"fill": {"revision": 3, "values": {"form.a": " Somebody ", "form.b": ["t1", "t2"], "form.c": ""}}},
            Filled(AT, 3, {"form.a": "Somebody", "form.b": ("t1", "t2"), "form.c": ""}),
        ),
        ({"returned": True}, Returned(AT)),
    ],
)
def test_a_payload_is_what_the_person_did(payload: dict[str, Any], event: object) -> None:
    assert parse(payload, AT) == event


def test_what_could_not_be_shown_is_not_heard() -> None:
    assert parse({"text": "\x1b[31mred\x1b[0m\x00 \ud800half \u202eback"}, AT) == Typed(AT, "red half back")


@pytest.mark.parametrize(
    "junk",
    [
        {},
        {"text": 1},
        {"text": "a", "press": "b"},
        {"press": None},
        {"returned": False},
        {"fill": {}},
        {"fill": {"revision": True, "values": {}}},
        {"fill": {"revision": "1", "values": {}}},
        {"fill": {"revision": 1, "values": []}},
        {"fill": {"revision": 1, "values": {"a": 1}}},
        {"fill": {"revision": 1, "values": {"a": [1]}}},
        {"fill": {"revision": 1, "values": {}, "more": 1}},
    ],
)
def test_junk_is_refused(junk: Any) -> None:
    with pytest.raises(ValueError, match="of the terminal"):
        parse(junk, AT)


LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["text", "fill", "o-book", "/book"])
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["text", "press", "fill", "revision", "values"]), inner)
    ),
)


@given(ANYTHING)
def test_nothing_but_a_value_error_comes_of_any_json(payload: Any) -> None:
    try:
        event = parse(payload, AT)
    except ValueError:
        return
    assert event is None or isinstance(event, Returned | Opened | Tapped | Typed | Filled)
