"""The bot in Slack: `app.py` does all that goes in and out. Importing this costs nothing."""
