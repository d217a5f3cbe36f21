"""What happens to modals on a person's screen, whoever does it: the app by a method, its acknowledgement, the person.

Views themselves stand in `views`; which requests may do this, in `view_methods`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.slack import errors
from sandbox.slack.errors import invalid
from sandbox.slack.kit import Surface, check_view, too_large
from sandbox.slack.naming import named
from sandbox.slack.views import MOST_STACKED, View

if TYPE_CHECKING:
    from sandbox.slack.seeing import Device, Somebody
    from sandbox.slack.teams import Team


def checked(
    given: Any, team: Team, *, surface: Surface = Surface.MODAL, besides: View | None = None
) -> Mapping[str, Any]:
    """The view as Slack would keep it, with ids where the app gave none. Raises Refusal."""
    if too_large(given):
        raise errors.VIEW_TOO_LARGE
    if found := check_view(given, surface):
        raise invalid(*found)
    external = given.get("external_id")
    if external and any(view.external_id == external for view in team.world.views_of(team) if view is not besides):
        raise errors.DUPLICATE_EXTERNAL_ID
    return {**given, "blocks": named(given["blocks"], team.world.chance)}


def open_root(device: Device, person: Somebody, given: Mapping[str, Any]) -> View:
    """A new modal; one that is there already gives way to it."""
    for old in device.stack:
        old.closed = True
    device.stack = []
    return _put(device, person, given, None)


def push(view: View, given: Mapping[str, Any]) -> View:
    """On top of the modal to which the view belongs. Raises Refusal."""
    device = view.device
    if device is None or len(device.stack) >= MOST_STACKED:
        raise errors.PUSH_LIMIT
    return _put(device, view.person, given, device.stack[-1])


def _put(device: Device, person: Somebody, given: Mapping[str, Any], previous: View | None) -> View:
    world = person.team.world
    root = (previous.root or previous) if previous else None
    view = View(world.next_id("V"), person.team, person, device, root=root, previous=previous)
    view.give(given, world.now())
    world.views[view.id] = view
    device.stack.append(view)
    world.changes.tell()
    return view


def update(view: View, given: Mapping[str, Any]) -> None:
    view.give(given, view.team.world.now())
    view.team.world.changes.tell()


def close(view: View) -> None:
    """The view goes; the one below it is seen again."""
    view.closed = True
    if view.device is not None and view in view.device.stack:
        view.device.stack.remove(view)
    view.team.world.changes.tell()


def clear(view: View) -> None:
    """The whole modal goes."""
    if view.device is not None:
        for each in list(view.device.stack):
            close(each)
