"""One grammar a language, for the languages that have one; for all others what CLDR and the catalogue know."""

from __future__ import annotations

from bot.reading.grammar import Grammar
from bot.reading.grammars import ar, de, en, es, fr, it, pt

GRAMMARS: dict[str, Grammar] = {
    "ar": ar.GRAMMAR,
    "de": de.GRAMMAR,
    "en": en.GRAMMAR,
    "es": es.GRAMMAR,
    "fr": fr.GRAMMAR,
    "it": it.GRAMMAR,
    "pt": pt.GRAMMAR,
}
