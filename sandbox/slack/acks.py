"""What an acknowledgement does: closes or changes a modal, puts sentences beside inputs, answers a command.

How it got here stands in `dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.slack import modals
from sandbox.slack.deliveries import TIMEOUT, Delivery, Kind
from sandbox.slack.errors import Refusal
from sandbox.slack.response_urls import reply

if TYPE_CHECKING:
    from sandbox.slack.views import View

TROUBLE = "We had some trouble connecting. Try again?"
ACTIONS = ("errors", "update", "push", "clear")


def acknowledge(delivery: Delivery, body: Any) -> None:
    """`body` as it was read: None, JSON, or text."""
    delivery.acknowledged, delivery.answer = True, body
    delivery.world.open_deliveries.discard(delivery)
    if delivery.kind is Kind.COMMAND:
        _answer_command(delivery, body)
    elif delivery.kind is Kind.INTERACTIVE:
        _answer_interaction(delivery, body)


def give_up(delivery: Delivery, failed: str) -> None:
    delivery.failed = failed or TIMEOUT
    delivery.world.open_deliveries.discard(delivery)
    person = delivery.person
    if person is None or delivery.kind is Kind.EVENT:
        return
    if delivery.kind is Kind.COMMAND:
        person.notices.append(f'{delivery.payload["command"]} failed with the error "{delivery.failed}"')
    else:
        person.notices.append(TROUBLE)
    if delivery.view is not None:
        delivery.view.busy = False


def _answer_command(delivery: Delivery, body: Any) -> None:
    if body is None or body in ("", {}):
        return
    answer = body if isinstance(body, dict) else {"text": str(body)}
    try:
        reply(delivery.world.response_url(delivery.response_url), answer)
    except Refusal as refusal:
        delivery.world.complain("slash command", f"its answer is refused: {refusal.told}")


def _answer_interaction(delivery: Delivery, body: Any) -> None:
    kind = delivery.payload.get("type")
    if kind == "view_submission" and delivery.view is not None:
        _answer_submission(delivery, delivery.view, body)
    elif kind == "block_suggestion":
        _answer_suggestion(delivery, body)
    elif body not in (None, "", {}):
        delivery.world.complain(str(kind), f"its acknowledgement should be empty: {str(body)[:80]}")


def _answer_submission(delivery: Delivery, view: View, body: Any) -> None:
    view.busy = False
    if view.closed:
        return
    if body in (None, "", {}):
        modals.close(view)
        return
    try:
        _obey(view, body)
    except Refusal as refusal:
        delivery.world.complain("view_submission", refusal.told)
        if delivery.person is not None:
            delivery.person.notices.append(TROUBLE)


def _obey(view: View, body: Any) -> None:
    action = body.get("response_action") if isinstance(body, Mapping) else None
    if action not in ACTIONS:
        raise Refusal("invalid_response_action", (f"no response_action: {str(body)[:80]}",))
    match action:
        case "errors":
            view.errors = _errors(view, body.get("errors"))
        case "clear":
            modals.clear(view)
        case "update":
            modals.update(view, modals.checked(body.get("view"), view.team, besides=view))
        case "push":
            modals.push(view, modals.checked(body.get("view"), view.team))


def _errors(view: View, errors: Any) -> dict[str, str]:
    if not isinstance(errors, dict) or not errors or not all(isinstance(why, str) for why in errors.values()):
        raise Refusal("invalid_errors", ("errors must be an object of sentences by block_id",))
    inputs = {element.block_id for element in view.elements if element.is_input}
    if strangers := errors.keys() - inputs:
        raise Refusal("invalid_errors", (f"no input block is called {', '.join(sorted(strangers))}",))
    return dict(errors)


def _answer_suggestion(delivery: Delivery, body: Any) -> None:
    if not isinstance(body, dict) or not ("options" in body or "option_groups" in body):
        delivery.world.complain("block_suggestion", f"no options: {str(body)[:80]}")
