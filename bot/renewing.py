"""New secret keys for what is stored: which keys, in which order, and where they stay. Rows are the store's matter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bot import keys
from bot.settings import BadSettings, Settings
from bot.store.lock import alone
from bot.store.rotation import rotate
from bot.store.store import Store
from bot.store.vault import Vault


async def renew(settings: Settings, *, own: bool) -> list[str]:
    """Seals everything with a new key, `own` if the keys are kept in DATA_DIR. What was done, in lines for people.

    Killed at any moment, it goes on when it is called again. Raises BadSettings or CannotOpen, with nothing changed.
    """
    file = settings.data_dir / keys.KEYS_FILE
    if not own and len(settings.secret_keys) == 1:
        raise BadSettings(
            ["SECRET_KEYS holds one key: put a new one, of `booking-bot keys new`, in front of it, and a comma between"]
        )
    with alone(settings.database_url):
        await _opened(settings, settings.secret_keys)  # before a key is made: with a wrong one nothing is begun
        given = keys.begin(file) if own else settings.secret_keys
        await _rotated(settings, given)
        await _opened(settings, given[:1])
    return _own(keys.finish(file), file) if own else _given(len(given))


async def _opened(settings: Settings, given: Sequence[str]) -> None:
    await (await Store.open(settings.database_url, Vault(given))).close()


async def _rotated(settings: Settings, given: Sequence[str]) -> None:
    store = await Store.open(settings.database_url, Vault(given))
    try:
        await rotate(store)
    finally:
        await store.close()


def _own(retired: Path, file: Path) -> list[str]:
    return [
        f"All that is stored is sealed with the new key in {file}.",
        f"The keys of before are in {retired}: copies made until now open with them alone.",
        "When those copies are gone, delete that file. Until then keep it as safe as the keys.",
    ]


def _given(number: int) -> list[str]:
    others = "the last one" if number == 2 else f"the last {number - 1}"
    return [
        "All that is stored is sealed with the first of SECRET_KEYS.",
        f"You can take {others} out now. Copies made until now open with them alone: keep them as long as the copies.",
    ]
