"""The secret keys that seal what is stored: what they look like, and the file that holds them if nobody sets any.

What is sealed with them is the store's matter.
"""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from pathlib import Path

from bot.store.vault import new_key

KEYS_FILE = "secret_keys"


class NoKeys(Exception):
    """There are none, and none may be made. Its text says what to do."""


def checked(keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys themselves. Raises ValueError, which names one by its place."""
    for place, key in enumerate(keys, start=1):
        if not _is_key(key):
            raise ValueError(f"key {place} of {len(keys)} is no key of 32 bytes in URL-safe base64")
    return keys


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, altchars=b"-_", validate=True)) == 32
    except (binascii.Error, ValueError):
        return False


def kept_in(folder: Path, database: Path) -> tuple[str, ...]:
    """The keys kept in a folder, made if this is the first start. Raises NoKeys."""
    file = folder / KEYS_FILE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not file.exists():
            if database.exists():
                raise NoKeys(f"SECRET_KEYS is not set, and {file} is gone: without it, {database} cannot be opened")
            _make(file)
        if file.stat().st_mode & 0o077:
            raise NoKeys(f"SECRET_KEYS are kept in {file}, which others may read: chmod 600 it")
        return checked(tuple(file.read_text("ascii").split()) or ("",))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds no keys"
        raise NoKeys(f"SECRET_KEYS cannot be kept in {file}: {why}") from None


def _make(file: Path) -> None:
    """Whole and on disk, or not at all. Of two that start at once, the first one's key stands."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # 0600 by itself
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as made:
            made.write(f"{new_key()}\n")
            made.flush()
            os.fsync(made.fileno())
        try:
            os.link(name, file)
        except FileExistsError:
            return
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        Path(name).unlink()
