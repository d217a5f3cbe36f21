"""No sentence is shipped untranslated, stale or broken; and what finds such sentences does find them."""

import gettext
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from hatch_build import compile_catalogues
from scripts import words
from scripts.words import faults, placeholders, read, template, unreadable_sentences, update, write

ROOT = Path(__file__).parent.parent


class Project:
    """A small project of its own, with the sentences of one file and a catalogue in Spanish."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "conversations").mkdir()
        self.spanish = root / "locales" / "es" / "LC_MESSAGES" / "messages.po"
        self.spanish.parent.mkdir(parents=True)
        self.spanish.write_text('msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n', "utf-8")

    def says(self, *lines: str) -> "Project":
        (self.root / "conversations" / "book.py").write_text("\n".join(lines) + "\n", "utf-8")
        return self

    def translates(self, sentence: str, *forms: str, context: str | None = None) -> "Project":
        update(self.root)
        catalog = read(self.spanish, "es")
        message = catalog.get(sentence, context)
        assert message is not None
        message.string = forms[0] if len(forms) == 1 else forms
        write(self.spanish, catalog)
        return self


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_catalogues_of_this_project_are_whole() -> None:
    assert faults(ROOT) == []


def test_the_readme_says_how_complete_each_language_is() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for language, name, percent in words.completeness(ROOT):
        assert f"| {name} | `{language}` | {percent} % |" in readme


def test_every_language_has_its_catalogue_where_the_program_looks_for_it() -> None:
    folders = {folder.name for folder in (ROOT / "locales").iterdir() if folder.is_dir()}
    assert folders == set(words.languages(ROOT))


def test_code_without_sentences_needs_no_translation(project: Project) -> None:
    update(project.says("x = 1").root)
    assert faults(project.root) == []


def test_sentences_are_found_with_context_plural_and_comment(project: Project) -> None:
    project.says(
        'say("Which day?")',
        "# Translators: at most 20 letters",
        'say_in("button", "Book it")',
        'say_many("{number} day", "{number} days", number=2)',
    )
    update(project.root)
    found = {message.id: message for message in read(template(project.root)) if message.id}
    assert set(found) == {"Which day?", "Book it", ("{number} day", "{number} days")}
    assert found["Book it"].context == "button"
    assert found["Book it"].auto_comments == ["at most 20 letters", "At most 32 characters, without what is filled in."]


def test_a_translated_sentence_is_whole(project: Project) -> None:
    project.says('say("Which day, {name}?", name=name)').translates("Which day, {name}?", "¿Qué día, {name}?")
    assert faults(project.root) == []


def test_words_too_long_for_their_place_are_found(project: Project) -> None:
    project.says('say_in("button", "Keep: {answer}", answer=answer)')
    fits = "m" * (words.LENGTHS["button"])
    assert faults(project.translates("Keep: {answer}", fits + "{answer}", context="button").root) == []
    project.translates("Keep: {answer}", fits + "m{answer}", context="button")
    assert faults(project.root) == ["es: 33 characters instead of 32: 'Keep: {answer}' (button)"]


def test_a_sentence_without_translation_is_found(project: Project) -> None:
    update(project.says('say("Which day?")').root)
    assert faults(project.root) == ["es: not translated: 'Which day?'"]


def test_a_sentence_that_was_never_extracted_is_found(project: Project) -> None:
    update(project.says("x = 1").root)
    project.says('say("Which day?")')
    assert faults(project.root) == [
        "messages.pot: in the code but not here (make words): 'Which day?'",
        "es: in the code but not here (make words): 'Which day?'",
    ]


def test_a_sentence_that_is_no_longer_said_is_found(project: Project) -> None:
    project.says('say("Which day?")').translates("Which day?", "¿Qué día?").says("x = 1")
    assert faults(project.root) == [
        "messages.pot: no longer in the code (make words): 'Which day?'",
        "es: no longer in the code (make words): 'Which day?'",
    ]


def test_a_project_that_was_never_extracted_is_found(project: Project) -> None:
    [fault] = faults(project.says("x = 1").root)
    assert fault.startswith("messages.pot: cannot be read: ")


def test_the_same_words_in_two_contexts_are_two_sentences(project: Project) -> None:
    project.says('say_in("button", "Done")', 'say_in("state", "Done")').translates("Done", "Listo", context="button")
    assert faults(project.root) == ["es: not translated: 'Done' (state)"]


def test_a_changed_sentence_is_asked_anew_and_not_guessed(project: Project) -> None:
    project.says('say("Which day suits you?")').translates("Which day suits you?", "¿Qué día le va bien?")
    update(project.says('say("Which days suit you?")').root)
    assert faults(project.root) == ["es: not translated: 'Which days suit you?'"]


def test_a_fuzzy_translation_is_found(project: Project) -> None:
    project.says('say("Which day?")').translates("Which day?", "¿Qué día?")
    text = project.spanish.read_text("utf-8")
    project.spanish.write_text(text.replace('msgid "Which', '#, fuzzy\nmsgid "Which'), "utf-8")
    assert faults(project.root) == ["es: fuzzy: 'Which day?'"]


@pytest.mark.parametrize(
    ("translation", "fault"),
    [
        ("¿Qué día?", "placeholders [] instead of ['name']"),
        ("¿Qué día, {nombre}?", "placeholders ['nombre'] instead of ['name']"),
        ("¿Qué día, {name} {day}?", "placeholders ['day', 'name'] instead of ['name']"),
        ("¿Qué día, {name?", "broken placeholder (expected '}' before end of string)"),
        ("¿Qué día, {name}}?", "broken placeholder (Single '}' encountered in format string)"),
        ("¿Qué día, {}?", "broken placeholder ({} is not a bare name)"),
        ("¿Qué día, {name.first}?", "broken placeholder ({name.first} is not a bare name)"),
    ],
)
def test_a_placeholder_that_does_not_match_is_found(project: Project, translation: str, fault: str) -> None:
    project.says('say("Which day, {name}?", name=name)').translates("Which day, {name}?", translation)
    assert faults(project.root) == [f"es: {fault}: 'Which day, {{name}}?'"]


def test_a_form_for_one_may_leave_its_number_out_only_where_english_does(project: Project) -> None:
    project.says('say_many("One day", "{number} days", number=n)').translates("One day", "Un día", "{number} días")
    assert faults(project.root) == []
    project.says('say_many("{number} hour", "{number} hours", number=n)')
    project.translates("{number} hour", "Una hora", "{number} horas")
    assert faults(project.root) == ["es: placeholders [] instead of ['number']: '{number} hour' / '{number} hours'"]


def test_a_missing_plural_form_is_found(project: Project) -> None:
    project.says('say_many("{number} day", "{number} days", number=n)').translates("{number} day", "{number} día", "")
    assert faults(project.root) == ["es: not translated: '{number} day' / '{number} days'"]


def test_a_wrong_number_of_plural_forms_is_found(project: Project) -> None:
    project.says('say_many("{number} day", "{number} days", number=n)')
    project.translates("{number} day", "{number} día", "{number} días")
    text = project.spanish.read_text("utf-8")
    project.spanish.write_text(text + 'msgstr[2] "{number} de días"\n', "utf-8")
    [fault] = faults(project.root)
    assert fault.startswith("es: cannot be read: msg has more translations than num_plurals of catalog")


def test_a_broken_catalogue_is_found_and_never_compiled(project: Project) -> None:
    update(project.says("x = 1").root)
    project.spanish.write_text('msgid "Which day?"\nand so on\n', "utf-8")
    [fault] = faults(project.root)
    assert fault.startswith("es: cannot be read: ")
    with pytest.raises(PoFileError):
        compile_catalogues(project.root)


def test_a_word_that_stays_as_it_is_needs_a_reason(project: Project) -> None:
    project.says('say("Error")').translates("Error", "Error")
    assert faults(project.root) == ["es: as in English (if that is meant, say why in locales/same.txt): 'Error'"]
    (project.root / "locales" / "same.txt").write_text("# why\nes | Error | the same word\n", "utf-8")
    assert faults(project.root) == []


def test_a_reason_without_its_word_is_found(project: Project) -> None:
    update(project.says("x = 1").root)
    (project.root / "locales" / "same.txt").write_text("es | Error | the same word\n", "utf-8")
    assert faults(project.root) == ["es: in locales/same.txt for nothing: 'Error'"]


def test_a_sentence_of_signs_alone_may_stay_as_it_is(project: Project) -> None:
    project.says('say("{day}, {hour}", day=day, hour=hour)').translates("{day}, {hour}", "{day}, {hour}")
    assert faults(project.root) == []


@pytest.mark.parametrize("call", ['say(f"Hello {name}")', "say(GREETING)", 'say_in(place, "Done")', "texts.say(x)"])
def test_words_that_no_translator_would_see_are_found(project: Project, call: str) -> None:
    [fault] = unreadable_sentences(project.says("x = 1", call).root)
    assert fault in faults(project.root)
    assert fault.startswith("conversations/book.py:2: say")
    assert fault.endswith("wants literals, or nobody can translate them")


def test_a_method_of_that_name_is_nobodys_sentence(project: Project) -> None:
    update(project.says("x = words.say(text)").root)
    assert faults(project.root) == []


def test_a_second_update_changes_nothing(project: Project) -> None:
    project.says('say("100 % free on {day}", day=day)').translates("100 % free on {day}", "100 % libre el {day}")
    update(project.root)
    before = [file.read_bytes() for file in (template(project.root), project.spanish)]
    update(project.root)
    assert before == [file.read_bytes() for file in (template(project.root), project.spanish)]
    assert faults(project.root) == []


def test_a_catalogue_names_no_line_no_date_and_nobody(project: Project) -> None:
    project.says('say("Which day?")').translates("Which day?", "¿Qué día?")
    text = project.spanish.read_text("utf-8")
    assert "#: conversations/book.py\n" in text
    for word in ("Date", "Translator", "Team", "Generated", "python-format", "@"):
        assert word not in text


def test_compiled_translations_are_read_by_gettext_and_are_the_same_bytes_each_time(project: Project) -> None:
    project.says('say_in("button", "Done")').translates("Done", "Listo", context="button")
    [file] = compile_catalogues(project.root)
    first = file.read_bytes()
    spoken = gettext.translation("messages", project.root / "locales", languages=["es"])
    assert spoken.pgettext("button", "Done") == "Listo"
    assert compile_catalogues(project.root) == [file]
    assert file.read_bytes() == first
    assert list(file.parent.glob("*.mo")) == [file]


def test_placeholders_are_bare_names() -> None:
    assert placeholders("{day} at {hour}, {{not this}}") == {"day", "hour"}
