"""A chat in plain lines: a screen is printed, a line is read. What a line means is found out elsewhere.

A line that is a number on the page presses its button, and no other one even if the page is out of date by then.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from adapters import Anchor, Attachment, Heard, Host, Json, NotTaken, Place, Who, Words
from adapters.terminal import parse as parsing
from adapters.terminal.cells import clean
from adapters.terminal.filling import Filling, begin, offered, take
from adapters.terminal.lines import Ink, asked_lines, busy_lines, page_lines
from adapters.terminal.render import UNTAKEN, Page, draw
from adapters.terminal.saving import save
from conversations.screens import Screen
from conversations.texts import say


class PlainTerminal:
    """`lines` yields what is typed, or pairs of a key and what is typed; `write` takes whole lines.

    `live` is for a keyboard: there is a prompt, and lines are read at any time. Without it lines are echoed, and the
    next one is asked for when the answer to the last is on the screen, or after `patience` seconds. Files are saved in
    `folder`.
    """

    name = "terminal"
    unasked = False  # nobody wants files on their disk that they did not ask for

    def __init__(
        self,
        lines: AsyncIterable[str | tuple[str, str]],
        write: Callable[[str], None],
        *,
        user: str = "you",
        locale: str | None = None,
        zone: str | None = None,
        width: int = 80,
        paint: bool = False,
        form: bool = False,
        live: bool = False,
        patience: float = 30.0,
        folder: Path = Path(),
    ) -> None:
        self.screen: Screen | None = None
        self._lines, self._write = lines, write
        self._who = Who("terminal", "", user, locale, zone)
        self._width, self._ink = width, Ink(paint)
        self._form, self._live = form, live
        self._patience = patience
        self._folder = folder
        self._settled = asyncio.Event()
        self._taken: set[str] = set()
        self._page: Page | None = None
        self._empty = self._untaken = ""
        self._filling: Filling | None = None

    async def run(self, host: Host) -> None:
        await self._hand_on(host, uuid4().hex, {"returned": True})
        async for each in self._lines:
            key, line = each if isinstance(each, tuple) else (uuid4().hex, each)
            await self._enter(host, key, line)

    def parse(self, payload: Json, at: datetime) -> Heard | None:
        event = parsing.parse(payload, at)
        return Heard(self._who, Place("terminal", self._who.user), event) if event else None

    async def show(self, screen: Screen, _place: Place, anchor: Anchor | None, words: Words, *, below: bool) -> Anchor:
        """Prints the screen: on paper there is no other place than below.

        What comes without an anchor while a screen stands is no turn of the conversation, and has no buttons here.
        """
        page = draw(screen, words, whole_form=self._form)
        if below and anchor is None and self.screen:
            self._put(page_lines(replace(page, ways=()), self._width, self._ink))
            self._prompt()
            return ""
        self.screen, self._page = screen, page
        self._empty = clean(words.say(say("Leave it empty to skip.")))
        self._untaken = clean(words.say(UNTAKEN))
        if page.busy:
            self._page = replace(page, ways=())
            self._put(busy_lines(page, self._width, self._ink))
        else:
            self._print(page)
            self._settled.set()
        return str(screen.revision)

    async def send(self, attachment: Attachment, _place: Place, words: Words) -> None:
        saved = await asyncio.to_thread(save, attachment, self._folder)
        self._put(["", clean(words.say(saved))])
        self._prompt()

    async def _enter(self, host: Host, key: str, line: str) -> None:
        if not self._live:
            self._put([f"> {clean(line)}".rstrip()])
        payload = self._payload(line)
        if payload:
            await self._hand_on(host, key, payload)

    async def _hand_on(self, host: Host, key: str, payload: Json) -> None:
        """Hands on what was done, and waits for what it leads to. What came before leads to nothing."""
        self._settled.clear()
        try:
            await host.receive(key, payload)
        except NotTaken:
            self._put(["", self._untaken])
            self._prompt()
            return
        if not self._live and key not in self._taken:
            self._taken.add(key)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._settled.wait(), self._patience)

    def _payload(self, line: str) -> Json | None:
        """What a line stands for; None if there is nothing to tell yet."""
        text = clean(line).strip()
        key = self._page.called(text) if self._page else None
        if key:
            return {"press": key.token}
        if self._filling and (not text.startswith("/") or offered(self._filling, text)):
            self._filling = take(self._filling, text)
            return self._ask_on(self._filling)
        return {"text": text} if text else None

    def _ask_on(self, filling: Filling) -> Json | None:
        if not filling.left:
            self._filling = None
            return filling.payload
        self._ask(filling)
        return None

    def _ask(self, filling: Filling) -> None:
        self._put(["", *asked_lines(filling.left[0], self._width, self._ink, empty=self._empty)])
        self._prompt()

    def _print(self, page: Page) -> None:
        self._filling = self._begun(page)
        self._put(page_lines(page, self._width, self._ink))
        if self._filling:
            self._ask(self._filling)
        else:
            self._prompt()

    def _begun(self, page: Page) -> Filling | None:
        """The form to be asked; one that is being filled in goes on."""
        if not page.form:
            return None
        going = self._filling
        return going if going and going.revision == page.revision else begin(page)

    def _put(self, lines: Iterable[str]) -> None:
        self._write("".join(f"{line}\n" for line in lines))

    def _prompt(self) -> None:
        if self._live:
            self._write("> ")


async def keyboard() -> AsyncIterator[str]:
    """The lines of the standard input. They are read on a thread of their own, which ends with the process."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[str] = asyncio.Queue()

    def read() -> None:
        for line in iter(sys.stdin.readline, ""):
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                loop.call_soon_threadsafe(queue.put_nowait, line)
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(queue.put_nowait, "")

    threading.Thread(target=read, name="keyboard", daemon=True).start()
    while line := await queue.get():
        yield line.rstrip("\n")


def printer() -> Callable[[str], None]:
    """Writes to the standard output at once; what its encoding lacks is written as a question mark.

    Where nobody reads any more (`… | head`), what is written goes nowhere.
    """

    def write(text: str) -> None:
        encoding = sys.stdout.encoding or "utf-8"
        try:
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    return write
