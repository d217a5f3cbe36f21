"""The bot in Telegram: `app.py` does all that goes in and out. Importing this costs nothing."""
