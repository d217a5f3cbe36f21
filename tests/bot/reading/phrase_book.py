"""Phrases that people type, by language, with what they mean. Nothing is tested here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from conversations.wishes import Span, Wish

AT = datetime(2026, 11, 18, 15, tzinfo=UTC)  # a Wednesday, noon in Santiago
ZONE = "America/Santiago"
LOCALES = {"ar": "ar", "de": "de", "en": "en-GB", "es": "es-ES", "fr": "fr", "it": "it", "pt": "pt-BR"}
FOLDER = Path(__file__).parent / "phrases"

Phrase = tuple[str, Wish | None]


def phrases(language: str) -> list[Phrase]:
    """Each phrase, and what it means; None where nothing must be read."""
    return list(_read((FOLDER / f"{language}.txt").read_text("utf-8").splitlines()))


def sentences(language: str) -> list[str]:
    """What people write that names no day and no hour, or names them only to say something else."""
    return (FOLDER.parent / "sentences" / f"{language}.txt").read_text("utf-8").splitlines()


def _read(lines: list[str]) -> Iterator[Phrase]:
    meaning: Wish | None = None
    for line in lines:
        if line.startswith("="):
            meaning = _meaning(line.removeprefix("=").strip())
        elif line and not line.startswith("#"):
            yield line, meaning


def _meaning(written: str) -> Wish | None:
    if written == "?":
        return None
    days, _, times = written.partition("|")
    spans = {span for each in times.split() for span in _spans(each)}
    return Wish(tuple(sorted(_days(days.split()))), tuple(sorted(spans)))


def _days(written: list[str]) -> Iterator[date]:
    match written:
        case [first, "..", last]:
            day = max(_day(first), AT.date())
            while day <= _day(last):
                yield day
                day += timedelta(days=1)
        case _:
            yield from map(_day, written)


def _day(written: str) -> date:
    return date.fromisoformat(written if written.count("-") == 2 else f"2026-{written}")


def _spans(written: str) -> Iterator[Span]:
    """`12:00-18:00`, `15:00`, and `3*` or `3:30*` for either half of the day."""
    first, _, last = written.partition("-")
    if last:
        yield _minute(first), _minute(last)
        return
    minute = _minute(first.removesuffix("*"))
    yield minute, minute + 1
    if written.endswith("*"):
        other = (minute + 720) % 1440
        yield other, other + 1


def _minute(written: str) -> int:
    hour, _, minute = written.partition(":")
    return int(hour) * 60 + int(minute or 0)
