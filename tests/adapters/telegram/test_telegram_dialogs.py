"""Telegram plays the shared dialogs, word for word, through the whole program: by polling and by webhook."""

from __future__ import annotations

from pathlib import Path

import pytest
from telegram_stage import playing_telegram

from dialogs import DIALOGS, Dialog
from playing import Player


@pytest.mark.parametrize("hooked", [False, True], ids=["polling", "webhook"])
@pytest.mark.parametrize("dialog", DIALOGS, ids=lambda dialog: dialog.__name__)
async def test_telegram_plays(dialog: Dialog, hooked: bool, tmp_path: Path) -> None:
    async with playing_telegram(tmp_path, hooked=hooked) as stage:
        await Player(stage.calendar, stage).play(dialog)
        await stage.world.until(lambda: not stage.world.unanswered())
