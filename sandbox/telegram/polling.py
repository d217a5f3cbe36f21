"""How a bot comes by its updates: asking for them, or saying where they shall be posted.

What is kept for it stands in `updates`; the posting in `hook`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import Any

from sandbox.telegram import errors
from sandbox.telegram.asked import Asked, Method
from sandbox.telegram.errors import malformed
from sandbox.telegram.webhook import MOST_CONNECTIONS, Webhook, check_secret, check_url

MOST_UPDATES = 100
LONGEST_POLL = 50


class Told(str):
    """A description that comes along with the result True."""


async def get_updates(asked: Asked) -> list[dict[str, Any]]:
    """Raises Refusal 409 where a webhook is set, and if another call comes while this one waits."""
    limit = min(max(asked.given.number("limit", MOST_UPDATES), 1), MOST_UPDATES)
    patience = min(max(asked.given.number("timeout"), 0), LONGEST_POLL)
    offset, allowed = asked.given.number("offset"), asked.given.nested("allowed_updates")
    with asked.world.lock:
        if asked.world.webhook.url:
            raise errors.WEBHOOK_ACTIVE
        asked.world.polls += 1
        poll = asked.world.polls
        if allowed is not None:
            asked.world.updates.allowed = _allowed(allowed)
        asked.world.updates.expire(asked.world.now())
        asked.world.updates.confirm(offset)
        asked.world.changes.tell()

    def settled() -> bool:
        return len(asked.world.updates) > 0 or asked.world.polls != poll or bool(asked.world.webhook.url)

    if patience:
        with contextlib.suppress(TimeoutError):
            await asked.world.changes.until(settled, patience)
    with asked.world.lock:
        return [update.shown for update in _batch(asked, poll, limit)]


def _batch(asked: Asked, poll: int, limit: int) -> Iterable[Any]:
    if asked.world.webhook.url:
        raise errors.WEBHOOK_SET
    if asked.world.polls != poll:
        raise errors.OTHER_POLL
    return asked.world.updates.take(limit)


def _allowed(raw: Any) -> tuple[str, ...]:
    if not isinstance(raw, list) or not all(isinstance(kind, str) for kind in raw):
        raise malformed("can't parse allowed updates: expected an Array of Strings")
    return tuple(raw)


def set_webhook(asked: Asked) -> Any:
    url, secret = asked.given.text("url"), asked.given.text("secret_token")
    allowed, connections = (
        asked.given.nested("allowed_updates"),
        asked.given.number("max_connections", MOST_CONNECTIONS),
    )
    asked.given.asked.update(("certificate", "ip_address"))
    if not url:
        return delete_webhook(asked)
    check_url(url, local=asked.world.local)
    check_secret(secret)
    if not 1 <= connections <= 100:
        asked.complain("max_connections lies between 1 and 100")
    if allowed is not None:
        asked.world.updates.allowed = _allowed(allowed)
    _drop(asked)
    old, new = asked.world.webhook, Webhook(url, secret, min(max(connections, 1), 100))
    same = (old.url, old.secret_token, old.max_connections) == (url, secret, new.max_connections)
    if not same:
        asked.world.webhook = new
    asked.world.changes.tell()
    return Told("Webhook is already set" if same else "Webhook was set")


def delete_webhook(asked: Asked) -> Any:
    _drop(asked)
    was, asked.world.webhook = asked.world.webhook, Webhook()
    asked.world.changes.tell()
    return Told("Webhook was deleted" if was.url else "Webhook is already deleted")


def _drop(asked: Asked) -> None:
    if asked.given.flag("drop_pending_updates"):
        asked.world.updates.drop()


def get_webhook_info(asked: Asked) -> Any:
    asked.world.updates.expire(asked.world.now())
    return asked.world.webhook.shown(len(asked.world.updates), asked.world.updates.allowed)


METHODS: dict[str, Method] = {
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
