"""A form with more questions than a modal has room for: it goes over several, and leads back as it led on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from slack_stage import SlackStage, playing_slack

from adapters.slack.inputs import AT_ONCE
from conversations.screens import Confirm
from sandbox.calendar.catalogue import made_field
from sandbox.slack.views import Sight

LABELS = tuple(f"Question {number:02}" for number in range(2 * AT_ONCE + 5))
VIEWS = (LABELS[:AT_ONCE], LABELS[AT_ONCE : 2 * AT_ONCE], LABELS[2 * AT_ONCE :])


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[SlackStage]:
    async with playing_slack(tmp_path) as stage:
        forms = stage.calendar.world.forms
        for segment, version in forms:
            asked = [made_field(segment, 1, each, "text", each, properties={"required": True}) for each in LABELS]
            forms[segment, version] = asked
        await stage.answered(lambda: stage.person.commands("/book"))
        while not (stage.screen().focus or "").startswith("form."):
            question = stage.screen().question(stage.screen().focus)
            assert question
            await stage.presses(question.choices[0])
        yield stage
        await stage.settled()


def modal_of(stage: SlackStage) -> Sight:
    assert stage.person.modal
    return stage.person.modal


def asks(stage: SlackStage) -> tuple[str, ...]:
    return tuple(label for label in LABELS if label in modal_of(stage).values)


def answer_to(label: str) -> str:
    return f"Answer to {label}"


async def goes_on(stage: SlackStage) -> None:
    """Fills in what is empty, and submits what is asked."""
    await stage.fills({label: answer_to(label) for label in asks(stage) if not modal_of(stage).values[label]})


async def goes_back(stage: SlackStage) -> None:
    await stage.answered(lambda: stage.person.presses("Back"))


async def test_a_form_of_many_questions_goes_over_several_views_to_the_summary(stage: SlackStage) -> None:
    for view in VIEWS:
        assert asks(stage) == view
        await goes_on(stage)
    assert any(isinstance(each.means, Confirm) for each in stage.screen().buttons)
    assert all(answer_to(label) in modal_of(stage).text for label in LABELS)


async def test_back_leads_from_each_view_to_the_one_before_and_then_out_of_the_form(stage: SlackStage) -> None:
    await goes_on(stage)
    await goes_on(stage)
    for view in reversed(VIEWS):
        assert asks(stage) == view
        assert modal_of(stage).labels.count("Back") == 1
        await goes_back(stage)
    assert "At what time?" in modal_of(stage).text


async def test_what_was_sent_stands_in_its_inputs_on_the_way_back_and_is_not_asked_again(stage: SlackStage) -> None:
    await goes_on(stage)
    await goes_back(stage)
    assert all(modal_of(stage).values[label] == answer_to(label) for label in VIEWS[0])
    await stage.fills({LABELS[0]: "Another answer"})
    assert asks(stage) == VIEWS[1]
    await goes_on(stage)
    await goes_on(stage)
    assert "Another answer" in modal_of(stage).text
    assert answer_to(LABELS[0]) not in modal_of(stage).text


async def test_back_from_a_question_that_is_changed_leads_to_the_view_before_it(stage: SlackStage) -> None:
    for _ in VIEWS:
        await goes_on(stage)
    await stage.answered(lambda: stage.person.presses(f"Change: {LABELS[AT_ONCE + 7]}"))
    assert asks(stage) == VIEWS[1]
    await goes_back(stage)
    assert asks(stage) == VIEWS[0]
    await goes_on(stage)
    assert any(isinstance(each.means, Confirm) for each in stage.screen().buttons)
