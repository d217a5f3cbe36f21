"""The floor of all that use python-telegram-bot as it comes: answers each message and each press, and knows nothing."""

import os
from itertools import count

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import ApplicationBuilder, CallbackQueryHandler, ContextTypes, MessageHandler, filters

KEYBOARD = InlineKeyboardMarkup.from_row(
    [InlineKeyboardButton(str(number), callback_data=f"b{number}") for number in range(8)]
)
NUMBER = count(1)


async def message(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.effective_message.reply_text(f"echo {next(NUMBER)}", reply_markup=KEYBOARD)


async def press(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    await update.callback_query.answer()
    await update.callback_query.edit_message_text(f"echo {next(NUMBER)}", reply_markup=KEYBOARD)


def main() -> None:
    builder = ApplicationBuilder().token(os.environ["TELEGRAM_BOT_TOKEN"]).concurrent_updates(True)
    application = builder.base_url(os.environ["TELEGRAM_API_URL"] + "/bot").build()
    application.add_handlers([MessageHandler(filters.TEXT, message), CallbackQueryHandler(press)])
    application.run_polling()


if __name__ == "__main__":
    main()
