"""Views as Slack keeps them: modals on the screens of people, and the Home tab.

What the app may do with them stands in `view_methods`, what people do in `people`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sandbox.slack.drawing import Element, elements, read_blocks
from sandbox.slack.inputs import Inputs
from sandbox.slack.mrkdwn import Read

if TYPE_CHECKING:
    from sandbox.slack.seeing import Device, Somebody
    from sandbox.slack.teams import Team

MOST_STACKED = 3


@dataclass(eq=False)
class View:
    """One view, open until it is `closed`. `given` is what the app gave, with ids where it gave none."""

    id: str
    team: Team = field(repr=False)
    person: Somebody = field(repr=False)
    device: Device | None = field(repr=False)
    """None: the Home tab, the same everywhere."""
    given: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""
    root: View | None = field(default=None, repr=False)
    previous: View | None = field(default=None, repr=False)
    inputs: Inputs = field(default_factory=Inputs, repr=False)
    errors: dict[str, str] = field(default_factory=dict)
    """Sentences beside inputs, by block_id."""
    busy: bool = False
    closed: bool = False
    updates: int = -1

    def give(self, given: Mapping[str, Any], at: datetime) -> None:
        """Draws it anew: what people have filled in stays where the same input stands."""
        self.given = given
        self.inputs.redraw(self.blocks)
        self.errors = {}
        self.updates += 1
        seed = f"{self.id} {self.updates} {json.dumps(given, sort_keys=True)}"
        self.hash = f"{int(at.timestamp())}.{hashlib.sha256(seed.encode()).hexdigest()[:8]}"

    @property
    def blocks(self) -> Sequence[Mapping[str, Any]]:
        return self.given["blocks"]  # type: ignore[no-any-return]

    @property
    def elements(self) -> list[Element]:
        return elements(self.blocks)

    @property
    def external_id(self) -> str:
        return str(self.given.get("external_id") or "")

    @property
    def shown(self) -> dict[str, Any]:
        """Slack's view object."""
        given = json.loads(json.dumps(dict(self.given)))
        texts = {"private_metadata": "", "callback_id": "", "external_id": "", **given}
        flags = {"clear_on_close": False, "notify_on_close": False, "close": None, "submit": None}
        place = {
            "id": self.id,
            "team_id": self.team.id,
            "app_id": self.team.app_id,
            "app_installed_team_id": self.team.id,
            "bot_id": self.team.bot_id,
            "state": {"values": json.loads(json.dumps(self.inputs.values))},
            "hash": self.hash,
            "root_view_id": (self.root or self).id,
            "previous_view_id": self.previous.id if self.previous else None,
        }
        return {**flags, **texts, **place}


@dataclass(frozen=True)
class Sight:
    """A view as a person saw it at one instant; it does not change when the view does."""

    view: View = field(repr=False)
    read: Read = field(repr=False)
    given: Mapping[str, Any] = field(repr=False)
    values: Mapping[str, str]
    errors: Mapping[str, str]
    """Sentences by the label of the input beside which they stand."""
    hash: str
    busy: bool = False
    stack: int = 1

    @property
    def id(self) -> str:
        return self.view.id

    @property
    def text(self) -> str:
        return self.read.text

    @property
    def mentions(self) -> list[str]:
        return self.read.mentions

    @property
    def links(self) -> list[tuple[str, str]]:
        return self.read.links

    @property
    def formatted(self) -> list[tuple[str, str]]:
        return self.read.formatted

    @property
    def title(self) -> str:
        return self._word("title")

    @property
    def submit(self) -> str:
        return self._word("submit")

    @property
    def close(self) -> str:
        return self._word("close")

    def _word(self, name: str) -> str:
        return str((self.given.get(name) or {}).get("text", ""))

    @property
    def blocks(self) -> Sequence[Mapping[str, Any]]:
        return self.given["blocks"]  # type: ignore[no-any-return]

    @property
    def callback_id(self) -> str:
        return str(self.given.get("callback_id", ""))

    @property
    def private_metadata(self) -> str:
        return str(self.given.get("private_metadata", ""))

    @property
    def elements(self) -> list[Element]:
        return elements(self.blocks)

    @property
    def buttons(self) -> list[Element]:
        return [each for each in self.elements if each.kind == "button"]

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    @property
    def inputs(self) -> list[Element]:
        return [each for each in self.elements if each.is_input]

    def says(self, what: str) -> bool:
        """Whether that stands in its title, its text, on a button or beside an input."""
        return any(what in each for each in (self.title, self.text, self.submit, *self.labels, *self.errors.values()))

    def drawn(self) -> str:
        """For people."""
        errors = [f"⚠ {label}: {why}" for label, why in self.errors.items()]
        foot = "".join(f"[ {word} ]" for word in (self.close, self.submit) if word)
        head = f"═══ {self.title}" if self.title else "═══ Home"
        return (
            "\n".join(line for line in (head, self.text, *errors, foot, "(busy)" if self.busy else "") if line) + "\n"
        )


def look(view: View, stack: int = 1) -> Sight:
    """What its person sees now."""
    labels = {each.block_id: each.label for each in view.elements if each.is_input}
    return Sight(
        view=view,
        read=read_blocks(view.blocks, view.team.reader(view.person), view.inputs.drawn),
        given=view.given,
        values={each.label: view.inputs.drawn(each) for each in view.elements if each.key in view.inputs.state},
        errors={labels.get(block, block): why for block, why in view.errors.items()},
        hash=view.hash,
        busy=view.busy,
        stack=stack,
    )
