"""How long it takes to read a day and an hour: every phrase and sentence of the tests, and lines made to be slow.

`python -m benchmarks.reading` prints milliseconds of processor time a line; the goal is a 99th percentile under 2.
Nothing is tested here.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from time import thread_time

from bot.reading import LONGEST, moment
from bot.words import Words

AT = datetime(2026, 11, 18, 15, tzinfo=UTC)
TESTS = Path(__file__).parent.parent / "tests" / "bot" / "reading"
ROUNDS = 20
SLOW = (
    "1 " * (LONGEST // 2),
    "a " * (LONGEST // 2),
    "1.1." * (LONGEST // 4),
    "mar " * (LONGEST // 4),
    "next week next week next week next week next week next week",
    "24 11 24 11 24 11 24 11 24 11 24 11 24 11 24 11",
    "twenty five past three in the morning of the twenty fifth of december at",
    "tomorrow between half past three and quarter to five in the afternoon",
    "between 3 and and and and 5 and and and and and 5",
    "the 3 after of on and to of to before 20 friday and morning december",
    "sexta de 20 o da às 3 a noite às 3 à noite as",
    "x" * LONGEST,
)


def lines(language: str) -> list[str]:
    found = [
        line
        for folder in ("phrases", "sentences")
        for line in (TESTS / folder / f"{language}.txt").read_text("utf-8").splitlines()
        if not line.startswith(("#", "="))
    ]
    return [*found, *SLOW]


def measured(language: str) -> list[float]:
    """Milliseconds of each reading, once the language is loaded."""
    words, took = Words(language, "America/Santiago"), []
    for each in range(ROUNDS + 1):
        for line in lines(language):
            moment.forget()
            begun = thread_time()
            moment.read(line, words, AT)
            took.append((thread_time() - begun) * 1000 if each else 0.0)
    return [each for each in took if each]


def main() -> None:
    sys.stdout.write("language   lines   median      99 %     worst\n")
    for file in sorted((TESTS / "phrases").glob("*.txt")):
        took = measured(file.stem)
        cuts = quantiles(took, n=100)
        sys.stdout.write(
            f"{file.stem:8} {len(took) // ROUNDS:7} {cuts[49]:6.3f} ms {cuts[98]:6.3f} ms {max(took):6.3f} ms\n"
        )


if __name__ == "__main__":
    main()
