"""The organisation's form: Videsk's fields as questions, and where a service's form comes from."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import httpx
import pytest
from calendar_asking import FORM, asking, refusal

from bot.calendar import NoAnswer, Refusal
from bot.calendar.forms import NO_FORM, Forms, fields_of, forms_of
from conversations.calls import FindForm
from conversations.events import Reason
from conversations.forms import asked
from conversations.kinds import UNLIMITED, FormField, Kind, Limits
from conversations.offers import Choice


def field(kind: Any = "text", **said: Any) -> dict[str, Any]:
    return {"_id": "f1", "type": kind, "name": "name", "label": "Label", **said}


def question(kind: Any = "text", **said: Any) -> FormField:
    [only] = fields_of([field(kind, **said)])
    return only


OPTIONS = [{"value": "a", "label": "Option A"}, {"value": "b", "label": "Option B"}]
CHOICES = (Choice("a", "Option A"), Choice("b", "Option B"))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("text", Kind.TEXT),
        ("textarea", Kind.LINES),
        ("email", Kind.EMAIL),
        ("url", Kind.URL),
        ("date", Kind.DATE),
        ("number", Kind.NUMBER),
        ("tel", Kind.PHONE),
        ("TEL", Kind.PHONE),
        ("reference-code", Kind.TEXT),
        ("checkbox", Kind.TEXT),
        ("", Kind.TEXT),
        (None, Kind.TEXT),
        (7, Kind.TEXT),
    ],
)
def test_a_field_without_options_is_its_type_or_a_text(kind: Any, expected: Kind) -> None:
    assert question(kind).kind is expected
    assert question(kind, options=[]).options == ()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("select", Kind.CHOICE),
        ("radio", Kind.CHOICE),
        ("text", Kind.CHOICE),
        ("whatever", Kind.CHOICE),
        ("checkbox", Kind.CHOICES),
        ("checkbox-group", Kind.CHOICES),
        ("select-multiple", Kind.CHOICES),
        ("MultipleChoice", Kind.CHOICES),
    ],
)
def test_a_field_with_options_is_a_choice_and_of_several_if_it_says_so(kind: str, expected: Kind) -> None:
    asked_for = question(kind, options=OPTIONS)
    assert (asked_for.kind, asked_for.options) == (expected, CHOICES)


@pytest.mark.parametrize(("kind", "least", "most"), [("nps", 0, 10), ("csat", 1, 5), ("ces", 1, 7)])
def test_a_scale_is_chosen_from_and_sent_as_a_number(kind: str, least: int, most: int) -> None:
    scale = question(kind)
    assert [each.value for each in scale.options] == [Decimal(number) for number in range(least, most + 1)]
    assert [each.label for each in scale.options] == [str(number) for number in range(least, most + 1)]
    assert scale.limits == Limits(min=Decimal(least), max=Decimal(most))
    assert all(asked((scale,))[0].fits(choice) for choice in scale.options)


@pytest.mark.parametrize(
    ("said", "limits"),
    [
        ({"maxlength": "50"}, Limits(maxlength=50)),
        ({"maxlength": 50}, Limits(maxlength=50)),
        ({"maxlength": 50.0}, Limits(maxlength=50)),
        ({"maxlength": ""}, UNLIMITED),
        ({"maxlength": "many"}, UNLIMITED),
        ({"maxlength": 0}, UNLIMITED),
        ({"maxlength": -1}, UNLIMITED),
        ({"maxlength": None}, UNLIMITED),
        ({"maxlength": True}, UNLIMITED),
        ({"maxlength": float("inf")}, UNLIMITED),
        ({"min": 1, "max": 2}, UNLIMITED),
        (None, UNLIMITED),
        ([], UNLIMITED),
    ],
)
def test_a_text_has_a_length_however_it_is_written(said: Any, limits: Limits) -> None:
    assert question(properties=said).limits == limits


def test_a_number_has_bounds_and_no_length() -> None:
    bounds = {"min": 1, "max": "20.5", "maxlength": 3}
    assert question("number", properties=bounds).limits == Limits(min=Decimal(1), max=Decimal("20.5"))
    assert question("number", properties={"min": 0, "max": 0}).limits == Limits(min=Decimal(0), max=Decimal(0))
    assert question("number", properties={"min": "NaN", "max": "x"}).limits == UNLIMITED


def test_all_that_a_field_says_is_kept() -> None:
    said = field("text", hint="A hint", properties={"required": True, "placeholder": "e.g.", "maxlength": "50"})
    assert fields_of([said]) == (
        FormField(
            id="f1",
            name="name",
            kind=Kind.TEXT,
            label="Label",
            hint="A hint",
            placeholder="e.g.",
            required=True,
            limits=Limits(maxlength=50),
        ),
    )


def test_a_field_may_say_almost_nothing() -> None:
    assert fields_of([{"_id": "f1"}]) == (FormField(id="f1", name="f1", kind=Kind.TEXT, label="f1"),)
    assert fields_of([{"id": 7, "type": None, "options": None, "properties": None, "hint": ["x"]}]) == (
        FormField(id="7", name="7", kind=Kind.TEXT, label="7"),
    )


def test_what_is_no_field_is_left_out() -> None:
    assert fields_of([None, 7, "x", [], {}, {"name": "no id"}, {"_id": ""}, field()]) == (question(),)


FIGURES = [{"value": 1, "label": "One"}, {"value": 2.5, "label": "Two and a half"}, {"value": 10}, {"value": 10}]


@pytest.mark.parametrize("kind", ["select", "radio", "number", "rating"])
def test_a_choice_among_numbers_is_sent_as_a_number(kind: str) -> None:
    asked_for = question(kind, options=FIGURES, properties={"min": 0, "max": 20})
    assert asked_for.kind is Kind.NUMBER
    assert asked_for.options == (
        Choice(Decimal(1), "One"),
        Choice(Decimal("2.5"), "Two and a half"),
        Choice(Decimal(10), "10"),
    )
    assert asked_for.limits == Limits(min=Decimal(1), max=Decimal(10))


def test_a_number_may_have_its_options_as_texts() -> None:
    asked_for = question("number", options=[{"value": "3", "label": "Three"}, {"value": "x"}])
    assert asked_for.options == (Choice(Decimal(3), "Three"),)


def test_a_number_whose_options_are_none_has_none() -> None:
    asked_for = question("number", options=[{"value": "x"}], properties={"max": 9})
    assert (asked_for.kind, asked_for.options, asked_for.limits) == (Kind.NUMBER, (), Limits(max=Decimal(9)))


def test_several_numbers_are_several_words() -> None:
    asked_for = question("checkbox", options=FIGURES)
    assert (asked_for.kind, [each.value for each in asked_for.options]) == (Kind.CHOICES, ["1", "2.5", "10"])


def test_an_option_may_be_a_word_or_lack_one_and_comes_once() -> None:
    options = ["a", 2, {"value": "b"}, {"label": "C"}, {"value": "a", "label": "again"}, {}, None, {"value": ""}]
    assert question("select", options=options).options == (
        Choice("a", "again"),
        Choice("2", "2"),
        Choice("b", "b"),
        Choice("C", "C"),
    )


@pytest.mark.parametrize(
    ("properties", "is_asked"),
    [
        ({"readonly": True}, False),
        ({"readonly": "true"}, False),
        ({"readonly": True, "required": True}, True),
        ({"readonly": False}, True),
    ],
)
def test_a_read_only_field_is_asked_only_if_it_must_be_filled_in(properties: Any, is_asked: bool) -> None:
    assert bool(fields_of([field(properties=properties)])) == is_asked


def test_nobody_is_asked_for_the_honeypot() -> None:
    assert fields_of([{"_id": "videsk_essential"}, {"_id": "x", "name": "videsk_essential"}]) == ()


def test_each_question_has_a_name_and_one_of_its_own() -> None:
    said = [{"_id": "f1", "name": "x"}, {"_id": "f2", "name": "x"}, {"_id": "f3"}, {"_id": "f1", "name": "y"}]
    assert [(each.id, each.name) for each in fields_of(said)] == [("f1", "x"), ("f2", "f2"), ("f3", "f3")]


# Where a form comes from


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", {}),
        ("  ", {}),
        ("seg1", {"*": "seg1"}),
        (" s1 = seg1 , * = seg2 ", {"s1": "seg1", "*": "seg2"}),
        ("s1=seg1,", {"s1": "seg1"}),
    ],
)
def test_a_segment_is_for_all_services_or_for_those_named(text: str, segments: dict[str, str]) -> None:
    assert forms_of(text).segments == segments


@pytest.mark.parametrize("text", ["a,b", "s1=", "=seg1", "s1=a,b", "s1=a,s1=b"])
def test_a_segment_that_says_nothing_clear_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"segment|service"):
        forms_of(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("7", "neither"),
        ('{"s1": 7}', "s1: not a list"),
        ('{"s1": [{"_id": "f1"}, {"name": "x"}]}', "s1: field 2"),
        ('["x"]', "field 1"),
    ],
)
def test_a_form_written_down_wrongly_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        forms_of(file=text)


def test_a_form_written_down_wins_over_a_segment() -> None:
    file = json.dumps({"s1": [field()], "s2": []})
    forms = forms_of("s1=seg1,s3=seg3,*=seg0", file)
    assert forms.of("s1") == (question(),)
    assert forms.of("s2") == ()
    assert forms.of("s3") == "seg3"
    assert forms.of("s4") == "seg0"
    assert forms_of("seg0", json.dumps([field()])).of("s9") == (question(),)


def test_no_form_is_an_empty_one() -> None:
    assert Forms().of("s1") == ()
    assert forms_of("s1=seg1").of("s2") == ()


async def test_a_form_that_is_not_configured_is_not_asked_for() -> None:
    async with asking(httpx.Response(500), form=NO_FORM) as (calendar, api):
        assert await calendar.find(FORM) == ()
    async with asking(httpx.Response(500), form=forms_of(file=json.dumps([field()]))) as (calendar, api):
        assert await calendar.find(FORM) == (question(),)
    assert api.seen == []


async def test_services_of_one_segment_share_its_form() -> None:
    async with asking(httpx.Response(200, json={"form": [field()]})) as (calendar, api):
        assert await calendar.find(FindForm("s1")) == await calendar.find(FindForm("s2")) == (question(),)
    assert len(api.seen) == 1


@pytest.mark.parametrize("body", [{"form": None}, {"form": {}}, {"form": [{"label": "x"}]}, {}, [field()], 7])
async def test_an_answer_without_fields_is_no_form(body: Any) -> None:
    async with asking(httpx.Response(200, json=body)) as (calendar, _):
        with pytest.raises(NoAnswer):
            await calendar.find(FORM)


async def test_a_form_may_be_empty() -> None:
    async with asking(httpx.Response(200, json={"form": []})) as (calendar, _):
        assert await calendar.find(FORM) == ()


@pytest.mark.parametrize("message", ["Not form found in segment provided.", "The base version of form not found."])
async def test_a_segment_without_a_form_is_the_operators_matter(message: str, caplog: pytest.LogCaptureFixture) -> None:
    async with asking(refusal(404, message)) as (calendar, _):
        with pytest.raises(Refusal) as refused:
            await calendar.find(FORM)
    assert refused.value.reason is Reason.KEY_REFUSED
    assert [record.levelname for record in caplog.records] == ["ERROR"]
