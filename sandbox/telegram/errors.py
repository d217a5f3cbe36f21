"""Refusals of the Bot API, worded as the real server words them.

When something is refused is decided where it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal(Exception):
    """`fault` says that the request itself was malformed or beyond a limit, which no well made bot sends."""

    code: int
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    fault: bool = False

    @property
    def payload(self) -> dict[str, Any]:
        shown = {"ok": False, "error_code": self.code, "description": self.description}
        return {**shown, "parameters": dict(self.parameters)} if self.parameters else shown


def state(description: str) -> Refusal:
    """400 for what the world does not allow now: an ordinary outcome."""
    return Refusal(400, f"Bad Request: {description}")


def malformed(description: str) -> Refusal:
    """400 for what should never have been sent."""
    return Refusal(400, f"Bad Request: {description}", fault=True)


def forbidden(description: str) -> Refusal:
    return Refusal(403, f"Forbidden: {description}")


def conflict(description: str) -> Refusal:
    return Refusal(409, f"Conflict: {description}")


def too_many_requests(seconds: int) -> Refusal:
    return Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def upgraded(chat: int) -> Refusal:
    description = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, description, {"migrate_to_chat_id": chat})


UNAUTHORIZED = Refusal(401, "Unauthorized", fault=True)
NO_SUCH_PATH = Refusal(404, "Not Found", fault=True)
NO_SUCH_METHOD = Refusal(404, "Not Found: method not found", fault=True)

OTHER_POLL = conflict("terminated by other getUpdates request; make sure that only one bot instance is running")
WEBHOOK_ACTIVE = conflict(
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
WEBHOOK_SET = conflict("terminated by setWebhook request")

DATE_TOO_FAR = state("ENTITY_DATE_INVALID")
CHAT_NOT_FOUND = state("chat not found")
NOT_MODIFIED = state(
    "message is not modified: specified new message content and reply markup are exactly the same as a current content"
    " and reply markup of the message"
)
TO_EDIT_NOT_FOUND = state("message to edit not found")
TO_DELETE_NOT_FOUND = state("message to delete not found")
TO_REPLY_NOT_FOUND = state("message to be replied not found")
CANT_BE_EDITED = state("message can't be edited")
CANT_BE_DELETED = state("message can't be deleted for everyone")
NO_TEXT_TO_EDIT = state("there is no text in the message to edit")
QUERY_TOO_OLD = state("query is too old and response timeout expired or query ID is invalid")

BLOCKED = forbidden("bot was blocked by the user")
DEACTIVATED = forbidden("user is deactivated")
CANT_BEGIN = forbidden("bot can't initiate conversation with a user")

TEXT_EMPTY = malformed("message text is empty")
TEXT_BLANK = malformed("text must be non-empty")
TEXT_TOO_LONG = malformed("message is too long")
CAPTION_TOO_LONG = malformed("message caption is too long")
MARKUP_TOO_LONG = malformed("reply markup is too long")
BUTTON_DATA_INVALID = malformed("BUTTON_DATA_INVALID")
