"""The shared dialogs hold in memory, before any platform plays them."""

import pytest

from chatting import Chat
from dialogs import DIALOGS, Dialog, Talk, transcript


def name(dialog: Dialog) -> str:
    return str(getattr(dialog, "__name__", dialog))


@pytest.mark.parametrize("dialog", DIALOGS, ids=name)
def test_a_dialog_goes_as_written(dialog: Dialog) -> None:
    dialog(Chat())


@pytest.mark.parametrize("dialog", DIALOGS, ids=name)
def test_a_dialog_can_be_taken_down_and_played_step_by_step(dialog: Dialog) -> None:
    chat = Chat()
    for verb, arguments, named in transcript(dialog):
        assert hasattr(Talk, verb)
        getattr(chat, verb)(*arguments, **named)
    assert len(chat.screens) > 5
