"""A file of an appointment arrives in the chat as a document."""

from pathlib import Path

from telegram_stage import TelegramStage, playing_telegram

from adapters import Attachment, Place
from bot.words import Words
from conversations.screens import Open
from sandbox.telegram import Fault

TYPED = {"form.firstname": "Somebody", "form.email": "somebody@example.com", "form.phone": "+56 2 2345 6789"}


async def books(stage: TelegramStage) -> None:
    await stage.types("/book")
    while stage.screen().focus:
        question = stage.screen().question(stage.screen().focus)
        assert question
        if question.choices:
            await stage.presses(question.choices[0])
        else:
            await stage.types(TYPED.get(question.name, "On time."))
    await stage.presses(stage.screen().buttons[0])


async def test_a_file_for_the_calendar_is_a_document(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await books(stage)
        await stage.settled()
        door = next(
            each for each in stage.screen().buttons if isinstance(each.means, Open) and each.means.command == "calendar"
        )
        await stage.presses(door)
        await stage.settled()
        _, file = [each.file for each in stage.person.chat if each.file]
        assert (file.name, file.mime_type) == ("appointment.ics", "text/calendar")
        assert file.content.startswith(b"BEGIN:VCALENDAR")
        assert b"Google" in stage.seen().encode()


async def test_it_comes_with_the_confirmation_without_a_sound_and_below_it(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        await books(stage)
        assert "Booked. See you then!" in stage.seen()
        await stage.settled()
        *_, shown, sent = stage.person.chat
        assert shown is stage.message
        assert sent.file
        assert sent.file.name == "appointment.ics"
        assert sent.quiet
        assert not shown.quiet


async def test_nobody_is_there_to_be_sent_a_file(tmp_path: Path) -> None:
    async with playing_telegram(tmp_path) as stage:
        stage.world.faults.add(Fault("sendDocument", status=403, description="Forbidden: bot was blocked by the user"))
        file = Attachment("appointment.ics", "text/calendar", b"x")
        await stage.telegram.send(file, Place("private", str(stage.person.id)), Words("en", "UTC"))
