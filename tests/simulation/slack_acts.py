"""What somebody does in Slack, where they are: in the modal that is open, else in the direct message with the app.

Why they do it is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from adapters.slack.commands import commands
from adapters.slack.parse import SEARCH, Sheet, question_of
from sandbox.slack import World, payloads
from sandbox.slack.channels import Message
from sandbox.slack.deliveries import Delivery, Kind
from sandbox.slack.drawing import Element
from sandbox.slack.elements import options_of
from sandbox.slack.people import Person
from sandbox.slack.views import Sight, View

NAMES = commands({})
COMMAND = 0.7
"""How often a command is given as one, where there is such a command; else it is written to the app."""

Standing = Sight | Message


@dataclass(frozen=True)
class Hand:
    """Each act gives the delivery of it, if there is one. They raise LookupError where that cannot be done."""

    person: Person
    chance: Random

    @property
    def world(self) -> World:
        return self.person.team.world

    def says(self, line: str, answers: Mapping[str, str]) -> Delivery | None:
        name, _, rest = line.partition(" ")
        if name in NAMES and self.chance.random() < COMMAND:
            return self.person.commands(name, rest)
        if not line.startswith("/") and (top := self.person.top) and self._fills(top, line, answers):
            return self.person.submits()
        self.person.writes(line)
        return None

    def presses(self, token: str) -> Delivery | None:
        """Where such a button stands; what stands nowhere any more is pressed all the same: it is old, or forged."""
        modal = self.person.modal
        written = [each for each in reversed(self.person.messages) if each.by_app and not each.deleted]
        places: list[Standing] = [*([modal] if modal else []), *written]
        for where in places:
            if isinstance(where, Sight) and Sheet.of(where.view.given).submit == token:
                return self.person.submits()
            for each in where.elements:
                if each.raw.get("value") == token:
                    return self.person.presses(token, where)
                if token in options(each):
                    return self._chooses(each, token, where)
        return self._forges(token, places[0]) if places else None

    def _fills(self, view: View, line: str, answers: Mapping[str, str]) -> bool:
        """False if there is nothing to be filled in."""
        inputs = [each for each in view.elements if each.is_input]
        for each in inputs:
            self._fill(each, line if each.block_id == SEARCH else answers.get(question_of(each.block_id)))
        return bool(inputs and view.given.get("submit"))

    def _fill(self, each: Element, given: str | None) -> None:
        match each.kind:
            case "static_select" | "multi_static_select" | "checkboxes":
                chosen = self.chance.choice(options_of(each.raw))["value"]
                self.person.fills({each.block_id: chosen if each.kind == "static_select" else [chosen]})
            case "datepicker":
                self.person.fills({each.block_id: self.world.now().date()})
            case _ if given:
                self.person.fills({each.block_id: given})

    def _chooses(self, each: Element, token: str, where: Standing) -> Delivery | None:
        if not each.is_input:
            return self.person.chooses(each.action_id, token, where)
        self.person.fills({each.block_id: token})
        return self.person.submits()

    def _forges(self, token: str, where: Standing) -> Delivery | None:
        button = next((each for each in where.elements if each.kind == "button"), None)
        if button is None:
            return None
        pressed = replace(button, raw={**button.raw, "value": token})
        used = payloads.action(pressed, None, self.world.next_ts())
        if isinstance(where, Sight):
            trigger = self.world.trigger(self.person, where.view).id
            payload = payloads.acted_in_view(self.person, where.view, used, trigger)
        else:
            url, trigger = self.world.new_response_url(self.person, where.channel, where).url, self._trigger()
            payload = payloads.acted_in_message(self.person, where, used, trigger, url)
        return self.world.tell(Kind.INTERACTIVE, payload, self.person)

    def _trigger(self) -> str:
        return self.world.trigger(self.person).id


def options(element: Element) -> list[str]:
    """The tokens among which is chosen."""
    return [each["value"] for each in options_of(element.raw)] if "select" in element.kind else []
