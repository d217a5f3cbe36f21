"""The places of Slack, by name: a modal, and the direct message with the app. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from adapters import Place

MODAL, DIRECT = "modal", "direct"

_ID = re.compile(r"[A-Z0-9]{1,40}")
_EXTERNAL = re.compile(r"b-[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place taken apart. `external` names a modal, and is empty elsewhere."""

    team: str
    user: str
    external: str = ""


def spot(place: Place) -> Spot:
    team, user, external = (*place.id.split("."), "")[:3]
    return Spot(team, user, external)


def direct(team: str, user: str) -> Place:
    return Place(DIRECT, f"{team}.{user}")


def modal(team: str, user: str, external: str) -> Place:
    return Place(MODAL, f"{team}.{user}.{external}")


def external_id(key: str) -> str:
    """The name of the modal that a delivery opens: whoever knows the delivery knows the modal, also after a restart."""
    return "b-" + hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def is_external(name: str) -> bool:
    return bool(_EXTERNAL.fullmatch(name))


def is_id(name: str) -> bool:
    """Whether this can be Slack's name for a workspace or a person."""
    return bool(_ID.fullmatch(name))
