"""Gives a name to what came without one, as Slack does: block_id and action_id.

What is checked of names stands in `kit`.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from sandbox.slack.kit import elements_of

LETTERS = string.ascii_letters + string.digits


def named(blocks: Sequence[Mapping[str, Any]], chance: Random) -> list[dict[str, Any]]:
    """A copy in which everything has its name. A name that is made up here is another one each time."""
    copied: list[dict[str, Any]] = json.loads(json.dumps(blocks))
    for block in copied:
        block.setdefault("block_id", "".join(chance.choices(LETTERS, k=5)))
        for element in elements_of(block):
            element.setdefault("action_id", "".join(chance.choices(LETTERS + "+/", k=5)))
    return copied
