"""What people do in Slack besides the shared dialogs: cards, the Home tab, profiles, lines, modals closed or twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from slack_stage import SlackStage, playing_slack
from slack_table import plays

from conversations.people import OPENS
from conversations.screens import Button, Confirm
from sandbox.calendar import faults
from sandbox.slack.channels import Message
from sandbox.slack.views import Sight


@pytest_asyncio.fixture(params=[False, True], ids=["sockets", "posts"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SlackStage]:
    async with playing_slack(tmp_path, hooked=request.param) as stage:
        yield stage
        await stage.settled()


def choice(stage: SlackStage, number: int = 0) -> Button:
    question = stage.screen().question(stage.screen().focus)
    assert question
    return question.choices[number]


async def opens(stage: SlackStage, command: str = "/book", words: str = "") -> None:
    await stage.answered(lambda: stage.person.commands(command, words))


async def at_the_form(stage: SlackStage, *, modal: bool = True) -> None:
    await (opens(stage) if modal else stage.types("/book"))
    while not (stage.screen().focus or "").startswith("form."):
        await stage.presses(choice(stage))


async def submits(stage: SlackStage) -> None:
    def submit() -> None:
        assert stage.person.submits(), stage.person.modal and stage.person.modal.errors

    await stage.answered(submit)


async def booked(stage: SlackStage) -> None:
    await at_the_form(stage)
    await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
    await submits(stage)
    await stage.settled()


def home_of(stage: SlackStage) -> Sight:
    assert stage.person.home
    return stage.person.home


def modal_of(stage: SlackStage) -> Sight:
    assert stage.person.modal
    return stage.person.modal


def cards(stage: SlackStage) -> list[str]:
    return [each.text for each in stage.person.messages if "Your appointment" in each.text]


def sent(stage: SlackStage) -> int:
    return len([each for each in stage.person.messages if each.by_app and not each.deleted])


async def test_a_confirmation_is_a_direct_message_with_doors_into_a_modal(stage: SlackStage) -> None:
    await booked(stage)
    card = await stage.person.sees("This appointment is booked.")
    assert card in stage.person.messages
    assert "Account opening" in card.text
    assert "Where you are" in card.text
    for each in ("This appointment is booked.", "Service: Account opening", "When: "):
        assert each in card.fallback
    stage.person.closes()
    await stage.answered(lambda: stage.person.presses("Move an appointment", card))
    assert stage.person.modal
    assert "Which day suits you better?" in stage.person.modal.text


@plays("moves or cancels what was booked")
async def test_after_a_change_the_older_message_says_that_there_is_a_newer_one(stage: SlackStage) -> None:
    await booked(stage)
    older = await stage.person.sees("This appointment is booked.")
    assert isinstance(older, Message)
    await opens(stage, "/cancel")
    await stage.fills({"Would you like to say why?": "I am ill."})
    await submits(stage)
    await stage.settled()
    newer = await stage.person.sees("This appointment is cancelled.", after=older)
    assert newer is not older
    assert "Something has changed since." in older.text
    assert not older.labels
    assert "Move an appointment" not in newer.labels


def files(stage: SlackStage) -> list[Message]:
    return [each for each in stage.person.messages if each.file]


async def test_one_back_leads_out_of_a_form_and_nothing_is_said_twice(stage: SlackStage) -> None:
    await at_the_form(stage)
    await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
    for way in ("Back", "Change: E-mail"):
        await stage.answered(lambda way=way: stage.person.presses(way))  # type: ignore[misc]
        form = modal_of(stage)
        assert form.values["E-mail"] == "somebody@example.com"
        assert form.text.count("E-mail") == 1
        assert form.labels.count("Back") == 1
        if way == "Back":
            await submits(stage)
    await stage.answered(lambda: stage.person.presses("Back"))
    assert "At what time?" in modal_of(stage).text
    keep = next(each for each in modal_of(stage).labels if each.startswith("Keep: "))
    await stage.answered(lambda: stage.person.presses(keep))
    await submits(stage)
    assert "somebody@example.com" in modal_of(stage).text


@plays("presses a button of a form that is half filled in")
async def test_what_was_typed_in_a_form_is_kept_when_another_button_is_pressed(stage: SlackStage) -> None:
    await at_the_form(stage)
    stage.person.fills({"First name": "Somebody", "E-mail": "no address"})
    await stage.answered(lambda: stage.person.presses("Back"))
    assert "At what time?" in modal_of(stage).text
    await stage.presses(choice(stage))
    while "First name" not in modal_of(stage).values:
        await stage.presses(choice(stage))
    assert modal_of(stage).values["First name"] == "Somebody"
    assert not modal_of(stage).values["E-mail"]
    assert "@" not in "".join(modal_of(stage).errors)
    assert not stage.screen().questions[1].error


@plays("wants an appointment in their own calendar")
async def test_an_appointment_comes_as_a_file_into_the_direct_message(stage: SlackStage) -> None:
    await booked(stage)
    card = await stage.person.sees("This appointment is booked.")
    file = await stage.person.sees("appointment.ics")
    assert isinstance(file, Message)
    assert file.content.startswith(b"BEGIN:VCALENDAR")
    stage.person.closes()
    await stage.answered(lambda: stage.person.presses("Add to my calendar", card))
    assert stage.person.modal
    assert any(label == "Google" for label in stage.person.modal.labels)
    await stage.person.sees("appointment.ics", after=file)
    await stage.settled()
    assert len(files(stage)) == 2
    stage.person.closes()
    await opens(stage, "/cancel")
    await stage.fills({"Would you like to say why?": "I am ill."})
    await submits(stage)
    taken_back = await stage.person.sees("cancelled-appointment.ics")
    assert b"METHOD:CANCEL" in getattr(taken_back, "content", b"")


@plays("opens Home")
async def test_the_home_tab_is_kept_current(stage: SlackStage) -> None:
    stage.person.opens_home()
    await stage.world.until(lambda: stage.person.home is not None)
    assert stage.person.home
    assert "No appointment is coming." in stage.person.home.text
    assert {"Book an appointment", "Language", "Time zone", "Privacy"} <= set(home_of(stage).labels)
    await booked(stage)
    await stage.world.until(lambda: "Account opening" in home_of(stage).text)
    assert {"Move an appointment", "Cancel an appointment"} <= set(home_of(stage).labels)
    assert home_of(stage).labels.count("Book an appointment") == 1
    stage.person.closes()
    await stage.answered(lambda: stage.person.presses("Cancel an appointment", stage.person.home))
    assert stage.person.modal
    assert "Would you like to say why?" in stage.person.modal.text
    await stage.fills({"Would you like to say why?": "I am ill."})
    await submits(stage)
    await stage.world.until(lambda: "No appointment is coming." in home_of(stage).text)


@plays("does nothing while an appointment comes near, goes on, and is over")
async def test_home_and_card_turn_with_the_time(stage: SlackStage) -> None:
    stage.person.opens_home()
    await booked(stage)
    card = await stage.person.sees("This appointment is booked.")
    start = stage.calendar.world.ledger.entries[-1].start
    assert "Join now" not in home_of(stage).labels

    async def at(when: timedelta) -> tuple[str, list[str]]:
        stage.calendar.time_passes((start + when - stage.calendar.now()).total_seconds() + 2)
        await stage.runner.tidy()
        await stage.settled()
        assert isinstance(card, Message)
        return card.text, [*card.labels, *home_of(stage).labels]

    text, labels = await at(-OPENS)
    assert (labels.count("Join now"), labels.count("Move an appointment")) == (2, 2)
    assert "This appointment is booked." in text
    text, labels = await at(timedelta())
    assert (labels.count("Join now"), labels.count("Move an appointment")) == (2, 0)
    assert "This appointment has begun." in text
    text, labels = await at(timedelta(hours=2))
    assert "Join now" not in labels
    assert "This appointment is over." in text
    assert "No appointment is coming." in home_of(stage).text
    assert cards(stage) == [text]


async def test_in_home_what_was_begun_can_be_gone_on_with(stage: SlackStage) -> None:
    await at_the_form(stage)
    stage.person.closes()
    await stage.settled()
    stage.person.opens_home()
    await stage.world.until(lambda: stage.person.home and "Go on: Book an appointment" in home_of(stage).labels)
    await stage.answered(lambda: stage.person.presses("Go on: Book an appointment", stage.person.home))
    assert stage.person.modal
    assert "First name" in stage.person.modal.text


@plays("closes a modal in the middle")
async def test_a_modal_that_was_closed_can_be_gone_on_with(stage: SlackStage) -> None:
    await at_the_form(stage)
    await stage.answered(stage.person.closes)
    assert not stage.person.modal
    door = await stage.person.sees("Go on: Book an appointment")
    assert "Account opening" in door.text
    await stage.answered(lambda: stage.person.presses("Go on: Book an appointment", door))
    assert stage.person.modal
    assert "First name" in stage.person.modal.text


@plays("closes a modal at its end")
async def test_a_modal_that_is_closed_at_its_end_leaves_no_message(stage: SlackStage) -> None:
    await opens(stage)
    await stage.taps(next(each for each in stage.screen().buttons if each.token.endswith("leave")).token)
    before = sent(stage)
    stage.person.closes()
    await stage.settled()
    assert sent(stage) == before


@plays("opens a second modal, on another device")
async def test_two_devices_do_no_harm(stage: SlackStage) -> None:
    await at_the_form(stage)
    phone = stage.person.on("phone")
    await stage.answered(lambda: phone.commands("/appointments"))
    await stage.world.until(lambda: stage.person.modal and "We go on elsewhere." in stage.person.modal.text)
    assert not modal_of(stage).labels
    assert phone.modal


async def test_zone_and_language_come_from_the_profile_and_can_be_changed(tmp_path: Path) -> None:
    async with playing_slack(tmp_path, zone_known=False) as stage:
        person = stage.world.person(locale="es-LA", tz="Asia/Kolkata")
        stage.person = person
        await opens(stage)
        assert person.modal
        assert person.modal.title == "Reservar una cita"
        while not (stage.screen().focus or "").startswith("hour"):
            before = stage.screen().focus
            await stage.presses(choice(stage, -1))
            assert stage.screen().focus != before
        assert "GMT+5:30" in person.modal.text


@plays("changes language or zone in the profile")
async def test_a_changed_profile_counts_from_the_next_screen_on(stage: SlackStage) -> None:
    await opens(stage)
    stage.person.changes(locale="es-ES")
    await stage.world.taken()
    await opens(stage)
    assert stage.person.modal
    assert stage.person.modal.title == "Reservar una cita"


@plays("types a command and `help`")
async def test_help_is_said_where_it_was_asked_for_to_nobody_else(stage: SlackStage) -> None:
    general = stage.world.channel("general", members=[stage.person])
    done = stage.person.commands("/book", "help", channel=general)
    await done.settled()
    assert not general.messages or all(each.ephemeral for each in general.messages)
    whisper = stage.person.whispers[-1]
    assert "/timezone" in whisper.text
    assert not stage.slack.shown


@plays("types a command with words beside it")
async def test_words_beside_a_command_are_looked_for(stage: SlackStage) -> None:
    await opens(stage, "/book", "counselling")
    assert stage.person.modal
    assert "Sleep counselling" in stage.person.modal.labels
    await opens(stage, "/book", "account OPENING")
    assert "With whom?" in stage.person.modal.text
    await opens(stage, "/timezone", "kolkata")
    assert any("Kolkata" in each for each in stage.person.modal.labels)


@plays("uses the shortcut")
async def test_a_shortcut_opens_the_booking(stage: SlackStage) -> None:
    await stage.answered(lambda: stage.person.shortcut("book"))
    assert stage.person.modal
    assert "What is it for?" in stage.person.modal.text


@plays("writes an address or a name with signs", "writes a command to the app without the slash")
async def test_an_address_that_is_written_is_read_as_it_was_typed(stage: SlackStage) -> None:
    await at_the_form(stage, modal=False)
    await stage.types("Some & <body>")
    await stage.types("somebody@example.com")
    assert "Some & <body>" in stage.seen()
    assert "somebody@example.com" in stage.seen()


@plays("changes or deletes a line")
async def test_an_edited_or_deleted_line_counts_as_it_was_written(stage: SlackStage) -> None:
    await at_the_form(stage, modal=False)
    line = stage.person.writes("Somebody")
    await stage.person.sees("E-mail")
    stage.person.edits(line, "Anybody")
    stage.person.deletes(line)
    await stage.types("somebody@example.com")
    assert "Somebody" in stage.seen()


async def test_a_modal_opens_while_the_calendar_hangs(stage: SlackStage) -> None:
    stage.calendar.world.faults.add(faults.hang("services", commit=False))
    stage.person.commands("/book")
    modal = await stage.person.sees("Looking at the calendar")
    assert isinstance(modal, Sight)
    assert modal.title == "Book an appointment"
    await stage.person.sees("The calendar does not answer.", seconds=15)


async def test_a_press_weeks_later_is_answered_by_todays_screen(stage: SlackStage) -> None:
    await stage.types("/book")
    message = stage.sight
    stage.calendar.time_passes(timedelta(weeks=5).total_seconds())
    await stage.types("/start")
    assert stage.sight is not message


async def test_a_form_submitted_once_books_what_the_same_answers_book_one_by_one(tmp_path: Path) -> None:
    bookings = []
    for modal in (True, False):
        folder = tmp_path / str(modal)
        folder.mkdir()
        async with playing_slack(folder) as stage:
            await at_the_form(stage, modal=modal)
            if modal:
                await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
                await submits(stage)
            else:
                await stage.types("Somebody")
                await stage.types("somebody@example.com")
                for _ in range(3):
                    await stage.taps(next(each.token for each in stage.screen().buttons if "skip" in each.token))
                await stage.taps(next(each.token for each in stage.screen().buttons if isinstance(each.means, Confirm)))
            entry = stage.calendar.world.ledger.entries[-1]
            bookings.append((entry.start.isoformat()[11:], entry.service, entry.form))
            await stage.settled()
    assert bookings[0][1:] == bookings[1][1:]


@plays("types a command in any channel")
async def test_a_command_in_a_channel_is_seen_by_nobody_else(stage: SlackStage) -> None:
    other = stage.world.person()
    general = stage.world.channel("general", members=[stage.person, other], bot_in=True)
    await stage.answered(lambda: stage.person.commands("/book", channel=general))
    assert stage.person.modal
    await stage.settled()
    assert not general.messages
    assert not other.modal
    assert not other.whispers


@plays("presses a button of an older message")
async def test_a_press_on_an_older_message_shows_where_things_stand(stage: SlackStage) -> None:
    await at_the_form(stage, modal=False)
    older = stage.sights[0]
    before = stage.screen().revision
    old = next(each.raw["value"] for each in older.elements if each.kind == "button")
    await stage.answered(lambda: stage.person.presses(old, older, anyway=True))
    assert "That button is from an earlier message." in stage.seen()
    assert stage.screen().revision == before


async def test_what_people_and_calendars_write_is_literal_everywhere(stage: SlackStage) -> None:
    nasty = "<!channel> <@U1> <https://a.example|b> *x* `y` :tada:"
    await opens(stage)
    while not (stage.screen().focus or "").startswith("form."):
        await stage.presses(choice(stage))
    await stage.fills({"First name": nasty, "E-mail": "somebody@example.com"})
    assert stage.person.modal
    sights = [stage.person.modal]
    assert nasty in stage.person.modal.text
    await submits(stage)
    await stage.settled()
    stage.person.closes()
    await stage.types("/book")
    await stage.types(nasty)
    assert stage.person.home is None
    stage.person.opens_home()
    await stage.world.until(lambda: stage.person.home is not None)
    for sight in [*sights, *(each for each in stage.person.messages if each.by_app), stage.person.home]:
        assert sight
        assert (sight.mentions, sight.links) == ([], [])
        assert not [style for style, _ in sight.formatted if style not in ("bold", "italic")]
    assert not [each.unfurls for each in stage.person.messages if each.by_app and each.unfurls]
