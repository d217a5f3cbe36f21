"""Books by aiogram's finite-state machine; what a person has said is in its memory."""

import asyncio
import os
from datetime import UTC, datetime, timedelta

import aiohttp
from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import SimpleEventIsolation
from aiogram.types import CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

ZONE = "America/Santiago"
dispatcher = Dispatcher(events_isolation=SimpleEventIsolation())


class Booking(StatesGroup):
    service = State()
    day = State()
    hour = State()
    name = State()
    email = State()
    confirm = State()


def calendar():
    return aiohttp.ClientSession(
        os.environ["VIDESK_API_URL"] + "/public/video-contact-center/",
        headers={"Authorization": "Bearer " + os.environ["VIDESK_API_TOKEN"]},
        raise_for_status=True,
    )


def bot():
    server = TelegramAPIServer.from_base(os.environ["TELEGRAM_API_URL"])
    return Bot(os.environ["TELEGRAM_BOT_TOKEN"], session=AiohttpSession(api=server))


def keyboard(choices, width):
    buttons = [InlineKeyboardButton(text=label, callback_data=data) for label, data in choices]
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    return InlineKeyboardMarkup(inline_keyboard=[*rows, [InlineKeyboardButton(text="Cancel", callback_data="cancel")]])


async def asked(session, path, **parameters):
    async with session.get(path, params=parameters) as answer:
        return await answer.json()


@dispatcher.message(Command("book"))
async def book(message: Message, state: FSMContext, session):
    services = (await asked(session, "services"))["data"]
    await state.set_data({"titles": {each["id"]: each["title"] for each in services}})
    await state.set_state(Booking.service)
    await message.answer(
        "What is it for?", reply_markup=keyboard([(each["title"], each["id"]) for each in services], 1)
    )


@dispatcher.callback_query(F.data == "cancel")
async def cancel(query: CallbackQuery, state: FSMContext):
    await state.clear()
    await query.answer()
    await query.message.edit_text("Cancelled.")


@dispatcher.callback_query(Booking.service)
async def service(query: CallbackQuery, state: FSMContext, session):
    await query.answer()
    month = datetime.now(UTC).replace(day=1) + timedelta(days=32)
    first = f"{month:%Y-%m}-01T00:00:00.000Z"
    days = await asked(session, f"services/{query.data}/dates", date=first, timezone=ZONE)
    chosen = await state.update_data(service=query.data)
    await state.set_state(Booking.day)
    choices = [(str(int(day[8:10])), day) for day in days]
    await query.message.edit_text(f"{chosen['titles'][query.data]}: which day?", reply_markup=keyboard(choices, 7))


@dispatcher.callback_query(Booking.day)
async def day(query: CallbackQuery, state: FSMContext, session):
    await query.answer()
    chosen = await state.get_data()
    hours = await asked(session, f"services/{chosen['service']}/hours", date=query.data, timezone=ZONE)
    await state.set_state(Booking.hour)
    choices = [(hour[11:16], hour) for hour in hours]
    await query.message.edit_text(f"{query.data[:10]}: at what time?", reply_markup=keyboard(choices, 4))


@dispatcher.callback_query(Booking.hour)
async def hour(query: CallbackQuery, state: FSMContext):
    await query.answer()
    await state.update_data(hour=query.data)
    await state.set_state(Booking.name)
    await query.message.edit_text("Your name?")


@dispatcher.message(Booking.name)
async def name(message: Message, state: FSMContext):
    await state.update_data(name=message.text)
    await state.set_state(Booking.email)
    await message.answer("Your e-mail?")


@dispatcher.message(Booking.email)
async def email(message: Message, state: FSMContext):
    chosen = await state.update_data(email=message.text)
    await state.set_state(Booking.confirm)
    summary = (
        f"{chosen['titles'][chosen['service']]}, {chosen['hour'][:16]}\n{chosen['name']}, {chosen['email']}\nRight?"
    )
    await message.answer(summary, reply_markup=keyboard([("Confirm", "confirm")], 1))


@dispatcher.callback_query(Booking.confirm)
async def confirm(query: CallbackQuery, state: FSMContext, session):
    await query.answer()
    chosen = await state.get_data()
    form = [{"id": "name", "value": chosen["name"]}, {"id": "email", "value": chosen["email"]}]
    wish = {"startAt": chosen["hour"], "timezone": ZONE, "form": form, "referrer": "https://example.com/"}
    async with session.post(f"schedule/service/{chosen['service']}", json=wish) as answer:
        booked = await answer.json()
    await state.clear()
    await query.message.edit_text(f"Booked: {booked['service']}, {booked['startAt']}\n{booked['joinURL']}")


async def main():
    async with calendar() as session:
        await dispatcher.start_polling(bot(), session=session)


if __name__ == "__main__":
    asyncio.run(main())
