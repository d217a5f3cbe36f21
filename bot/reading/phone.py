"""Reads a phone number as it is dialled where the person is, or with its country's code. Nobody is called from here."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType, ValidationResult

from bot.reading.letters import plain
from bot.words import Words
from conversations.events import Heard, Understood, Unreadable
from conversations.offers import Choice
from conversations.texts import Text, say

_NUMBER = re.compile(r"\(?\+?[0-9(][0-9 ().-]*")
_EXAMPLE = "+56 2 2345 6789"


def read(text: str, words: Words) -> Heard:
    """The number with its country's code (ITU-T E.164), and as it is written for people.

    One with its own code need only be possible: which numbers a country has changes monthly. One without must be a
    number of the person's country: else it would be another number there, and nobody would notice.
    """
    typed = re.sub("[\u2010-\u2015]", "-", plain(text))
    countries = words.countries()
    example = _example(countries)
    if not _NUMBER.fullmatch(typed):
        return Unreadable(say("That is no phone number. It should look like {example}.", example=example))
    international = _parsed(typed, None)
    if international:
        reason = _reason(international, example)
        return Unreadable(reason) if reason else _understood(international)
    known = [number for each in countries if (number := _parsed(typed, each)) and phonenumbers.is_valid_number(number)]
    return _understood(known[0]) if known else Unreadable(_unknown(typed, countries, example))


def _parsed(typed: str, country: str | None) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(typed.replace("(+", "+").replace("+ ", "+"), country)
    except NumberParseException:
        return None


def _understood(number: PhoneNumber) -> Understood:
    value = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return Understood(Choice(value, phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)))


def _reason(number: PhoneNumber, example: str) -> Text | None:
    """Why no phone of that country can have this number."""
    match phonenumbers.is_possible_number_with_reason(number):
        case ValidationResult.TOO_SHORT | ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
            return say("This phone number is too short. It should look like {example}.", example=example)
        case ValidationResult.TOO_LONG | ValidationResult.INVALID_LENGTH:
            return say("This phone number is too long. It should look like {example}.", example=example)
        case ValidationResult.INVALID_COUNTRY_CODE:
            return say("No country has this code. The number should look like {example}.", example=example)
    return None


def _unknown(typed: str, countries: tuple[str, ...], example: str) -> Text:
    """Why a number without its country's code is not taken."""
    if typed.lstrip("(").startswith("+"):
        return say("No country has this code. The number should look like {example}.", example=example)
    numbers = [number for each in countries if (number := _parsed(typed, each))]
    reason = _reason(numbers[0], example) if numbers else None
    return reason or say("Please begin with + and your country's code, like this: {example}.", example=example)


def _example(countries: tuple[str, ...]) -> str:
    """A number that nobody minds, of the person's own country if it is known."""
    number = phonenumbers.example_number_for_type(countries[0], PhoneNumberType.MOBILE) if countries else None
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL) if number else _EXAMPLE
