"""The map of the conversations is the one that the code draws."""

from scripts.map import FILE, drawn


def test_the_map_is_current() -> None:
    assert FILE.read_text("utf-8") == drawn(), "run `make map`"
