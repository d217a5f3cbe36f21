"""The secret keys that seal what is stored: what they look like, and the file that holds them if nobody sets any.

Whoever reads the file at any moment, even after a crash, finds every key that something is sealed with. What is sealed
with them is the store's matter.
"""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bot.store.vault import new_key

KEYS_FILE = "secret_keys"

RETIRED = ".retired"
"""Is put after the name of the file that keeps the keys of before: copies of the database may still need them."""


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
            make(file)
        if file.stat().st_mode & 0o077:
            raise NoKeys(f"SECRET_KEYS are kept in {file}, which others may read: chmod 600 it")
        return checked(read(file) or ("",))
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds no keys"
        raise NoKeys(f"SECRET_KEYS cannot be kept in {file}: {why}") from None


def read(file: Path) -> tuple[str, ...]:
    """Newest first. Raises OSError, and ValueError for what is no text."""
    return tuple(file.read_text("ascii").split())


def make(file: Path) -> None:
    """A file with a new key. Of two that start at once, the first one's stands."""
    made = _written(file, [new_key()])
    try:
        os.link(made, file)
        _flush(file.parent)
    except FileExistsError:
        return
    finally:
        made.unlink()


def begin(file: Path) -> tuple[str, ...]:
    """The keys with a new one in front; as they are if there are several, since a rotation was begun before."""
    keys = read(file)
    if len(keys) > 1:
        return keys
    keys = (new_key(), *keys)
    _replace(file, keys)
    return keys


def finish(file: Path) -> Path:
    """Leaves the newest key alone, and gives the file to which the others went."""
    newest, *others = read(file)
    retired = file.with_name(file.name + RETIRED)
    before = read(retired) if retired.exists() else ()
    _replace(retired, [*others, *(each for each in before if each not in others)])
    _replace(file, [newest])
    return retired


def _replace(file: Path, keys: Sequence[str]) -> None:
    """Whole and on disk, or not at all."""
    _written(file, keys).replace(file)
    _flush(file.parent)


def _written(file: Path, keys: Sequence[str]) -> Path:
    """A file beside it, on disk, which nobody else can read."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # 0600 by itself
    with os.fdopen(descriptor, "w", encoding="ascii") as written:
        written.writelines(f"{key}\n" for key in keys)
        written.flush()
        os.fsync(written.fileno())
    return Path(name)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
