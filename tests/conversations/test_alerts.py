"""What whoever runs the program is told: what has happened, and of nobody."""

from datetime import UTC, datetime

import pytest

from chatting import spoken
from conversations.alerts import Trouble, doubted, troubled
from conversations.calls import Book, Cancel, Reschedule, Write
from conversations.screens import Screen

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
BOOK = Book(
    key="key-1",
    service="s1",
    service_title="Eye test",
    agent="a1",
    agent_name="Agent One",
    start=START,
    zone="UTC",
    form=(("email", "guest@example.com"),),
)


def rows(screen: Screen) -> dict[str, object]:
    return {spoken(label): value for label, value in screen.rows}


def test_a_booking_in_doubt_is_told_by_service_hour_and_number() -> None:
    told = rows(doubted(BOOK, "Eye test", START))
    assert told.keys() == {"What", "Service", "When", "Number"}
    assert (told["Service"], told["When"], told["Number"]) == ("Eye test", START, "key-1")


def test_nothing_that_a_person_told_is_told() -> None:
    assert "guest@example.com" not in repr(doubted(BOOK, "Eye test", START))


@pytest.mark.parametrize(
    "call", [Reschedule(key="key-2", appointment="one", start=START), Cancel(key="key-2", appointment="one", reason="")]
)
def test_of_an_appointment_that_is_not_known_any_more_only_the_number_is_told(call: Write) -> None:
    assert rows(doubted(call, "", None)).keys() == {"What", "Number"}


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_is_told_in_a_sentence_of_its_own(trouble: Trouble) -> None:
    screens = [troubled(each).lines for each in Trouble]
    assert troubled(trouble).lines
    assert screens.count(troubled(trouble).lines) == 1
