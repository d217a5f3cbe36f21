"""The wheel runs by itself: in an empty environment with the runtime lock, far from the checkout."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.proof, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of the installed wheel lie."""
    place = tmp_path_factory.mktemp("installed")
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(place), versions=["standard"])
    venv.create(place / "venv", with_pip=True)
    binaries = place / "venv" / ("Scripts" if sys.platform == "win32" else "bin")
    install: list[str | Path] = [binaries / "python", "-I", "-m", "pip", "install", "--quiet"]
    subprocess.run([*install, "--require-hashes", "--requirement", ROOT / "requirements" / "runtime.txt"], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    return binaries


def run(*command: str | Path, folder: Path) -> str:
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    return subprocess.run(command, cwd=folder, env=os.environ | home, check=True, capture_output=True, text=True).stdout


def test_all_that_is_installed_fits_together(bin_folder: Path, tmp_path: Path) -> None:
    assert "No broken requirements found." in run(bin_folder / "python", "-m", "pip", "check", folder=tmp_path)


def test_help_is_there(bin_folder: Path, tmp_path: Path) -> None:
    assert "demo" in run(bin_folder / "booking-bot", "--help", folder=tmp_path)


def test_the_tour_goes_from_end_to_end(bin_folder: Path, tmp_path: Path) -> None:
    assert run(bin_folder / "booking-bot", "demo", "--tour", folder=tmp_path)
