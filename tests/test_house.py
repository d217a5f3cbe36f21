"""The rules of the house that no linter knows. What import-linter can hold stands in pyproject.toml."""

import ast
import importlib
import importlib.util
import re
import socket
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import SocketConnectBlockedError

ROOT = Path(__file__).parent.parent
PACKAGES = ("adapters", "bot", "conversations", "sandbox")
MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
CORE = [file for file in MODULES if file.is_relative_to(ROOT / "conversations")]

# What of the standard library computes only: no clock, no chance, no way out of the process.
PURE = frozenset(
    {
        *("__future__", "abc", "base64", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses"),
        *("datetime", "decimal", "enum", "fractions", "functools", "hashlib", "heapq", "itertools", "json", "math"),
        *("numbers", "operator", "re", "string", "struct", "textwrap", "types", "typing", "unicodedata", "zlib"),
        *("zoneinfo", "conversations"),
    }
)
CLOCKS = frozenset({"now", "utcnow", "today"})
WAYS_OUT = frozenset({"open", "print", "input", "exec", "eval", "__import__"})
# Spelled so that this file does not hold them.
REGISTRIES = re.compile(r"p[y]pi\.org|p[y]thonhosted|n[p]mjs|d[e]b\.debian|c[r]ates\.io|g[h]cr\.io|proxy\.g[o]lang")
EMPTY_NAMES = re.compile(r"^_*Base(?=[A-Z]|$)|(Manager|Handler|Helper|Util)s?$")


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def impurities(source: str) -> Iterator[str]:
    """What in a module of the core would tie it to a machine, a moment or a library."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if not pure(name.name))
            case ast.ImportFrom(module=module, level=level) if level or not pure(module or ""):
                yield module or "."
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                yield f"{name}()"
            case ast.Call(func=ast.Name(id=name)) if name in WAYS_OUT:
                yield f"{name}()"
            case ast.AsyncFunctionDef(name=name):
                yield f"async {name}"
            case _:
                pass


def pure(module: str) -> bool:
    return module.partition(".")[0] in PURE


@pytest.mark.parametrize("file", CORE, ids=relative)
def test_conversations_stand_on_nothing_but_values(file: Path) -> None:
    assert list(impurities(file.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import time", "time"),
        ("import os.path", "os.path"),
        ("from random import choice", "random"),
        ("from babel.dates import format_date", "babel.dates"),
        ("from bot.words import Words", "bot.words"),
        ("from . import engine", "."),
        ("at = datetime.now(UTC)", "now()"),
        ("day = date.today()", "today()"),
        ("print('x')", "print()"),
        ("async def advance(): ...", "async advance"),
    ],
)
def test_what_ties_the_core_to_a_machine_is_found(source: str, found: str) -> None:
    assert list(impurities(source)) == [found]


def test_the_core_may_use_dates_and_its_own_modules() -> None:
    assert list(impurities("from datetime import UTC, datetime\nfrom conversations.texts import say")) == []


@pytest.mark.parametrize("file", MODULES, ids=relative)
def test_every_module_says_what_lives_in_it(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_bytes())), f"{relative(file)} has no docstring"


@pytest.mark.parametrize("file", MODULES, ids=relative)
def test_no_class_has_a_name_that_says_nothing(file: Path) -> None:
    classes = [node.name for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.ClassDef)]
    assert [name for name in classes if EMPTY_NAMES.search(name)] == []


def test_every_module_lies_in_a_package_where_import_linter_sees_it() -> None:
    folders = {file.parent for file in MODULES if "migrations" not in file.parts}
    assert sorted(relative(folder) for folder in folders if not (folder / "__init__.py").exists()) == []


def test_every_package_is_typed() -> None:
    assert [package for package in PACKAGES if not (ROOT / package / "py.typed").exists()] == []


def test_tests_are_told_apart_by_their_file_names() -> None:
    """They are no packages, so that `tests/bot` does not hide `bot`; two of one name would be one module."""
    names = Counter(file.name for file in (ROOT / "tests").rglob("*.py"))
    assert "__init__.py" not in names
    assert [name for name, times in names.items() if times > 1] == []


def texts() -> Iterator[tuple[str, str]]:
    """The files of the project, tracked or about to be, that hold text."""
    listing = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for name in names:
        file = ROOT / name
        if name and file.is_file() and b"\0" not in (content := file.read_bytes()):
            yield name, content.decode("utf-8")


@pytest.fixture(scope="module")
def project_texts() -> list[tuple[str, str]]:
    if not (ROOT / ".git").exists():
        return [(relative(file), file.read_text("utf-8")) for file in MODULES]
    return list(texts())


def test_no_file_names_a_package_registry(project_texts: list[tuple[str, str]]) -> None:
    assert [name for name, text in project_texts if REGISTRIES.search(text)] == []


def test_no_file_names_a_folder_of_the_machine_it_was_written_on(project_texts: list[tuple[str, str]]) -> None:
    folders = [str(folder) for folder in (ROOT, Path.home()) if len(folder.parts) > 1]
    here = re.compile("|".join(rf"(?<![\w.-]){re.escape(folder)}/" for folder in folders) or r"(?!)")
    assert [name for name, text in project_texts if here.search(text)] == []


PINS = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>\S+)(?: ; [^\\]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+",
    re.MULTILINE,
)


def pins(lock: str) -> dict[str, str]:
    return {pin["name"]: pin["version"] for pin in PINS.finditer((ROOT / "requirements" / lock).read_text("utf-8"))}


@pytest.mark.parametrize("lock", ["runtime.txt", "dev.txt"])
def test_a_lock_holds_nothing_but_versions_and_their_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / lock).read_text("utf-8")
    assert PINS.sub("", text) == ""
    assert pins(lock)


def test_the_locks_agree_and_hold_all_that_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime, development = pins("runtime.txt"), pins("dev.txt")
    assert {re.split(r"[<>=\[ ]", wish)[0] for wish in project["project"]["dependencies"]} <= set(runtime)
    assert {re.split(r"[<>=\[ ]", wish)[0] for wish in project["dependency-groups"]["dev"]} <= set(development)
    assert runtime.items() <= development.items()


def test_the_example_of_an_environment_is_what_the_settings_print() -> None:
    if importlib.util.find_spec("bot.settings"):
        settings = importlib.import_module("bot.settings")
        assert (ROOT / ".env.example").read_text("utf-8") == settings.example()


def test_no_test_reaches_beyond_this_machine() -> None:
    with pytest.warns(UserWarning, match="192.0.2.1"), pytest.raises(SocketConnectBlockedError):
        socket.create_connection(("192.0.2.1", 9), timeout=1)
