"""The shared dialogs as people play them in a modal: by slash commands, and the form filled in at once."""

from __future__ import annotations

from typing import Any

from slack_stage import SlackStage

from adapters.slack.inputs import as_form
from chatting import spoken
from conversations.screens import Back, Button, Question
from dialogs import Dialog, answer_wrongly, leave_and_resume, set_the_time_zone_meanwhile
from playing import Player

IN_TURN = (answer_wrongly, leave_and_resume, set_the_time_zone_meanwhile)
"""What these are about lies between two answers of a form, which a modal takes all at once."""

SLASHED = ("/book", "/appointments", "/reschedule", "/cancel", "/timezone")


class ModalStage(SlackStage):
    """Who types a slash command wherever there is one, and fills in what the modal asks."""

    async def types(self, line: str) -> None:
        if line in SLASHED:
            await self.answered(lambda: self.person.commands(line))
        elif self.in_modal and "search" in {each.block_id for each in self._modal().inputs}:
            await self.fills({"search": line})
        else:
            await super().types(line)

    async def presses(self, button: Button) -> None:
        """Back leads out of a form that is filled in at once."""
        above = self.screen().above if self.filling() else None
        await super().presses(above if above and isinstance(button.means, Back) else button)

    def filling(self) -> bool:
        return self.in_modal and as_form(self.screen())

    def _modal(self) -> Any:
        assert self.person.modal
        return self.person.modal

    def input_of(self, question: Question) -> str:
        return next(str(each.block_id) for each in self._modal().inputs if each.block_id.endswith(f"~{question.name}"))


class FormPlayer(Player):
    """Collects what a dialog answers in turn, and submits it with the last answer that is missing."""

    def __init__(self, program: Any, stage: ModalStage) -> None:
        super().__init__(program, stage)
        self._modal = stage
        self._given: dict[str, str] | None = None

    async def play(self, dialog: Dialog) -> None:
        await super().play(dialog)

    async def types(self, *lines: str) -> None:
        for line in lines:
            if self._modal.filling():
                await self._give(line)
            else:
                await super().types(line)

    async def taps(self, *labels: str) -> None:
        for label in labels:
            if self._modal.filling() and not self._is_a_way(label):
                await self._give("" if label == "Skip" else label)
            else:
                await super().taps(label)

    async def fills(self, answers: Any) -> None:
        """Just these; the rest comes by the taps that follow."""
        for question in self._modal.screen().questions:
            label = spoken(question.label)
            if label in answers:
                self._put(question, answers[label])

    def sees(self, *words: str) -> None:
        """In a form nothing has to be kept: what was answered stands in its input."""
        super().sees(*[each for each in words if not (self._modal.filling() and each.startswith("Keep: "))])

    def _is_a_way(self, label: str) -> bool:
        button = self._find(self._modal.screen(), label)
        return bool(button) and label in {"Back", "Leave"}

    async def _give(self, answer: str) -> None:
        self._put(self._missing()[0], answer)
        if not self._missing():
            given, self._given = self._given or {}, None
            await self._modal.fills({name: each for name, each in given.items() if each})

    def _put(self, question: Question, answer: str) -> None:
        self._given = {**(self._given or {}), self._modal.input_of(question): answer}

    def _missing(self) -> list[Question]:
        screen, given = self._modal.screen(), self._given or {}
        asked = [each for each in screen.questions if each.answer is None or each.error or each.name == screen.focus]
        return [each for each in asked if self._modal.input_of(each) not in given]
