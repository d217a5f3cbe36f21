"""The methods by which the app shows modals and the Home tab.

What happens to them stands in `modals`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.slack import errors, modals
from sandbox.slack.asked import Asked, Method
from sandbox.slack.errors import invalid, malformed, missing
from sandbox.slack.kit import Surface
from sandbox.slack.payloads import shown
from sandbox.slack.triggers import Trigger
from sandbox.slack.views import MOST_STACKED, View

BAD_VIEW = invalid("must provide a JSON object [json-pointer:/view]")


def open_view(asked: Asked) -> Mapping[str, Any]:
    trigger = _trigger(asked)
    if trigger.modal is not None:
        asked.complain("in a modal views are pushed or updated: that another one opens is not guaranteed")
    given = modals.checked(_given(asked), asked.team)
    trigger.exchange()
    return _told(modals.open_root(trigger.device, trigger.person, given))


def push_view(asked: Asked) -> Mapping[str, Any]:
    trigger = _trigger(asked)
    if trigger.modal is None:
        # Only what is done in a modal allows to push upon it.
        raise malformed("invalid_arguments", "invalid `trigger_id`")
    if trigger.modal.closed:
        raise errors.VIEW_NOT_FOUND
    given = modals.checked(_given(asked), asked.team)
    if len(trigger.device.stack) >= MOST_STACKED:
        raise errors.PUSH_LIMIT
    trigger.exchange()
    return _told(modals.push(trigger.modal, given))


def update_view(asked: Asked) -> Mapping[str, Any]:
    raw, view = _given(asked), _standing(asked)
    if view is None or view.closed:
        raise errors.VIEW_NOT_FOUND
    asked.request.user = view.person.id
    surface = Surface.HOME if view.device is None else Surface.MODAL
    given = modals.checked(raw, asked.team, surface=surface, besides=view)
    _fresh(asked, view)
    modals.update(view, given)
    return _told(view)


def publish_view(asked: Asked) -> Mapping[str, Any]:
    world = asked.world
    person = asked.person("user_id", invalid("invalid `user_id`"))
    if not world.manifest.tab("home"):
        raise errors.HOME_NOT_ENABLED
    view = world.homes.get(person.id)
    given = modals.checked(_given(asked), asked.team, surface=Surface.HOME, besides=view)
    if view is None:
        asked.text("hash")
        view = View(world.next_id("V"), asked.team, person, None)
    else:
        _fresh(asked, view)
    modals.update(view, given)
    world.homes[person.id] = world.views[view.id] = view
    return _told(view)


def _given(asked: Asked) -> Any:
    view = asked.nested("view", BAD_VIEW)
    if view is None:
        raise missing("view")
    return view


def _trigger(asked: Asked) -> Trigger:
    trigger = asked.world.triggers.get(asked.text("trigger_id", required=True))
    if trigger is None or trigger.person.team is not asked.team:
        raise errors.INVALID_TRIGGER
    asked.request.user = trigger.person.id
    return trigger


def _standing(asked: Asked) -> View | None:
    if asked.has("view_id"):
        view = asked.world.views.get(asked.text("view_id"))
        return view if view is not None and view.team is asked.team else None
    external = asked.text("external_id", required=True)
    known = [view for view in asked.world.views_of(asked.team) if view.external_id == external]
    return known[-1] if known else None


def _fresh(asked: Asked, view: View) -> None:
    if asked.has("hash") and asked.text("hash") != view.hash:
        raise errors.HASH_CONFLICT


def _told(view: View) -> Mapping[str, Any]:
    return {"view": shown(view)}


METHODS: dict[str, Method] = {
    "views.open": open_view,
    "views.push": push_view,
    "views.update": update_view,
    "views.publish": publish_view,
}
