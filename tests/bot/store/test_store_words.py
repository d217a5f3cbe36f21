"""Whatever a session can hold can be stored: each call has its word on disk."""

from typing import get_args

import pytest

from bot.store.codec import CLASSES
from conversations.calls import Call, Keep


@pytest.mark.parametrize("kind", [*get_args(Call), *get_args(Keep)])
def test_every_call_has_a_word_on_disk(kind: type) -> None:
    assert kind in CLASSES.values()
