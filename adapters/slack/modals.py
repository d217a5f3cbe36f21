"""The modal in which a conversation stands: opened while its trigger lives, answered when it is submitted, drawn over.

What stands in a modal is `render`'s matter. What has no modal any more is written elsewhere: that is not known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

import structlog

from adapters import Anchor, Json, Receipt, Words
from adapters.slack import parse as parsing
from adapters.slack import render
from adapters.slack.api import GONE, Api, Refused, Unreached
from adapters.slack.gates import Held
from adapters.slack.parse import Sheet
from adapters.slack.places import Spot
from adapters.slack.views import View, Views
from adapters.tasks import Tasks
from conversations.screens import Screen
from conversations.texts import say

log = structlog.get_logger()

OPENING = 0.7
"""Seconds that an opening modal waits for its first screen; then it opens without. A trigger lives for three."""

OPENED = 2.0
"""Seconds given to Slack to open it."""

LATE = 1.0
"""Seconds in which a modal may still open that a former life of the program has asked for."""

SUBMITTED = 2.0
"""Seconds that a submission waits for what follows from it. Slack waits for three."""


class Modals:
    """`speak` gives the words of a locale, for what is said before anybody knows more."""

    def __init__(self, api: Api, speak: Callable[[str], Words]) -> None:
        self._api, self._speak = api, speak
        self._views = Views()
        self._tasks = Tasks()

    def view(self, where: Spot, anchor: Anchor = "") -> View:
        """What is known of a modal; `anchor` is what was known when it was last drawn."""
        return self._views.of(where.external, anchor)

    # What Slack waits for.

    def open_soon(self, where: Spot, trigger: str, receipt: Receipt) -> None:
        """Opens a modal with the screen to which a delivery leads, while its trigger lives. Returns at once."""
        self._tasks.start(self._open(where, trigger, receipt))

    async def _open(self, where: Spot, trigger: str, receipt: Receipt) -> None:
        """A modal that cannot be opened is gone: its screens become messages."""
        view = self.view(where)
        try:
            seen = await receipt.seen(OPENING)
            drawn = render.modal(seen.screen, seen.words) if seen else self._waiting()
            answer = await self._api.call(
                where.team,
                "views.open",
                {"trigger_id": trigger, "view": {**drawn, "external_id": where.external}},
                patience=0.0,
                answer=OPENED,
            )
            view.drawn(answer.get("view"))
            view.shown = seen.screen if seen else None
        except (Refused, Held) as error:
            view.gone = True
            log.info("a modal could not be opened", why=str(error))
        except Unreached as error:
            log.info("nobody knows whether a modal was opened", why=str(error))  # whoever draws it finds out
        finally:
            view.free()

    async def submitted(self, where: Spot, payload: Json, receipt: Receipt) -> Json:
        """The answer to a submission: its errors beside their inputs, or the next view. An empty one would close it."""
        view = self.view(where)
        stood = view.shown is not None and view.shown.revision == Sheet.of(payload["view"]).revision
        try:
            seen = await receipt.seen(SUBMITTED)
            errors = _errors(seen.screen, seen.words, payload) if seen else {}
            # The answer may be lost. Who sees what was submitted can submit it again; over anything else it is drawn.
            view.shown = seen.screen if seen and stood else None
            view.hash, view.was_open = "", True
            if errors:
                return {"response_action": "errors", "errors": errors}
            drawn = render.modal(seen.screen, seen.words) if seen else self._waiting()
            return {"response_action": "update", "view": {**drawn, "external_id": where.external}}
        finally:
            view.free_soon()

    def _waiting(self) -> Json:
        """What stands in a modal before anybody knows what it will be about."""
        words = self._speak("")
        return render.waiting(words.say(say("Appointments")), words.say(say("One moment …")))

    # Out.

    async def draw(self, screen: Screen, where: Spot, view: View, words: Words) -> Anchor | None:
        """Draws over a modal; None if it is closed."""
        await view.freed()
        if not view.gone and view.shown == screen:
            return f"{view.id} {view.hash}"
        for pause in () if view.gone else (0.0,) if view.was_open else (0.0, LATE):
            await asyncio.sleep(pause)
            if await self._update(view, screen, where, words):
                return f"{view.id} {view.hash}"
        return None

    async def _update(self, view: View, screen: Screen, where: Spot, words: Words) -> bool:
        """False if the modal is closed. Nobody else draws it: another hash is just the answer to a submission."""
        drawn = {**render.modal(screen, words), "external_id": where.external}
        asked = {"external_id": where.external, "view": drawn, **({"hash": view.hash} if view.hash else {})}
        try:
            try:
                answer = await self._api.call(where.team, "views.update", asked)
            except Refused as error:
                if error.why != "hash_conflict":
                    raise
                asked.pop("hash", None)
                answer = await self._api.call(where.team, "views.update", asked)
        except Refused as error:
            if error.why not in GONE:
                raise
            view.gone = True
            return False
        view.drawn(answer.get("view"))
        view.shown = screen
        return True

    async def finished(self, within: float) -> None:
        """Ends what is under way: modals are still opened, for so many seconds."""
        await self._tasks.finished(within)


def _errors(screen: Screen, words: Words, payload: Json) -> Mapping[str, str]:
    """What is wrong with each input of a form that was refused, by its block; nothing if something else stands now."""
    view = payload["view"]
    if Sheet.of(view).revision != screen.revision:
        return {}
    blocks = {parsing.question_of(name): name for name in view["state"]["values"]}
    return {
        blocks[each.name]: words.say(each.error)
        for each in screen.questions
        if each.error and each.name in blocks and each.name
    }
