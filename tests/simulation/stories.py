"""How much happens in a seed: most are short, and much goes wrong in them; some are long, so that doubts pile up.

What goes wrong, and what people do, is not known here.
"""

from __future__ import annotations

from dataclasses import dataclass

BOOK = "/book"


@dataclass(frozen=True)
class Story:
    """Each of the sequences is drawn from, each entry as likely as the others.

    `first` is what everybody begins with, `wishes` are how many things they want one after another, `tired` after how
    much they go home. `goals` is what they want. `strengths` are those of a kind of fault (see `weather`).
    """

    guests: tuple[int, ...]
    first: str
    wishes: tuple[int, ...]
    goals: tuple[str, ...]
    tired: int
    strengths: tuple[float, ...]
    brief_form: bool
    """Whether the calendar asks for no more than a name and an address."""


LONG = Story(
    guests=(1, 2, 3, 4),
    first="/start",
    wishes=(2, 3, 4, 5, 6),
    goals=(BOOK,) * 6 + ("/reschedule", "/reschedule", "/cancel", "/appointments", "/start", "/settings", "/export"),
    tired=150,
    strengths=(0.0, 0.02, 0.1, 0.3),
    brief_form=False,
)
SHORT = Story(
    guests=(1, 1, 1, 2),
    first=BOOK,
    wishes=(1, 2),
    goals=(BOOK, "/reschedule", "/reschedule", "/cancel", "/cancel", "/appointments"),
    tired=20,
    strengths=(0.0, 0.1, 0.3),
    brief_form=True,
)

LONG_EACH = 50


def story(seed: int) -> Story:
    return SHORT if seed % LONG_EACH else LONG
