"""The rules for submitted forms in the stand-in: type, the field's own rule, limits, in the API's words."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.calendar import World
from sandbox.calendar.catalogue import EVERYTHING_SEGMENT, made_field, options
from sandbox.calendar.errors import Refusal
from sandbox.calendar.forms import Field, check


def made(kind: str, required: bool = False, choices: tuple[str, ...] = (), **properties: Any) -> Field:
    shown = {"options": options(*choices)} if choices else {}
    return made_field("segment", 1, "field", kind, "Field", properties={"required": required, **properties}, **shown)


def verdict(field: Field, value: object) -> str:
    """What is said to a form with this value, without the id; empty if it is taken."""
    try:
        check([{"_id": field.id, "value": value}], [field], honeypot=False)
    except Refusal as refusal:
        return refusal.message.removesuffix(f' for element "{field.id}".')
    return ""


NUMBER, STRING, ARRAY = (f"A valid {kind} is required" for kind in ("number", "string", "array"))
OPTION, MISSING = "A valid option is required", "A value is required"
CASES: list[tuple[Field, object, str]] = [
    (made("text"), "anything", ""),
    (made("text"), 5, STRING),
    (made("text"), None, STRING),
    (made("text"), ["x"], STRING),
    (made("text"), "", ""),
    (made("text", required=True), " ", MISSING),
    (made("text", maxlength="5"), "12345", ""),
    (made("text", maxlength="5"), "123456", "You reach the max characters is 5"),
    (made("textarea", maxlength=4), "😀😀", ""),
    (made("textarea", maxlength=4), "😀😀.", "You reach the max characters is 4"),
    (made("text", maxlength=""), "x" * 100_000, ""),
    (made("email"), "one@example.com", ""),
    (made("email"), "one@example", "A valid email is required"),
    (made("email"), "one two@example.com", "A valid email is required"),
    (made("email", maxlength=5), "one@example", "A valid email is required"),
    (made("email", maxlength=5), "one@example.com", "You reach the max characters is 5"),
    (made("tel"), "+56 2 1234 5678", ""),
    (made("tel"), "call me", "A valid tel is required"),
    (made("tel"), 56212345678, STRING),
    (made("url"), "https://example.com/a?b", ""),
    (made("url"), "example.com", "A valid url is required"),
    (made("url"), "https://[x", "A valid url is required"),
    (made("url"), "https://example.com/a b", "A valid url is required"),
    (made("date"), "2000-02-29", ""),
    (made("date"), "2000-02-29T00:00:00.000Z", ""),
    (made("date"), "2001-02-29", "A valid date is required"),
    (made("date"), "20000229", "A valid date is required"),
    (made("date", maxlength=4, min="2000-01-01"), "2000-02-29", ""),
    (made("number"), 5, ""),
    (made("number"), 5.5, ""),
    (made("number"), "5", NUMBER),
    (made("number"), float("inf"), NUMBER),
    (made("number"), True, NUMBER),
    (made("number", min=1, max="20"), 1, ""),
    (made("number", min=1, max="20"), 20, ""),
    (made("number", min=1, max="20"), 0, "The min value is 1"),
    (made("number", min=1, max="20"), 20.5, "The max value is 20"),
    (made("nps"), 0, ""),
    (made("nps"), 11, "The max value is 10"),
    (made("nps"), 5.5, "A valid number is required"),
    (made("csat"), 0, "The min value is 1"),
    (made("csat"), 5, ""),
    (made("ces"), 7, ""),
    (made("ces"), 8, "The max value is 7"),
    (made("select", choices=("A friend", "Search")), "a-friend", ""),
    (made("select", choices=("A friend", "Search")), "A friend", OPTION),
    (made("select", choices=("A friend", "Search")), ["a-friend"], STRING),
    (made("radio", choices=("Yes", "No"), required=True), "", MISSING),
    (made("checkbox", choices=("Yes", "No")), ["yes", "no"], ""),
    (made("checkbox", choices=("Yes", "No")), ["yes", "yes"], OPTION),
    (made("checkbox", choices=("Yes", "No")), ["maybe"], OPTION),
    (made("checkbox", choices=("Yes", "No")), "yes", ARRAY),
    (made("checkbox", choices=("Yes", "No")), [1], ARRAY),
    (made("select-multiple", choices=("Yes", "No")), [], ""),
    (made("select-multiple", choices=("Yes", "No"), required=True), [], MISSING),
    (made("never seen"), "text", ""),
    (made("never seen"), 1, STRING),
]


@pytest.mark.parametrize(("field", "value", "said"), CASES)
def test_a_value_is_held_to_its_field(field: Field, value: object, said: str) -> None:
    assert verdict(field, value) == said


def test_a_required_field_must_be_there_and_an_optional_one_need_not() -> None:
    field = made("text", required=True)
    with pytest.raises(Refusal) as refused:
        check([], [field], honeypot=False)
    assert refused.value.message == f'A value is required for element "{field.id}".'
    assert check([], [made("text")], honeypot=False) == {}


@pytest.mark.parametrize(
    "element", [None, "x", [], {}, {"_id": "x"}, {"_id": 1, "value": ""}, {"id": "x", "value": ""}]
)
def test_an_element_that_is_no_field_is_refused(element: object) -> None:
    with pytest.raises(Refusal, match="Some element not as field"):
        check([element], [made("text")], honeypot=False)


def test_an_element_must_not_say_more_nor_come_twice() -> None:
    field = made("text")
    element = {"_id": field.id, "value": "x"}
    for form in ([{**element, "name": "field"}], [element, element]):
        with pytest.raises(Refusal, match="Some element not as field"):
            check(form, [field], honeypot=False)


def test_the_honeypot_is_demanded_empty_where_it_is_and_unknown_where_it_is_not() -> None:
    honey = {"_id": "videsk_essential", "value": ""}
    assert check([honey], [], honeypot=True) == {}
    for form in ([], [{**honey, "value": "bear"}]):
        with pytest.raises(Refusal, match="videsk_essential"):
            check(form, [], honeypot=True)
    with pytest.raises(Refusal, match="Some element not as field"):
        check([honey], [], honeypot=False)


def test_the_long_form_can_be_filled() -> None:
    fields = World().fields(EVERYTHING_SEGMENT, "base")
    samples: dict[str, object] = {
        "email": "one@example.com",
        "tel": "+56212345678",
        "date": "2000-02-29",
        "url": "https://example.com",
        **dict.fromkeys(("number", "nps", "csat", "ces"), 3),
    }

    def sample(field: Field) -> object:
        choice = min(field.options, default="")
        return [choice] if field.several and choice else choice or samples.get(field.type, "text")

    form = [{"_id": field.id, "value": sample(field)} for field in fields]
    assert check(form, fields, honeypot=False).keys() == {field.id for field in fields}
    for field in (field for field in fields if field.required):
        with pytest.raises(Refusal, match=field.id):
            check([each for each in form if each["_id"] != field.id], fields, honeypot=False)
