"""What people do with what they see: press, choose, fill in, submit, close.

What they type, and where they go, stands in `people`; what is sent of it, in `payloads`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.slack import modals, payloads
from sandbox.slack.channels import Message
from sandbox.slack.deliveries import Delivery, Kind
from sandbox.slack.drawing import Element, find
from sandbox.slack.inputs import PICKED, Inputs, option
from sandbox.slack.seeing import Place, Somebody
from sandbox.slack.views import Sight, look


class Hands(Somebody):
    """What is done puts a payload before the app, and gives the delivery of it."""

    # What the person presses

    def presses(self, what: str, where: Place | None = None, *, anyway: bool = False) -> Delivery:
        """A button by label, action_id or value. Raises LookupError if nothing of that name can be pressed.

        It is looked for in the modal if one is open, else in the Home tab if that is looked at, else in the newest
        message that has it, or `where` it is said to be. `anyway` presses what stood there when `where` was seen,
        although it is gone: a press that was on its way.
        """
        with self.team.world.lock:
            place, element = self._found(what, where, ("button",), anyway=anyway)
            return self._acts(place, element, None)

    def chooses(self, what: str, value: Any, where: Place | None = None) -> Delivery:
        """In a menu, picker or group of boxes that tells the app at once. Raises LookupError."""
        with self.team.world.lock:
            place, element = self._found(what, where, ("overflow", *PICKED))
            if element.kind == "overflow":
                return self._acts(place, element, option(element, value))
            inputs = _inputs(place)
            inputs.put(element, value)
            self.team.world.changes.tell()
            return self._acts(place, element, inputs.state[element.key])

    def _acts(self, place: Place, element: Element, content: Any) -> Delivery:
        world = self.team.world
        used = payloads.action(element, content, world.next_ts())
        if isinstance(place, Sight):
            trigger = world.trigger(self, place.view)
            return world.tell(Kind.INTERACTIVE, payloads.acted_in_view(self, place.view, used, trigger.id), self)
        url = world.new_response_url(self, place.channel, place)
        payload = payloads.acted_in_message(self, place, used, world.trigger(self).id, url.url)
        return world.tell(Kind.INTERACTIVE, payload, self)

    def _found(
        self, what: str, where: Place | None, kinds: Sequence[str], *, anyway: bool = False
    ) -> tuple[Place, Element]:
        for place in [where] if where is not None else self._places():
            seen = place if anyway or isinstance(place, Message) else look(place.view)
            gone = not anyway and (place.deleted if isinstance(place, Message) else place.view.closed)
            usable = [] if gone else [each for each in seen.elements if each.kind in kinds]
            if element := find(usable, what):
                return place, element
        raise LookupError(f"nothing called {what!r} to use in\n{self.drawn()}")

    def _places(self) -> list[Place]:
        """Where a person would look for something to press, in this order."""
        if self.modal:
            return [self.modal]
        home = [self.home] if self.home and self.device.tab == "home" else []
        elsewhere = [each for each in self.whispers if each.channel is not self.channel]
        return [*home, *reversed([*self.messages, *elsewhere])]

    def clicks(self, what: str, where: Place | None = None) -> str:
        """A link by its label, or a button that opens an address; of the button the app is told. Gives the address.

        Raises LookupError.
        """
        with self.team.world.lock:
            for place in [where] if where is not None else self._places():
                if (link := next((url for label, url in place.links if label == what), None)) is not None:
                    return link
            place, element = self._found(what, where, ("button",))
            if "url" not in element.raw:
                raise LookupError(f"{what!r} opens no address")
            self._acts(place, element, None)
            return str(element.raw["url"])

    # What the person fills in

    def fills(self, values: Mapping[str, Any]) -> list[Delivery]:
        """Inputs of the modal by label, action_id or block_id. Gives the deliveries of those that tell the app at once.

        Raises LookupError if there is no such input, or no such option in it.
        """
        told = []
        with self.team.world.lock:
            for what, value in values.items():
                place, element = self._found(what, self.modal, tuple(PICKED))
                inputs = _inputs(place)
                inputs.put(element, value)
                if isinstance(place, Sight):
                    place.view.errors.pop(element.block_id, None)
                if not element.is_input or element.block.get("dispatch_action"):
                    told.append(self._acts(place, element, inputs.state[element.key]))
            self.team.world.changes.tell()
        return told

    def suggests(self, what: str, typed: str) -> Delivery:
        """What the person types in a menu whose options the app brings: a block_suggestion."""
        with self.team.world.lock:
            place, element = self._found(what, self.modal, ("external_select", "multi_external_select"))
            if not isinstance(place, Sight):
                raise LookupError("only in a modal")
            payload = payloads.suggestion(self, place.view, element, typed)
            return self.team.world.tell(Kind.INTERACTIVE, payload, self)

    def submits(self, *, anyway: bool = False) -> Delivery | None:
        """The modal; None if Slack's program itself refuses, with the sentences in `modal.errors`.

        `anyway`: as a program would that looks at nothing. Raises LookupError if there is nothing to submit, or if a
        submission is still on its way.
        """
        world = self.team.world
        with world.lock:
            view = self.top
            if view is None or not view.given.get("submit"):
                raise LookupError(f"nothing to submit in\n{self.drawn()}")
            if view.busy and not anyway:
                raise LookupError("the submission is still on its way")
            view.errors = {} if anyway else view.inputs.refused(view.elements)
            world.changes.tell()
            if view.errors:
                return None
            view.busy = True
            payload = payloads.submission(self, view, world.trigger(self, view).id)
            return world.tell(Kind.INTERACTIVE, payload, self, view)

    def closes(self, *, clear: bool = False) -> Delivery | None:
        """The top view by its Cancel, or the whole modal by its ×. Raises LookupError if none is open."""
        world = self.team.world
        with world.lock:
            view = self.top
            if view is None:
                raise LookupError("no modal is open")
            cleared = clear or bool(view.given.get("clear_on_close"))
            gone = list(reversed(self.device.stack)) if cleared else [view]
            payload = payloads.closing(self, view, cleared=cleared)
            for each in gone:
                modals.close(each)
            if not any(each.given.get("notify_on_close") for each in gone[:1]):
                return None
            return world.tell(Kind.INTERACTIVE, payload, self)


def _inputs(place: Place) -> Inputs:
    return place.view.inputs if isinstance(place, Sight) else place.inputs
