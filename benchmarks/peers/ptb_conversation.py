"""Books by python-telegram-bot's ConversationHandler; what a person has said is in its memory."""

import os
from datetime import UTC, datetime, timedelta

import httpx
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    ApplicationBuilder,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    ConversationHandler,
    MessageHandler,
    filters,
)

SERVICE, DAY, HOUR, NAME, EMAIL, CONFIRM = range(6)
ZONE = "America/Santiago"
Context = ContextTypes.DEFAULT_TYPE

calendar = httpx.AsyncClient(
    base_url=os.environ["VIDESK_API_URL"] + "/public/video-contact-center/",
    headers={"Authorization": "Bearer " + os.environ["VIDESK_API_TOKEN"]},
    timeout=30,
)


def keyboard(choices, width):
    buttons = [InlineKeyboardButton(label, callback_data=data) for label, data in choices]
    rows = [buttons[start : start + width] for start in range(0, len(buttons), width)]
    return InlineKeyboardMarkup([*rows, [InlineKeyboardButton("Cancel", callback_data="cancel")]])


async def asked(path, **parameters):
    answer = await calendar.get(path, params=parameters)
    return answer.raise_for_status().json()


async def book(update: Update, context: Context):
    services = (await asked("services"))["data"]
    context.user_data["titles"] = {each["id"]: each["title"] for each in services}
    choices = [(each["title"], each["id"]) for each in services]
    await update.message.reply_text("What is it for?", reply_markup=keyboard(choices, 1))
    return SERVICE


async def service(update: Update, context: Context):
    query, chosen = update.callback_query, context.user_data
    await query.answer()
    chosen["service"] = query.data
    month = datetime.now(UTC).replace(day=1) + timedelta(days=32)
    days = await asked(f"services/{query.data}/dates", date=f"{month:%Y-%m}-01T00:00:00.000Z", timezone=ZONE)
    choices = [(str(int(day[8:10])), day) for day in days]
    await query.edit_message_text(f"{chosen['titles'][query.data]}: which day?", reply_markup=keyboard(choices, 7))
    return DAY


async def day(update: Update, context: Context):
    query, chosen = update.callback_query, context.user_data
    await query.answer()
    hours = await asked(f"services/{chosen['service']}/hours", date=query.data, timezone=ZONE)
    choices = [(hour[11:16], hour) for hour in hours]
    await query.edit_message_text(f"{query.data[:10]}: at what time?", reply_markup=keyboard(choices, 4))
    return HOUR


async def hour(update: Update, context: Context):
    await update.callback_query.answer()
    context.user_data["hour"] = update.callback_query.data
    await update.callback_query.edit_message_text("Your name?")
    return NAME


async def name(update: Update, context: Context):
    context.user_data["name"] = update.message.text
    await update.message.reply_text("Your e-mail?")
    return EMAIL


async def email(update: Update, context: Context):
    chosen = context.user_data
    chosen["email"] = update.message.text
    summary = (
        f"{chosen['titles'][chosen['service']]}, {chosen['hour'][:16]}\n{chosen['name']}, {chosen['email']}\nRight?"
    )
    await update.message.reply_text(summary, reply_markup=keyboard([("Confirm", "confirm")], 1))
    return CONFIRM


async def confirm(update: Update, context: Context):
    query, chosen = update.callback_query, context.user_data
    await query.answer()
    form = [{"id": "name", "value": chosen["name"]}, {"id": "email", "value": chosen["email"]}]
    wish = {"startAt": chosen["hour"], "timezone": ZONE, "form": form, "referrer": "https://example.com/"}
    booked = (await calendar.post(f"schedule/service/{chosen['service']}", json=wish)).raise_for_status().json()
    await query.edit_message_text(f"Booked: {booked['service']}, {booked['startAt']}\n{booked['joinURL']}")
    return ConversationHandler.END


async def cancel(update: Update, context: Context):
    await update.callback_query.answer()
    await update.callback_query.edit_message_text("Cancelled.")
    return ConversationHandler.END


def main():
    typed = filters.TEXT & ~filters.COMMAND
    conversation = ConversationHandler(
        entry_points=[CommandHandler("book", book)],
        states={
            SERVICE: [CallbackQueryHandler(service, r"^\w{24}$")],
            DAY: [CallbackQueryHandler(day, r"^\d{4}-")],
            HOUR: [CallbackQueryHandler(hour, r"^\d{4}-")],
            NAME: [MessageHandler(typed, name)],
            EMAIL: [MessageHandler(typed, email)],
            CONFIRM: [CallbackQueryHandler(confirm, "^confirm$")],
        },
        fallbacks=[CallbackQueryHandler(cancel, "^cancel$")],
        allow_reentry=True,
    )
    builder = ApplicationBuilder().token(os.environ["TELEGRAM_BOT_TOKEN"])
    application = builder.base_url(os.environ["TELEGRAM_API_URL"] + "/bot").build()
    application.add_handler(conversation)
    application.run_polling()


if __name__ == "__main__":
    main()
