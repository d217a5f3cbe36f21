"""The file of keys: at every moment it holds each key that something is sealed with."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from bot import keys


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / keys.KEYS_FILE
    keys.make(file)
    return file


def test_a_new_key_comes_in_front_of_the_former_one(file: Path) -> None:
    [former] = keys.read(file)
    begun = keys.begin(file)
    assert begun[1:] == (former,)
    assert begun[0] != former
    assert keys.read(file) == begun


def test_what_was_begun_is_gone_on_with(file: Path) -> None:
    assert keys.begin(file) == keys.begin(file)


def test_at_the_end_the_newest_is_alone_and_the_others_are_kept_beside(file: Path) -> None:
    [first] = keys.read(file)
    second, _ = keys.begin(file)
    retired = keys.finish(file)
    assert keys.read(file) == (second,)
    assert keys.read(retired) == (first,)
    third, _ = keys.begin(file)
    assert keys.finish(file) == retired
    assert keys.read(file) == (third,)
    assert keys.read(retired) == (second, first)


def test_nobody_else_can_read_any_of_them(file: Path) -> None:
    keys.begin(file)
    retired = keys.finish(file)
    assert {stat.S_IMODE(each.stat().st_mode) for each in (file, retired)} == {0o600}
    assert sorted(file.parent.iterdir()) == [file, retired]


@pytest.mark.parametrize("renames", [0, 1])
def test_whoever_is_killed_at_the_end_has_every_key_still(
    renames: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [first] = keys.read(file)
    second, _ = keys.begin(file)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _killed_after(renames))
        with pytest.raises(SystemExit):
            keys.finish(file)
    assert set(keys.read(file)) == {second, first}
    retired = keys.finish(file)
    assert keys.read(file) == (second,)
    assert keys.read(retired) == (first,)


def _killed_after(renames: int) -> object:
    left = iter(range(renames))

    def replace(file: Path, target: Path) -> None:
        if next(left, None) is None:
            raise SystemExit
        os.replace(file, target)  # noqa: PTH105 its place was taken

    return replace
