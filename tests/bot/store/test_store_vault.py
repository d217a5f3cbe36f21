"""Sealing: nothing is read without a key, and nothing in another place than its own."""

import pytest
from cryptography.fernet import Fernet

from bot.store.vault import Sealed, Vault, new_key

PLAIN = b"eyJhbGciOi token"


@pytest.mark.parametrize("plain", [b"", b"x", PLAIN, bytes(range(256)) * 8])
def test_what_is_sealed_opens_in_its_place(plain: bytes) -> None:
    vault = Vault([new_key()])
    sealed = vault.seal("tokens", "a1", plain)
    assert vault.unseal("tokens", "a1", sealed) == plain
    assert plain == b"" or len(plain) == 1 or plain not in sealed


def test_the_same_plaintext_is_never_sealed_the_same_way_twice() -> None:
    vault = Vault([new_key()])
    assert vault.seal("tokens", 1, PLAIN) != vault.seal("tokens", 1, PLAIN)


@pytest.mark.parametrize(("purpose", "row"), [("tokens", 2), ("person", 1), ("token", "s\x001"), ("tokens", "1 ")])
def test_in_another_row_or_for_another_purpose_it_does_not_open(purpose: str, row: str | int) -> None:
    vault = Vault([new_key()])
    with pytest.raises(Sealed):
        vault.unseal(purpose, row, vault.seal("tokens", 1, PLAIN))


def test_every_changed_byte_is_noticed() -> None:
    vault = Vault([new_key()])
    sealed = vault.seal("tokens", 1, PLAIN)
    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Sealed):
            vault.unseal("tokens", 1, bytes(changed))


@pytest.mark.parametrize("length", [0, 1, 40, 72])
def test_what_was_cut_off_does_not_open(length: int) -> None:
    vault = Vault([new_key()])
    with pytest.raises(Sealed):
        vault.unseal("tokens", 1, vault.seal("tokens", 1, PLAIN)[:length])


def test_a_new_key_in_front_opens_what_the_old_one_sealed() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal("tokens", 1, PLAIN)
    assert Vault([new, old]).unseal("tokens", 1, sealed) == PLAIN
    assert Vault([new]).unseal("tokens", 1, Vault([new, old]).seal("tokens", 1, PLAIN)) == PLAIN
    with pytest.raises(Sealed):
        Vault([new]).unseal("tokens", 1, sealed)


def test_an_error_and_a_repr_hold_neither_key_nor_content() -> None:
    key = new_key()
    vault = Vault([key])
    with pytest.raises(Sealed) as caught:
        vault.unseal("tokens", "row", vault.seal("tokens", "another", PLAIN))
    said = f"{caught.value!r} {caught.value} {vault!r}"
    assert key not in said
    assert "token " not in said
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("keys", [[], ["x"], [new_key(), "no key, but secret"], [new_key()[:-4]], ["ñ" * 44]])
def test_what_is_no_key_is_refused_without_being_said(keys: list[str]) -> None:
    with pytest.raises(ValueError, match="secret key") as caught:
        Vault(keys)
    assert all(key not in str(caught.value) for key in keys if len(key) > 1)


def test_a_new_key_is_one_and_never_the_same() -> None:
    key = Fernet(new_key())
    assert key.decrypt(key.encrypt(PLAIN)) == PLAIN
    assert new_key() != new_key()
