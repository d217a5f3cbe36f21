"""The bots that are measured, ours first: how each is started, and what people must know to get on with it."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crowd import Manner
from benchmarks.lean_calendar import FORM
from benchmarks.lean_telegram import TOKEN
from bot.store.vault import new_key

ROOT = Path(__file__).parents[1]
PEERS = ROOT / ".venv-peers" / "bin" / "python"
ZONE = "America/Santiago"

PLAIN = Manner()
UNLIMITED = {"MESSAGES_PER_MINUTE": "0", "BOOKINGS_PER_DAY": "0", "COMING_APPOINTMENTS": "0"}
"""A few people do what many would: what one person may do is not what is measured."""

OUR_WORDS = Manner(
    done=r"Booked\. See you then!",
    busy=r" …$|Many people are asking",
    aside=r"^(<b>)?Your appointment(</b>)?\n",
    typed=r"Your (name|e-mail)$",
    confirm=r"^Book it$|^Santiago, GMT",  # the zone is asked once, of whoever is new
    other=r"Back|Leave|Help|On to|Go on|^Change|^Share|^Show",
    gone=r"is no longer free|was just taken|has just been taken",
)


@dataclass(frozen=True)
class Bot:
    """`peer` is its file; none is ours."""

    name: str
    manner: Manner = PLAIN
    peer: str = ""
    ended_by: signal.Signals = signal.SIGTERM

    def command(self, python: Path) -> Sequence[str]:
        return (
            [str(python), str(ROOT / "benchmarks" / "peers" / self.peer)]
            if self.peer
            else [sys.executable, "-m", "bot", "run"]
        )

    def environ(self, folder: Path, telegram: str, calendar: str) -> Mapping[str, str]:
        """`folder` is its own, to keep what it keeps."""
        reached = {"TELEGRAM_API_URL": telegram, "TELEGRAM_BOT_TOKEN": TOKEN, "VIDESK_API_URL": calendar}
        common = {
            **reached,
            "VIDESK_API_TOKEN": "t" * 40,
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(folder),
        }
        if self.peer:
            return common
        form = folder / "form.json"
        form.write_text(json.dumps(FORM), "utf-8")
        own = {"VIDESK_REFERRER": "https://example.com/", "FORM_FILE": str(form), "DATA_DIR": str(folder / "data")}
        return {**common, **own, **UNLIMITED, "HTTP_PORT": "0", "DEFAULT_TIMEZONE": ZONE, "PYTHONPATH": str(ROOT)}

    def several(self, database: str, nodes: Sequence[str]) -> Sequence[Mapping[str, str]]:
        """What each of several programs of ours has besides, that have one database, and are posted to at `nodes`."""
        common = {"DATABASE_URL": database, "SECRET_KEYS": new_key(), "PUBLIC_URL": "https://bot.example.com"}
        return [{**common, "HTTP_PORT": url.rpartition(":")[2]} for url in nodes]


OURS = Bot("booking-bot", OUR_WORDS)
ECHO = Bot("python-telegram-bot, echo", Manner(script="bbbttb"), peer="ptb_echo.py")
CONVERSATION = Bot("python-telegram-bot, ConversationHandler", peer="ptb_conversation.py")
FSM = Bot("aiogram, FSM", peer="aiogram_fsm.py")
DIALOGS = Bot("aiogram-dialog", peer="aiogram_dialogs.py")
