"""Books by aiogram-dialog's windows; what a person has said is in its memory."""

import asyncio
from datetime import UTC, datetime, timedelta

from aiogram import Dispatcher
from aiogram.filters import Command
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import CallbackQuery, Message
from aiogram_dialog import Dialog, DialogManager, ShowMode, StartMode, Window, setup_dialogs
from aiogram_dialog.widgets.input import TextInput
from aiogram_dialog.widgets.kbd import Button, Cancel, Group, Select
from aiogram_dialog.widgets.text import Const, Format
from aiogram_fsm import ZONE, Booking, asked, bot, calendar


async def services(dialog_manager: DialogManager, session, **_):
    found = (await asked(session, "services"))["data"]
    dialog_manager.dialog_data["titles"] = {each["id"]: each["title"] for each in found}
    return {"choices": [(each["title"], each["id"]) for each in found]}


async def days(dialog_manager: DialogManager, session, **_):
    chosen = dialog_manager.dialog_data
    month = datetime.now(UTC).replace(day=1) + timedelta(days=32)
    first = f"{month:%Y-%m}-01T00:00:00.000Z"
    found = await asked(session, f"services/{chosen['service']}/dates", date=first, timezone=ZONE)
    return {"title": chosen["titles"][chosen["service"]], "choices": [(str(int(day[8:10])), day[:10]) for day in found]}


async def hours(dialog_manager: DialogManager, session, **_):
    chosen = dialog_manager.dialog_data
    day = f"{chosen['day']}T03:00:00.000Z"
    found = await asked(session, f"services/{chosen['service']}/hours", date=day, timezone=ZONE)
    # A colon parts what a button carries.
    return {"day": chosen["day"], "choices": [(hour[11:16], hour[11:16].replace(":", "")) for hour in found]}


async def summary(dialog_manager: DialogManager, **_):
    return {"chosen": dialog_manager.dialog_data}


def choosing(next_state, key):
    async def chosen(query: CallbackQuery, widget, manager: DialogManager, item: str):
        manager.dialog_data[key] = item
        await manager.switch_to(next_state)

    return chosen


def typing(next_state, key):
    async def typed(message: Message, widget, manager: DialogManager, text: str):
        manager.dialog_data[key] = text
        await manager.switch_to(next_state)

    return typed


async def confirm(query: CallbackQuery, button, manager: DialogManager):
    chosen, session = manager.dialog_data, manager.middleware_data["session"]
    form = [{"id": "name", "value": chosen["name"]}, {"id": "email", "value": chosen["email"]}]
    start = f"{chosen['day']}T{chosen['hour'][:2]}:{chosen['hour'][2:]}:00.000Z"
    wish = {"startAt": start, "timezone": ZONE, "form": form, "referrer": "https://example.com/"}
    async with session.post(f"schedule/service/{chosen['service']}", json=wish) as answer:
        booked = await answer.json()
    manager.show_mode = ShowMode.NO_UPDATE
    await query.message.edit_text(f"Booked: {booked['service']}, {booked['startAt']}\n{booked['joinURL']}")
    await manager.done()


def choices(key, next_state, width):
    select = Select(
        Format("{item[0]}"),
        id=key,
        item_id_getter=lambda item: item[1],
        items="choices",
        on_click=choosing(next_state, key),
    )
    return Group(select, width=width)


CANCEL = Cancel(Const("Cancel"))
dialog = Dialog(
    Window(
        Const("What is it for?"), choices("service", Booking.day, 1), CANCEL, state=Booking.service, getter=services
    ),
    Window(Format("{title}: which day?"), choices("day", Booking.hour, 7), CANCEL, state=Booking.day, getter=days),
    Window(Format("{day}: at what time?"), choices("hour", Booking.name, 4), CANCEL, state=Booking.hour, getter=hours),
    Window(Const("Your name?"), TextInput(id="name", on_success=typing(Booking.email, "name")), state=Booking.name),
    Window(
        Const("Your e-mail?"), TextInput(id="email", on_success=typing(Booking.confirm, "email")), state=Booking.email
    ),
    Window(
        Format("{chosen[titles]}\n{chosen[day]} {chosen[hour]}\n{chosen[name]}, {chosen[email]}\nIs it right?"),
        Button(Const("Confirm"), id="confirm", on_click=confirm),
        CANCEL,
        state=Booking.confirm,
        getter=summary,
    ),
)


async def book(message: Message, dialog_manager: DialogManager):
    await dialog_manager.start(Booking.service, mode=StartMode.RESET_STACK, show_mode=ShowMode.SEND)


async def main():
    dispatcher = Dispatcher(events_isolation=SimpleEventIsolation())
    dispatcher.message.register(book, Command("book"))
    dispatcher.include_router(dialog)
    setup_dialogs(dispatcher)
    async with calendar() as session:
        await dispatcher.start_polling(bot(), session=session)


if __name__ == "__main__":
    asyncio.run(main())
