"""The pictures of the docs show what the program sends."""

from scripts.pictures import FOLDER, pictures


async def test_the_pictures_are_current() -> None:
    for name, drawn in (await pictures()).items():
        assert (FOLDER / name).read_text("utf-8") == drawn, f"{name}: run `make pictures`"
