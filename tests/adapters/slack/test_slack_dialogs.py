"""Slack plays the shared dialogs, word for word, through the whole program: in messages and in modals."""

from __future__ import annotations

from pathlib import Path

import pytest
from slack_forms import IN_TURN, FormPlayer, ModalStage
from slack_stage import playing_slack

from dialogs import DIALOGS, Dialog
from playing import Player

WAYS = pytest.mark.parametrize("hooked", [False, True], ids=["sockets", "posts"])


@WAYS
@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: dialog.__name__)
async def test_slack_plays_in_messages(dialog: Dialog, hooked: bool, tmp_path: Path) -> None:
    async with playing_slack(tmp_path, hooked=hooked) as stage:
        await Player(stage.calendar, stage).play(dialog)
        await stage.settled()


@WAYS
@pytest.mark.parametrize("dialog", [each for each in DIALOGS if each not in IN_TURN], ids=lambda each: each.__name__)
async def test_slack_plays_in_modals(dialog: Dialog, hooked: bool, tmp_path: Path) -> None:
    async with playing_slack(tmp_path, hooked=hooked, kind=ModalStage) as stage:
        assert isinstance(stage, ModalStage)
        await FormPlayer(stage.calendar, stage).play(dialog)
        await stage.settled()
