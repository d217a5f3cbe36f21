"""A language of nobody's, to find what real ones would break: long, accented, and of both directions.

Every sentence of the program stands in it as `[Ḃóóķ áñ … طويل]`: what lacks the brackets was never translated, and what
does not fit was drawn for short words.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from scripts.words import extracted

LOCALE = "ar"
ROOT = Path(__file__).parent.parent
_ACCENTED = str.maketrans("aceilnorstuyACEINOSU", "áçéíłñóřšťúýÁÇÉÍÑÓŠÚ")
_LONGER = 0.4
_LEFTWARD = "طويل"


def pseudo(sentence: str) -> str:
    """A sentence with its placeholders, accented, longer by two fifths, and ending in words of the other direction."""
    parts = sentence.split("{")
    accented = [parts[0].translate(_ACCENTED)]
    for part in parts[1:]:
        name, _, rest = part.partition("}")
        accented.append("{" + name + "}" + rest.translate(_ACCENTED))
    longer = " ".join([_LEFTWARD] * max(1, round(len(sentence) * _LONGER / len(_LEFTWARD))))
    return f"[{''.join(accented)} {longer}]"


def catalogues(folder: Path) -> Path:
    """A folder with the one language, compiled."""
    catalog = Catalog(locale=LOCALE, fuzzy=False)
    for message in extracted(ROOT):
        if message.id:
            forms = (message.id,) if isinstance(message.id, str) else message.id
            strings = pseudo(forms[0]) if isinstance(message.id, str) else tuple([pseudo(forms[-1])] * 6)
            catalog.add(message.id, strings, context=message.context)
    file = folder / LOCALE / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    with file.open("wb") as opened:
        write_mo(opened, catalog)
    return folder
