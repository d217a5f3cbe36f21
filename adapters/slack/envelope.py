"""What Slack delivered, by HTTP or by Socket Mode, in one form: its kind, its payload, the key it dies at. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from adapters import Json
from adapters.slack.parse import COMMAND, EVENT, INTERACTION

MOST_FIELDS = 100
"""Fields of a form that is posted; Slack's have some twenty."""


class Junk(Exception):
    """This is nothing that Slack posts."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """`envelope` is Socket Mode's own name for it, empty by HTTP."""

    kind: str
    payload: Json
    envelope: str = ""

    @property
    def key(self) -> str:
        """Never what counts repetitions: the same may come again as if for the first time."""
        view = self.payload.get("view")
        match self.payload:
            case {"event_id": str(name)}:
                return f"event {name}"
            case {"trigger_id": str(name)}:
                return f"trigger {name}"
            case {"type": "view_closed"} if isinstance(view, Mapping):
                return f"closed {view.get('id')} {view.get('hash')}"
        if self.envelope:
            return f"envelope {self.envelope}"
        return "digest " + hashlib.sha256(json.dumps(self.payload, sort_keys=True).encode()).hexdigest()


def posted(content_type: str, body: bytes) -> Envelope:
    """What was posted. Raises Junk."""
    try:
        text = body.decode("utf-8")
        if content_type.partition(";")[0].strip().lower() == "application/json":
            return _of_event(_loaded(text))
        return _of_form(dict(parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")))
    except (ValueError, RecursionError):
        raise Junk from None


def enveloped(message: Json) -> Envelope | None:
    """What came through a socket; None for what is only about the socket itself."""
    kind, payload, name = message.get("type"), message.get("payload"), message.get("envelope_id")
    if kind not in (COMMAND, INTERACTION, EVENT) or not isinstance(name, str):
        return None
    return Envelope(kind, payload if isinstance(payload, Mapping) else {}, name)


def _of_event(payload: Json) -> Envelope:
    return Envelope(EVENT, payload)


def _of_form(fields: Mapping[str, str]) -> Envelope:
    if "payload" in fields:
        return Envelope(INTERACTION, _loaded(fields["payload"]))
    if "command" in fields or "ssl_check" in fields:
        return Envelope(COMMAND, fields)
    raise ValueError("no form of Slack's")


def _loaded(text: str) -> Json:
    loaded: Any = json.loads(text)
    if not isinstance(loaded, dict):
        raise ValueError("not an object")
    return loaded
