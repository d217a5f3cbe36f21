"""Refusals of Slack's Web API, named as Slack names them.

When something is refused is decided where it is done.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refusal(Exception):
    """`fault` says that the request itself was malformed or beyond a limit, which no well made app sends.

    `messages` are Slack's remarks on it, of which `response_metadata` tells.
    """

    error: str
    messages: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    fault: bool = False

    @property
    def payload(self) -> dict[str, Any]:
        said: dict[str, Any] = {"ok": False, "error": self.error, **self.extra}
        if self.messages:
            said["response_metadata"] = {"messages": list(self.messages)}
        return said

    @property
    def told(self) -> str:
        """For the list of complaints."""
        return f"{self.error}: {'; '.join(self.messages)}" if self.messages else self.error


def state(error: str) -> Refusal:
    """What the world does not allow now: an ordinary outcome."""
    return Refusal(error)


def malformed(error: str, *messages: str) -> Refusal:
    """What should never have been sent."""
    return Refusal(error, messages, fault=True)


def invalid(*messages: str) -> Refusal:
    return malformed("invalid_arguments", *(f"[ERROR] {message}" for message in messages))


def missing(name: str) -> Refusal:
    return invalid(f"missing required field: {name}")


def missing_scope(needed: Iterable[str], provided: Iterable[str]) -> Refusal:
    told = {"needed": ",".join(needed), "provided": ",".join(provided)}
    return Refusal("missing_scope", extra=told, fault=True)


def ratelimited(seconds: int) -> Refusal:
    return Refusal("ratelimited", status=429, headers={"retry-after": str(seconds)})


def unknown_method(method: str) -> Refusal:
    return Refusal("unknown_method", extra={"req_method": method}, fault=True)


NOT_AUTHED = malformed("not_authed")
INVALID_AUTH = malformed("invalid_auth")
ACCOUNT_INACTIVE = state("account_inactive")
TOKEN_REVOKED = state("token_revoked")
NOT_ALLOWED_TOKEN_TYPE = malformed("not_allowed_token_type")
INVALID_JSON = malformed("invalid_json")
JSON_NOT_OBJECT = malformed("json_not_object")
INVALID_FORM = malformed("invalid_form_data")
INVALID_POST_TYPE = malformed("invalid_post_type")

CHANNEL_NOT_FOUND = state("channel_not_found")
NOT_IN_CHANNEL = state("not_in_channel")
IS_ARCHIVED = state("is_archived")
MESSAGE_NOT_FOUND = state("message_not_found")
CANT_UPDATE = state("cant_update_message")
CANT_DELETE = state("cant_delete_message")
MESSAGES_TAB_DISABLED = state("messages_tab_disabled")
USER_NOT_FOUND = state("user_not_found")
USER_NOT_IN_CHANNEL = state("user_not_in_channel")
NO_TEXT = malformed("no_text")
MSG_TOO_LONG = malformed("msg_too_long")
INVALID_BLOCKS_FORMAT = malformed("invalid_blocks_format")

TRIGGER_EXPIRED = state("expired_trigger_id")
TRIGGER_EXCHANGED = state("exchanged_trigger_id")
INVALID_TRIGGER = malformed("invalid_trigger_id")
HASH_CONFLICT = state("hash_conflict")
VIEW_NOT_FOUND = state("not_found")
DUPLICATE_EXTERNAL_ID = malformed("duplicate_external_id")
PUSH_LIMIT = malformed("push_limit_reached")
VIEW_TOO_LARGE = malformed("view_too_large")
HOME_NOT_ENABLED = malformed("not_enabled")
