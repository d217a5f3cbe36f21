"""What is built holds all that the program needs to run: translations, migrations, types and the licence."""

import gettext
import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

from scripts import words

ROOT = Path(__file__).parent.parent
PACKAGES = ("adapters", "bot", "conversations", "sandbox")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    [built] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")), versions=["standard"])
    return zipfile.ZipFile(built)


def sources(folder: str) -> set[str]:
    """Every file of a package but what Python leaves behind."""
    found = (file for file in (ROOT / folder).rglob("*") if file.is_file() and "__pycache__" not in file.parts)
    return {file.relative_to(ROOT).as_posix() for file in found}


def test_the_wheel_holds_every_file_of_every_package(wheel: zipfile.ZipFile) -> None:
    held = set(wheel.namelist())
    for package in PACKAGES:
        assert f"{package}/py.typed" in held
        assert sources(package) <= held


def test_the_wheel_holds_each_language_and_gettext_reads_it(wheel: zipfile.ZipFile, tmp_path: Path) -> None:
    wheel.extractall(tmp_path)
    for language in words.languages(ROOT):
        gettext.translation("messages", tmp_path / "bot" / "locales", languages=[language])


def test_the_wheel_holds_no_tests_and_no_tools(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_holds_the_licence_and_the_command(wheel: zipfile.ZipFile) -> None:
    held = {name.partition(".dist-info/")[2]: name for name in wheel.namelist() if ".dist-info/" in name}
    assert {"licenses/LICENSE", "licenses/NOTICE"} <= set(held)
    assert "booking-bot = bot.cli:main" in wheel.read(held["entry_points.txt"]).decode()


def test_the_source_distribution_holds_what_a_wheel_is_made_of(tmp_path: Path) -> None:
    [built] = SdistBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(built) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    for package in PACKAGES:
        assert sources(package) <= held
    for language in words.languages(ROOT):
        folder = f"locales/{language}/LC_MESSAGES"
        assert {f"{folder}/messages.po", f"{folder}/messages.mo"} <= held
    assert {"LICENSE", "NOTICE", "hatch_build.py", "pyproject.toml", "requirements/dev.txt", "Makefile"} <= held
