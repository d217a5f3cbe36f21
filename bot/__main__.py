"""`python -m bot`: the same as `booking-bot`."""

from bot.cli import main

main()
