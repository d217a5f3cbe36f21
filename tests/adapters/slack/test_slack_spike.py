"""Through all seams: a slash command, a modal, a submission with an error beside a field, the direct message."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_stage import playing_slack

from conversations.screens import Button


@pytest.mark.parametrize("hooked", [False, True], ids=["sockets", "posts"])
async def test_a_command_opens_a_modal_that_ends_in_a_direct_message(hooked: bool, tmp_path: Path) -> None:
    async with playing_slack(tmp_path, hooked=hooked) as stage:
        world, person = stage.world, stage.person
        general = world.channel("general", members=[person])
        await stage.answered(lambda: person.commands("/book", channel=general))
        assert person.modal
        assert "What is it for?" in person.modal.text

        def choice(number: int = 0) -> Button:
            question = stage.screen().question(stage.screen().focus)
            assert question
            return question.choices[number]

        while not (stage.screen().focus or "").startswith("form."):
            await stage.presses(choice())
        assert {"First name", "E-mail"} <= set(person.modal.values)
        before = person.modal.hash
        await stage.fills({"First name": "Somebody", "E-mail": "somebody@nowhere..example"})
        assert list(person.modal.errors) == ["E-mail"]
        assert person.modal.hash == before
        assert person.modal.values["First name"] == "Somebody"
        await stage.fills({"E-mail": "somebody@example.com"})
        assert "Shall I book this?" in person.modal.text
        assert person.modal.submit == "Book it"

        def submit() -> None:
            assert person.submits()

        await stage.answered(submit)
        assert "Booked. See you then!" in person.modal.text
        card = await person.sees("This appointment is booked.", seconds=10)
        assert card in person.messages
        assert not general.messages
        await stage.settled()
        assert not any(each.failed for each in world.deliveries)
