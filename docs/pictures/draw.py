"""Draws the README's picture, dialog.svg, from a dialog as it is: `.venv/bin/python docs/pictures/draw.py`.

The whole program runs: the chat with buttons, headless, and the stand-in calendar behind real HTTP.
"""

import asyncio
import re
import tempfile
from pathlib import Path

from pydantic import SecretStr

from adapters import Host
from adapters.terminal.cards import Tap
from adapters.terminal.chat import TextualTerminal
from bot.calendar import Calendar
from bot.calendar.forms import forms_of
from bot.store.vault import new_key
from bot.wiring import runner
from conversations.people import Person
from sandbox.__main__ import REFERRER
from sandbox.calendar import World
from sandbox.serving import running

PICTURE = Path(__file__).with_name("dialog.svg")
SAID = ("/book", "account opening", "agent two")
ZONE = "America/Santiago"
# Pictures in a README may load nothing, fonts included.
FONTS = re.compile(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", re.DOTALL)


class Drawn(TextualTerminal):
    """Says its lines, each to the answer to the one before, and ends with a picture."""

    async def run(self, host: Host) -> None:
        chat = self.chat(host)
        async with chat.run_test(size=(76, 31)) as pilot:
            for said in ("", *SAID):
                chat.entry.value = said
                seen = {tap.key.token for tap in chat.query(Tap)}
                await pilot.press("enter")
                while not chat.query(Tap) or seen & {tap.key.token for tap in chat.query(Tap)}:
                    await pilot.pause(0.5)
            await pilot.pause(0.5)
            picture = FONTS.sub("", chat.export_screenshot(title="booking-bot"))
        PICTURE.write_text(picture.replace("Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono"), "utf-8")


async def draw() -> None:
    world = World()
    with running(world) as url, tempfile.TemporaryDirectory() as folder:
        calendar = Calendar(url, SecretStr(world.api_token()), REFERRER, form=forms_of(world.form_segments()))
        person = Person(zone=ZONE, zone_known=True)
        store = f"sqlite:///{Path(folder) / 'bot.db'}"
        async with runner(store, [new_key()], calendar, [Drawn(zone=ZONE)], person) as program:
            await program.run()


if __name__ == "__main__":
    asyncio.run(draw())
