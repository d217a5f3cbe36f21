"""/privacy, /export, /forget: what is kept is said, shown and erased, at one's own word, from anywhere."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chatting import NOW, Chat, spoken
from conversations.account import PIECE, ROOM, account
from conversations.calls import Book, Cancel, Export, Forget, Reschedule
from conversations.engine import advance
from conversations.offers import Choice
from conversations.people import Person, kept
from conversations.screens import Screen, pressed
from conversations.session import Session
from dialogs import answered, booked, chosen


def everything(screens: tuple[Screen, ...]) -> str:
    return "\n".join(f"{spoken(label)}: {spoken(value)}" for each in screens for label, value in each.rows)


def explained(chat: Chat) -> str:
    """What is said below the question."""
    question = chat.screen.question(chat.screen.focus)
    return spoken(question.hint) if question else ""


def test_privacy_says_what_is_kept_and_for_how_long() -> None:
    chat = Chat(person=Person(zone="America/Santiago", days=30)).opens("/privacy")
    chat.sees("encrypted", "half an hour after its end", "30 days after you were here last")
    assert Chat(person=Person(days=1)).opens("/privacy").screen_text.count("1 day after") == 1


def test_privacy_leads_to_what_can_be_done_about_it() -> None:
    chat = Chat().opens("/privacy")
    assert chat.screen_text.index("[My data] [Forget me]") < chat.screen_text.index("[Book an appointment]")
    chat.taps("My data").sees("Shall I write here everything")
    chat.opens("/privacy").taps("Forget me").sees("Shall I forget everything about you")


def keeps(chat: Chat, label: str) -> object:
    """What the press of a button does with what is kept of the person."""
    return advance(chat.person, chat.session, pressed(chat.button(label).token, chat.at)).keep


def test_export_is_asked_for_once() -> None:
    chat = Chat().opens("/export")
    assert keeps(chat, "Yes, write it here") == Export()
    chat.taps("Yes, write it here").sees("This is everything that I keep of you.", "[Book an appointment]")


def test_export_leads_back_to_what_was_being_done() -> None:
    chat = Chat().opens("/book").taps("Eye test").opens("/export").taps("Yes, write it here")
    chat.sees("This is everything that I keep of you.", "Service: Eye test")


def test_forget_is_asked_once_and_says_what_it_does_not_do() -> None:
    chat = Chat().opens("/forget").sees("[Leave]")
    assert "is booked stays booked with the organisation" in explained(chat)
    assert "only the e-mail" in explained(chat)
    assert keeps(chat, "Yes, forget me") == Forget()
    chat.taps("Yes, forget me").sees("I have forgotten you.", "[Book an appointment]").sees_no("[Go on")


def test_who_does_not_want_it_leaves_and_nothing_is_forgotten() -> None:
    chat = booked(Chat()).opens("/forget").leaves().sees("Nothing was changed")
    assert chat.person.appointments


def test_nothing_that_was_set_aside_outlives_a_forget() -> None:
    chat = Chat().opens("/book").taps("Eye test").opens("/forget").taps("Yes, forget me")
    assert chat.session == Session(
        key=chat.session.key,
        at=chat.at,
        revision=chat.session.revision,
        conversation="forget",
        over=True,
        notice=chat.session.notice,
    )


def test_what_is_on_its_way_cannot_be_forgotten() -> None:
    chat = answered(chosen(Chat())).calendar_holds().taps("Book it").opens("/forget").sees("One moment, please")
    assert isinstance(chat.session.waiting, Book)


def test_a_write_in_doubt_can_be_forgotten() -> None:
    chat = answered(chosen(Chat())).calendar_is_silent().taps("Book it").opens("/forget")
    assert "what may have arrived without an answer" in explained(chat)
    chat.taps("Yes, forget me")
    assert chat.session.aside is None
    chat.sees("I have forgotten you.").sees_no("[Go on")


def test_a_forgotten_person_is_a_stranger_in_their_own_language() -> None:
    known = Person(locale="es-CL", locale_known=True, zone="America/Santiago", zone_known=True, days=7)
    known = replace(known, details={"firstname": Choice("Guest")}, appointments=booked(Chat()).person.appointments)
    assert kept(known, Forget()) == Person(locale="es-CL", zone="America/Santiago", days=7)


BOOKING = Book(
    key="k-1",
    service="s",
    service_title="Eye test",
    agent=None,
    agent_name="",
    start=NOW + timedelta(days=1),
    zone="UTC",
    form=(("1", "Somebody"), ("2", ("left", "right"))),
)


def test_the_account_holds_all_that_is_known() -> None:
    chat = booked(Chat())
    chat.opens("/book").taps("Eye test").opens("/cancel")
    person = replace(chat.person, details={"email": Choice("somebody@example.com")})
    [screen] = account(person, chat.session, [("Platform", "terminal")], [(NOW, BOOKING)], chat.at)
    told = everything((screen,))
    appointment = person.appointments[0]
    for words in (
        *("Platform: terminal", "Language: en", "Time zone: America/Santiago", "email: somebody@example.com"),
        *(appointment.service_title, appointment.email, "This appointment is booked.", "Service: Eye test"),
        *("Sent to be booked", "Eye test", "Somebody", "left"),
    ):
        assert words in told, words


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda id: Cancel("k-2", id, "I am ill"), ("Sent to be cancelled", "I am ill")),
        (lambda id: Cancel("k-2", "long gone", ""), ("Sent to be cancelled: long gone",)),
        (lambda id: Reschedule("k-3", id, NOW), ("Sent to be moved", "2026-11-22")),
    ],
)
def test_the_account_tells_what_was_sent_about_an_appointment(call: object, words: tuple[str, ...]) -> None:
    chat = booked(Chat())
    sent = call(chat.person.appointments[0].id)  # type: ignore[operator]
    told = everything(account(chat.person, chat.session, [], [(NOW, sent)], chat.at))
    assert all(each in told for each in words)


def test_a_long_account_loses_nothing_and_fits_on_its_screens() -> None:
    letters = "".join(chr(ord("a") + number % 26) for number in range(3 * PIECE + 7))
    person = Person(
        details={
            "long": Choice(letters),
            "several": Choice((letters, "short")),
            **{f"name {number}": Choice(f"value {number}") for number in range(300)},
        }
    )
    screens = account(person, Session(key="k"), [], [], NOW)
    assert len(screens) > 2
    rows = [row for screen in screens for row in screen.rows]
    assert "".join(str(value) for label, value in rows if label == "long") == letters
    assert "".join(str(value) for label, value in rows if label == "several") == letters + "short"
    assert {f"value {number}" for number in range(300)} <= {value for _, value in rows}
    assert [spoken(each.title) for each in screens][-1] == f"What I keep of you, {len(screens)} of {len(screens)}"
    for screen in screens:
        assert sum(len(spoken(label)) + len(spoken(value)) for label, value in screen.rows) <= ROOM
        assert screen.over
        assert not screen.buttons
