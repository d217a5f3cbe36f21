"""Compiles the translations while the package is built. No sentence is extracted or judged here: scripts/words.py does.

A wheel carries them as `bot/locales/<language>/LC_MESSAGES/messages.mo`; an editable checkout and the sdist have them
beside their source in `locales/`.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# The same source gives the same bytes, whenever it is compiled.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def compile_catalogues(root: Path) -> list[Path]:
    """Write each `messages.mo` beside its `messages.po`; gives the files written.

    A broken catalogue raises Babel's `PoFileError`.
    """
    return [_compiled(source) for source in sorted(root.glob("locales/*/LC_MESSAGES/messages.po"))]


def _compiled(source: Path) -> Path:
    with source.open("rb") as text:
        catalog = read_po(text, locale=source.parts[-3], abort_invalid=True)
    catalog.creation_date = catalog.revision_date = NEVER
    target = source.with_suffix(".mo")
    # Renamed into place, since tests and a second make may be reading it.
    with tempfile.NamedTemporaryFile(dir=source.parent, suffix=".mo", delete=False) as file:
        write_mo(file, catalog)
    made = Path(file.name)
    made.chmod(0o644)
    return made.replace(target)


class Catalogues(BuildHookInterface[Any]):
    """Run by hatchling for the wheel, the sdist and the editable install alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version` is hatchling's word for the kind of build; an "editable" wheel leaves them in `locales/`."""
        compiled = compile_catalogues(Path(self.root))
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"] |= {str(file): f"bot/{file.relative_to(self.root)}" for file in compiled}
