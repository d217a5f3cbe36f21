"""Response URLs: five answers to an interaction within thirty minutes, without a token.

Who may post elsewhere stands in `chat`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.slack import telling
from sandbox.slack.channels import Channel, Message
from sandbox.slack.errors import NO_TEXT, Refusal, malformed
from sandbox.slack.kit import Surface, check_blocks
from sandbox.slack.naming import named

if TYPE_CHECKING:
    from sandbox.slack.seeing import Somebody

LIVES = timedelta(minutes=30)
USES = 5
KNOWN = frozenset(
    {
        *("text", "blocks", "response_type", "replace_original", "delete_original", "thread_ts", "metadata"),
        *("unfurl_links", "unfurl_media", "mrkdwn", "attachments", "parse", "link_names"),
    }
)
OPTIONS = ("mrkdwn", "parse", "link_names", "unfurl_links", "unfurl_media")


@dataclass(eq=False)
class ResponseUrl:
    """`message`: the one on which a button was pressed, which may be replaced."""

    url: str = field(repr=False)
    person: Somebody
    channel: Channel
    at: datetime
    message: Message | None = None
    uses: int = 0

    def use(self, body: Any) -> None:
        """Raises Refusal: used up, too old, or malformed."""
        if self.person.team.world.now() - self.at > LIVES:
            raise Refusal("expired_url", status=404)
        if self.uses >= USES:
            raise Refusal("used_url", status=404)
        reply(self, body)
        self.uses += 1


def reply(place: ResponseUrl, body: Any) -> None:
    """As an answer to an interaction does it, through the URL or within the acknowledgement. Raises Refusal."""
    if not isinstance(body, Mapping):
        raise malformed("invalid_payload")
    team = place.channel.team
    for name in sorted(body.keys() - KNOWN):
        team.world.complain("response_url", f"no parameter is called {name}")
    if body.get("delete_original"):
        _delete(place)
        return
    text, blocks = _content(body, team.world.chance)
    options = {name: body[name] for name in OPTIONS if name in body}
    # A press replaces what was pressed unless it is told not to; a command has nothing to replace.
    replaces = body.get("replace_original", bool(place.message))
    if replaces and place.message is not None and not place.message.deleted:
        place.message.replace(text, blocks, options)
        team.world.changes.tell()
        return
    only_for = None if body.get("response_type") == "in_channel" else place.person
    written = team.write(place.channel, None, text, blocks=blocks, only_for=only_for, options=options)
    if only_for is None:
        telling.of_message(written)


def _delete(place: ResponseUrl) -> None:
    if place.message is None:
        raise malformed("no_original_message")
    place.message.deleted = True
    place.channel.team.world.changes.tell()


def _content(body: Mapping[str, Any], chance: Any) -> tuple[str, list[dict[str, Any]]]:
    text, blocks = body.get("text") or "", body.get("blocks") or []
    if not text and not blocks and not body.get("attachments"):
        raise NO_TEXT
    if found := check_blocks(blocks, Surface.MESSAGE):
        raise malformed("invalid_blocks", *(f"[ERROR] {each}" for each in found))
    return str(text), named(blocks, chance)
