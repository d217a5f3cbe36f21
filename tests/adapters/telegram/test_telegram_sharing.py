"""What is remembered of the buttons that share something: as much as there is room for, and nobody's but theirs."""

from __future__ import annotations

import pytest
from telegram.request import RequestData

from adapters.telegram import sharing
from adapters.telegram.api import Api, Transport
from adapters.telegram.parse import SHARE
from adapters.telegram.sharing import ASKED, Sharing
from bot.words import Words
from paper_host import Paper

WORDS = Words("en", "UTC")


class Way(Transport):
    """To a Telegram that takes everything."""

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def exchange(self, _method: str, _url: str, _given: RequestData | None, _seconds: float) -> tuple[int, bytes]:
        return 200, b'{"ok": true, "result": {"message_id": 7}}'


async def a_sharing(paper: Paper) -> Sharing:
    made = Sharing(Api("1:token", way=Way))
    await made.take_up(paper)
    return made


async def test_of_too_many_buttons_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "MOST", 2)
    paper = Paper()
    made = await a_sharing(paper)
    for chat in (1, 2, 3, 2, 4):
        await made.ask(chat, ASKED[SHARE], WORDS)
    assert paper.notes["keyboards"] == {"2": 7, "4": 7}


async def test_whose_note_was_erased_is_not_noted_again_with_somebody_elses() -> None:
    paper = Paper()
    made = await a_sharing(paper)
    for chat in (1, 2):
        await made.ask(chat, ASKED[SHARE], WORDS)
    paper.notes["keyboards"] = {"2": 7}  # the person was forgotten
    await made.ask(3, ASKED[SHARE], WORDS)
    await made.put_away(2, WORDS, shared=True)
    assert paper.notes["keyboards"] == {"3": 7}
