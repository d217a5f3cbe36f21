"""Triggers: what allows the app to open a modal, once, within three seconds of the person's act.

What is opened stands in `modals`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.slack import errors

if TYPE_CHECKING:
    from sandbox.slack.seeing import Device, Somebody
    from sandbox.slack.views import View


@dataclass(eq=False)
class Trigger:
    """`view`: the modal in which the person acted, if it was one."""

    id: str
    person: Somebody
    device: Device = field(repr=False)
    at: datetime
    view: View | None = None
    exchanged: bool = False

    @property
    def modal(self) -> View | None:
        """The view, if it is no Home tab."""
        return self.view if self.view is not None and self.view.device is not None else None

    def exchange(self) -> None:
        """Raises Refusal if it is too old or was used."""
        world = self.person.team.world
        if self.exchanged:
            raise errors.TRIGGER_EXCHANGED
        if world.now() - self.at > timedelta(seconds=world.trigger_life):
            raise errors.TRIGGER_EXPIRED
        self.exchanged = True
