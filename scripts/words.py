"""Keeps `locales/` in step with the sentences in the code. No words are made or translated here.

`python -m scripts.words update` extracts every `say`, `say_many` and `say_in` into `locales/messages.pot` and merges it
into each language; `compile` makes the `.mo` files; `check` lists what keeps `locales/` from being shipped.
"""

import ast
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from string import Formatter

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.pofile import PoFileError, read_po, write_po

from hatch_build import compile_catalogues

ROOT = Path(__file__).parent.parent
SPEAKING = ("conversations", "adapters", "bot")
# Which arguments are the sentence, its plural and (c) its context.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...]] = {
    "say": (1,),
    "say_many": (1, 2),
    "say_in": ((1, "c"), 2),
}
LENGTHS = {
    "button": 32,
    **dict.fromkeys(("row", "status", "setting", "part of the day", "agent", "answer"), 20),
    "menu": 12,
}
"""The most characters of what has little room, by context; what is filled in comes on top. A phone shows hardly more of
a button.
"""
HEADER = """\
# Every sentence booking-bot says. A word in {braces} is filled in later: keep it, put it where your language wants it.
# booking-bot is under the Apache License, Version 2.0, and so is this file."""
# Dates, people and tool versions would change with every run and say nothing that git does not.
CHURN = re.compile(
    rb'^"(?:Project-Id-Version|Report-Msgid-Bugs-To|POT-Creation-Date|PO-Revision-Date|Last-Translator|Language-Team|Generated-By):.*\n',
    re.MULTILINE,
)


def extracted(root: Path) -> Catalog:
    """Every sentence in the code under `root`, in the order of the files."""
    catalog = _empty()
    for file in _sources(root):
        place = str(file.relative_to(root))
        with_lines = extract_from_file("python", file, KEYWORDS, ["Translators:"], strip_comment_tags=True)
        for _, sentence, comments, context in with_lines:
            told = [*comments, *_room(context)]
            message = catalog.add(sentence, locations=[(place, 0)], auto_comments=told, context=context)
            # "100 % free" is no format to us: only {braces} are.
            message.flags.discard("python-format")
    return catalog


def _room(context: str | None) -> Iterator[str]:
    """What a translator is told of the room that there is."""
    if context in LENGTHS:
        yield f"At most {LENGTHS[context]} characters, without what is filled in."


def unreadable_sentences(root: Path) -> list[str]:
    """Calls whose sentence is not written out as one literal: no translator would ever see it."""
    return [fault for file in _sources(root) for fault in _not_literal(file, str(file.relative_to(root)))]


def template(root: Path) -> Path:
    """Where the extracted sentences are kept."""
    return root / "locales" / "messages.pot"


def languages(root: Path) -> dict[str, Path]:
    """Each language and its catalogue. English is the source and has none."""
    return {file.parts[-3]: file for file in sorted(root.glob("locales/*/LC_MESSAGES/messages.po"))}


def read(file: Path, language: str | None = None) -> Catalog:
    """The catalogue in `file`; a broken one raises Babel's `PoFileError`."""
    with file.open("rb") as source:
        return read_po(source, locale=language, abort_invalid=True)


def write(file: Path, catalog: Catalog) -> None:
    """The same catalogue gives the same bytes."""
    text = BytesIO()
    write_po(text, catalog, width=120, include_lineno=False, ignore_obsolete=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(CHURN.sub(b"", text.getvalue()))


def update(root: Path) -> None:
    """Extract, merge into each language, compile. A changed sentence is asked anew: none is guessed from another."""
    found = extracted(root)
    write(template(root), found)
    for language, file in languages(root).items():
        catalog = read(file, language)
        catalog.update(found, no_fuzzy_matching=True, update_header_comment=True)
        write(file, catalog)
    compile_catalogues(root)


def faults(root: Path) -> list[str]:
    """All that keeps `locales/` from being shipped, one line each; empty if it can be."""
    found, lines = extracted(root), unreadable_sentences(root)
    unused = same_on_purpose(root)
    for name, file in ({"messages.pot": template(root)} | languages(root)).items():
        try:
            catalog = read(file, None if file == template(root) else name)
        except (PoFileError, FileNotFoundError) as error:
            lines.append(f"{name}: cannot be read: {error}")
            continue
        lines += stale(found, catalog, name)
        if catalog.locale:
            lines += _mistranslated(catalog, name, same_on_purpose(root))
            unused -= {(name, _singular(message)) for message in _sentences(catalog) if _unchanged(message)}
    return lines + [f"{name}: in locales/same.txt for nothing: {word!r}" for name, word in sorted(unused)]


def stale(found: Catalog, kept: Catalog, name: str) -> list[str]:
    """Sentences that the code has and the catalogue lacks, and the other way round."""
    new, old = (
        {(message.context or "", _name(message)) for message in _sentences(catalog)} for catalog in (found, kept)
    )
    lines = [f"{name}: in the code but not here (make words): {sentence}" for _, sentence in sorted(new - old)]
    return lines + [f"{name}: no longer in the code (make words): {sentence}" for _, sentence in sorted(old - new)]


def completeness(root: Path) -> Iterator[tuple[str, str, int]]:
    """Each language, what it calls itself, and how many percent of the sentences it has; English first."""
    yield "en", "English", 100
    for language, file in languages(root).items():
        catalog = read(file, language)
        sentences = list(_sentences(catalog))
        done = [each for each in sentences if each.string and all(_forms(each.string)) and not each.fuzzy]
        yield language, _own_name(language), len(done) * 100 // max(len(sentences), 1)


def _own_name(language: str) -> str:
    name = Locale.parse(language).get_display_name(language) or language
    return name[:1].upper() + name[1:]


def untranslated(message: Message, catalog: Catalog) -> list[str]:
    """What is missing from one translation: a form, a word, a translator's yes."""
    forms = _forms(message.string)
    wanted = catalog.num_plurals if message.pluralizable else 1
    lines = ["fuzzy"] if message.fuzzy else []
    if len(forms) != wanted:
        lines.append(f"{len(forms)} plural forms instead of {wanted}")
    if not all(forms):
        lines.append("not translated")
    return lines


def overlong(message: Message) -> list[str]:
    """Words that have no room where they are to stand."""
    most = LENGTHS.get(message.context or "", sys.maxsize)
    bare = (re.sub(r"\{\w*\}", "", form) for form in _forms(message.string))
    return [f"{len(form)} characters instead of {most}" for form in bare if len(form) > most]


def mismatched(message: Message) -> list[str]:
    """Placeholders that a translation misspells, adds or forgets. "One hour" may, as in English, omit its number."""
    try:
        meant = [placeholders(form) for form in _forms(message.id)]
        said = [placeholders(form) for form in _forms(message.string) if form]
    except ValueError as error:
        return [f"broken placeholder ({error})"]
    wrong = [names for names in said if names not in meant]
    return [f"placeholders {sorted(names)} instead of {sorted(meant[-1])}" for names in wrong]


def placeholders(sentence: str) -> set[str]:
    """The names in braces; raises ValueError on anything but a bare name, as `{}`, `{0}`, `{day.name}` or `{n:03}`."""
    names = set()
    for _, name, form, conversion in Formatter().parse(sentence):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(f"{{{name}}} is not a bare name")
        names.add(name)
    return names


def same_on_purpose(root: Path) -> set[tuple[str, str]]:
    """The language and sentence of each line `language | sentence | reason` of locales/same.txt."""
    file = root / "locales" / "same.txt"
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {_unreasoned(line) for line in lines if line and not line.startswith("#")}


def _unreasoned(line: str) -> tuple[str, str]:
    language, sentence_and_reason = line.split(" | ", 1)
    return language, sentence_and_reason.rsplit(" | ", 1)[0]


def _mistranslated(catalog: Catalog, name: str, same: set[tuple[str, str]]) -> Iterator[str]:
    for message in _sentences(catalog):
        wrong = untranslated(message, catalog) + mismatched(message) + overlong(message)
        if _unchanged(message) and (name, _singular(message)) not in same:
            wrong.append("as in English (if that is meant, say why in locales/same.txt)")
        yield from (f"{name}: {fault}: {_name(message)}" for fault in wrong)


def _unchanged(message: Message) -> bool:
    """A sentence of placeholders and signs alone has nothing to translate."""
    words = re.sub(r"\{\w*\}", "", _singular(message))
    return any(letter.isalpha() for letter in words) and _singular(message) in _forms(message.string)


def _empty() -> Catalog:
    return Catalog(project="booking-bot", header_comment=HEADER, fuzzy=False)


def _sources(root: Path) -> Iterator[Path]:
    for folder in SPEAKING:
        yield from sorted((root / folder).rglob("*.py"))


def _not_literal(file: Path, place: str) -> Iterator[str]:
    for call in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(call, ast.Call) and _called(call) in KEYWORDS:
            wanted = len(KEYWORDS[_called(call)])
            literal = [isinstance(word, ast.Constant) and isinstance(word.value, str) for word in call.args[:wanted]]
            if len(literal) < wanted or not all(literal):
                yield f"{place}:{call.lineno}: {_called(call)}() wants literals, or nobody can translate them"


def _called(call: ast.Call) -> str:
    """`say(…)` or `texts.say(…)`; anybody else's method may be called `say` too."""
    match call.func:
        case ast.Name(id=name) | ast.Attribute(value=ast.Name(id="texts"), attr=name):
            return name
        case _:
            return ""


def _sentences(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _forms(words: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (words,) if isinstance(words, str) else tuple(words or ())


def _singular(message: Message) -> str:
    return _forms(message.id)[0]


def _name(message: Message) -> str:
    return " / ".join(repr(form) for form in _forms(message.id)) + (f" ({message.context})" if message.context else "")


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 with the faults on stderr, 2 for a verb that does not exist."""
    match arguments:
        case ["update"]:
            update(ROOT)
        case ["compile"]:
            compile_catalogues(ROOT)
        case ["check"]:
            found = faults(ROOT)
            sys.stderr.writelines(f"{fault}\n" for fault in found)
            return min(len(found), 1)
        case _:
            sys.stderr.write("python -m scripts.words update|compile|check\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
