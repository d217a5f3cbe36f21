"""What is known of the modals that stand: opened or not, closed, what they show. In memory; Slack knows better.

After a restart nothing is known here: a modal is found again by the name that its delivery gave it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from conversations.screens import Screen

MOST = 1_000
"""Modals that are remembered, with the screens that stand in them; of older ones Slack is asked."""

PATIENCE = 4.0
"""Seconds after which nobody waits for an opening or an answer any more."""

SETTLING = 0.3
"""Seconds that Slack has to draw the answer to a submission before something newer is drawn over it."""


@dataclass(slots=True)
class View:
    """A modal. `busy` is set while one is being opened or a submission answered: whoever draws waits for that.

    `hash` is Slack's name for what it shows; empty if that is not known. `pressed` means that something was done in it:
    it stands, whatever Slack said of it before.
    """

    id: str = ""
    hash: str = ""
    shown: Screen | None = None
    was_open: bool = False
    gone: bool = False
    pressed: bool = False
    _free: asyncio.Event = field(default_factory=asyncio.Event)

    def hold(self) -> None:
        self._free.clear()

    def free(self) -> None:
        self._free.set()

    def free_soon(self) -> None:
        """The answer to a submission is on its way: what is drawn next must come after it."""
        asyncio.get_running_loop().call_later(SETTLING, self._free.set)

    def touched(self, *, closed: bool) -> None:
        """Something was done in it, or it was closed."""
        self.gone, self.pressed = closed, not closed
        self.shown = None if closed else self.shown
        self.was_open = True

    async def freed(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self._free.wait()
        except TimeoutError:
            self._free.set()

    def drawn(self, answer: object) -> None:
        """Takes down what Slack says of the modal it has drawn."""
        match answer:
            case {"id": str(id), "hash": str(hash)}:
                self.id, self.hash = id, hash
        self.was_open = True


class Views:
    def __init__(self) -> None:
        self._known: OrderedDict[str, View] = OrderedDict()

    def of(self, external: str, anchor: str = "") -> View:
        """The modal of this name; `anchor` is what was known of it when it was last drawn."""
        view = self._known.get(external)
        if view is None:
            view = self._known[external] = View()
            view.id, _, view.hash = anchor.partition(" ")
            view.was_open = bool(anchor)
            view.free()
        self._known.move_to_end(external)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return view
