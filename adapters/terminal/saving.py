"""Files for a person who sits at this machine: they are saved, and where is told. What is in them is not looked at."""

from __future__ import annotations

from pathlib import Path

from adapters import Attachment
from conversations.texts import Text, say


def save(attachment: Attachment, folder: Path) -> Text:
    """Writes a file beside those that are there already; the sentence that tells of it. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    name = Path(attachment.name)
    for number in range(1, 1000):
        path = folder / (name.name if number == 1 else f"{name.stem}-{number}{name.suffix}")
        try:
            with path.open("xb") as file:
                file.write(attachment.content)
        except FileExistsError:
            continue
        return say("Your file is saved here: {path}", path=str(path.resolve()))
    raise FileExistsError(f"{folder} is full of files called {name.name}")
