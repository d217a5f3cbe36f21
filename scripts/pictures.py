"""Draws what people see in Telegram and in Slack into docs/pictures: `make pictures`.

The whole program runs, behind real HTTP on both sides: what is drawn are the payloads that the stand-ins were sent. A
test holds that the pictures are as the program is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from scripts import slack_pictures, telegram_pictures

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"


async def pictures() -> Mapping[str, str]:
    """SVG by file name."""
    return {**await telegram_pictures.pictures(), **await slack_pictures.pictures()}


def main() -> None:
    for name, drawn in asyncio.run(pictures()).items():
        (FOLDER / name).write_text(drawn, "utf-8")


if __name__ == "__main__":
    main()
