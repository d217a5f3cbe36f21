"""The calendar that appointments are booked in, asked over its public API. What is said to people is not here."""

from bot.calendar.asking import Calendar, Sought
from bot.calendar.errors import CalendarError, NoAnswer, NotSent, Refusal, answer
from bot.calendar.models import Booking, Facts

__all__ = ["Booking", "Calendar", "CalendarError", "Facts", "NoAnswer", "NotSent", "Refusal", "Sought", "answer"]
