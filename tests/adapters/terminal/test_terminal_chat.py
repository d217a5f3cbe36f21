"""The face with buttons, played by Textual's pilot: keys and clicks in, messages on the screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from terminal_fakes import PLACE, English, FakeHost, at_the_form
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from adapters.terminal.cards import Blank, Card, Line, Option, Tap
from adapters.terminal.chat import Chat as Face
from adapters.terminal.chat import TextualTerminal
from chatting import Chat
from conversations.screens import Screen


@dataclass
class Played:
    """A running chat; after each deed it waits until all is drawn."""

    host: FakeHost
    face: Face
    pilot: Pilot[None]

    async def settles(self) -> None:
        await self.pilot.pause()
        await self.face.delivered()
        await self.pilot.pause()

    async def presses(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.settles()

    async def clicks(self, label: str) -> None:
        assert await self.pilot.click(next(tap for tap in self.taps if label in str(tap.label)))
        await self.settles()

    async def types(self, text: str) -> None:
        self.face.entry.focus()
        self.face.entry.value = text
        await self.presses("enter")

    @property
    def cards(self) -> list[Card]:
        return list(self.face.query(Card))

    @property
    def taps(self) -> list[Tap]:
        return list(self.face.query(Tap))

    @property
    def texts(self) -> list[str]:
        return [str(each.visual) for card in self.cards for each in card.query(Static)]


@asynccontextmanager
async def playing(
    chat: Chat | None = None, *, form: bool = False, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[Played]:
    terminal = TextualTerminal(form=form)
    host = FakeHost(terminal, chat)
    face = terminal.chat(host)
    async with face.run_test(size=size) as pilot:
        await pilot.pause()
        yield Played(host, face, pilot)


async def test_a_click_presses_a_button_and_the_message_changes_in_its_place() -> None:
    async with playing(Chat().opens("/book")) as played:
        await played.clicks("Account opening")
        assert "With whom?" in played.texts
        assert len(played.cards) == 1
        assert len(set(played.host.anchors)) == 1


async def test_keys_press_buttons_too() -> None:
    async with playing(Chat().opens("/book").taps("Account opening")) as played:
        await played.presses("up", "down", "enter")
        played.host.chat.sees("With: Agent One", "Which day suits you?")
        await played.presses("right", "enter")
        played.host.chat.sees("Day: 2026-11-28")


async def test_who_presses_buttons_stays_at_the_buttons() -> None:
    async with playing(Chat().opens("/book")) as played:
        await played.presses("up", "enter")
        assert isinstance(played.face.focused, Tap)
        await played.presses("1")
        assert played.face.entry.has_focus
        assert played.face.entry.value == "1"


async def test_a_typed_line_brings_a_new_message_and_the_old_one_loses_its_buttons() -> None:
    async with playing(at_the_form().types("Somebody")) as played:
        await played.types("somebody@example.com")
        old, new = played.cards
        assert list(old.query(Tap)) == []
        assert list(new.query(Tap)) != []
        assert [str(line.visual) for line in played.face.query(Line)] == ["somebody@example.com"]
        assert played.face.entry.value == ""
        assert played.face.focused is played.face.entry


async def test_what_was_typed_is_answered_below_it_even_if_it_meant_a_button() -> None:
    async with playing(Chat().opens("/book")) as played:
        played.host.in_place = True
        await played.types("account opening")
        assert [type(each) for each in played.face.talk.children][1:] == [Vertical, Card]
        assert list(played.cards[0].query(Tap)) == []


async def test_a_number_presses_its_button_in_place() -> None:
    async with playing(Chat().opens("/book")) as played:
        await played.types("1")
        played.host.chat.sees("With whom?")
        assert len(played.cards) == 1


async def test_a_double_click_is_one_press() -> None:
    async with playing(Chat().opens("/book")) as played:
        tap = played.taps[0]
        tap.press()
        tap.press()
        await played.settles()
        assert len(played.host.payloads) == 2
        played.host.chat.sees("With whom?").sees_no("earlier message")


async def test_markup_in_a_name_is_only_a_name() -> None:
    name = "[red]A[/red] [@click=app.quit]B[/]"
    async with playing(Chat().opens("/book")) as played:
        screen = played.host.chat.screen
        named = replace(screen.questions[0].choices[0], label=name, detail=name)
        questions = (replace(screen.questions[0], choices=(named,), hint=name, error=name),)
        await played.host.shows(replace(screen, questions=questions, title=name, notice=name, rows=(("[b]L", name),)))
        await played.settles()
        assert str(played.taps[0].label) == f"1  {name}\n   {name}"
        assert played.texts == [name, f"[b]L  {name}", f"! {name}", "What is it for?", name, f"! {name}"]


async def test_a_busy_screen_keeps_its_height_and_its_way_out() -> None:
    async with playing(Chat().opens("/book").taps("Account opening")) as played:
        (card,) = played.cards
        before = card.size.height
        await played.host.shows(Chat().calendar_holds().opens("/book").screen)
        await played.settles()
        assert "Looking at the calendar …" in played.texts
        assert [str(tap.label) for tap in played.taps] == ["Leave"]
        assert card.size.height == before


async def test_a_card_leaves_the_message_in_front_its_buttons() -> None:
    async with playing(Chat().opens("/book")) as played:
        front = played.host.chat.screen
        card = replace(front, title="Your appointment", questions=(), focus=None)
        await played.host.adapter.show(card, PLACE, None, English(), below=True)
        await played.settles()
        first, second = played.cards
        assert list(first.query(Tap)) != []
        assert list(second.query(Tap)) != []
        await played.types("1")
        played.host.chat.sees("With whom?")


@pytest.mark.parametrize("key", ["escape", "ctrl+c", "ctrl+q"])
async def test_leaving_hands_over_all_that_was_done(key: str) -> None:
    async with playing(Chat().opens("/book")) as played:
        await played.presses("up", "enter", key)
        assert played.face.return_code == 0
    played.host.chat.sees("With whom?")


async def test_typing_over_a_button_loses_no_letter() -> None:
    async with playing(Chat().opens("/book")) as played:
        await played.presses("up")
        for letter in "eye":  # one by one, as people type
            await played.presses(letter)
        assert played.face.entry.value == "eye"


async def test_a_line_typed_in_one_go_over_a_button_is_sent_and_presses_nothing() -> None:
    async with playing(Chat().opens("/book")) as played:
        await played.presses("up")
        for key in (*"nothing", "enter"):  # faster than the chat can draw
            played.face.post_message(Key(key, key if len(key) == 1 else None))
        await played.settles()
        assert played.host.payloads[-1] == {"text": "nothing"}


async def test_what_follows_a_busy_answer_to_a_line_takes_its_place() -> None:
    async with playing(Chat()) as played:
        await played.types("/book")
        await played.host.shows(played.host.chat.screen)
        await played.settles()
        assert len(played.cards) == 2


async def test_a_form_is_filled_in_and_sent_at_once() -> None:
    async with playing(at_the_form(), form=True, size=(80, 40)) as played:
        revision = played.host.chat.screen.revision
        await played.presses(*"Some", "tab", "s", "at", "x", "enter", "enter", "down", "enter", "tab", "tab")
        await played.presses(*"On", "enter", *"time")
        await played.pilot.click(".send")
        await played.settles()
        channel = played.host.shown[0].questions[3].choices[1].token
        assert played.host.payloads[1:] == [
            {
                "fill": {
                    "revision": revision,
                    "values": {
                        "form.firstname": "Some",
                        "form.email": "s@x",
                        "form.phone": "",
                        "form.channel": channel,
                        "form.comments": "On\ntime",
                    },
                }
            }
        ]
        played.host.chat.sees("Shall I book this?", "Phone: Not given", "How did you hear of us?: Search")


async def test_what_was_put_into_a_form_survives_a_wrong_answer_beside_it() -> None:
    async with playing(at_the_form("Patient history"), form=True, size=(80, 60)) as played:
        await fill(played, {"form.firstname": "Some", "form.household": "many", "form.birthday": "1990-01-01"})
        for label in ("Heart", "Sleep"):
            next(option for option in played.face.query(Option) if label in str(option.label)).press()
        await played.settles()
        await played.pilot.click(".send")
        await played.settles()
        blanks = {blank.asked.name: blank for blank in played.face.query(Blank)}
        assert blanks["form.household"].draft == "many"
        assert blanks["form.household"].asked.error == "This is no answer."
        assert blanks["form.topics"].draft == ["Heart", "Sleep"]
        assert not blanks["form.firstname"].to_send
        assert played.face.focused is blanks["form.household"].control


async def fill(played: Played, texts: dict[str, str]) -> None:
    for blank in played.face.query(Blank):
        control = blank.control
        if blank.asked.name in texts and isinstance(control, Input | TextArea):
            control.focus()
            await played.presses(*({"-": "minus"}.get(each, each) for each in texts[blank.asked.name]))


async def test_one_option_puts_the_other_back_and_itself() -> None:
    async with playing(at_the_form("Patient history"), form=True, size=(80, 60)) as played:
        yes, no, *_ = played.face.query(Option)
        taken = []
        for option in (yes, no, no):
            option.press()
            await played.settles()
            taken.append((yes.taken, no.taken))
        assert taken == [(True, False), (False, True), (False, False)]
        assert str(yes.label) == "( ) Yes"


async def test_a_long_list_can_be_scrolled_to_its_end() -> None:
    chat = Chat().opens("/book")
    question = chat.screen.questions[0]
    first = question.choices[0]
    many = tuple(replace(first, token=f"a-{number}", label=f"Service {number:02}") for number in range(60))
    async with playing(chat) as played:
        await played.host.shows(replace(chat.screen, questions=(replace(question, choices=many),)))
        await played.settles()
        assert seen(played, "Service 00")
        assert not seen(played, "Service 59")
        await played.presses("pagedown", "pagedown", "pagedown", "pagedown", "pagedown", "pagedown", "pagedown")
        assert seen(played, "Service 59")


async def test_each_part_of_an_address_leads_to_the_whole() -> None:
    url = f"https://example.com/?v-schedule-action=join&v-schedule-auth={'x' * 300}"
    async with playing(size=(40, 24)) as played:
        helping = Chat().opens("/help").screen
        links = (replace(helping.buttons[0], url=url),)
        await played.host.shows(replace(helping, buttons=links))
        await played.settles()
        [label] = [tap.label for tap in played.taps if "https://" in str(tap.label)]
        assert isinstance(label, Content)
        parts = [str(label)[span.start : span.end] for span in label.spans if getattr(span.style, "link", None) == url]
        assert ["".join(part.split()) for part in parts] == [url]


def seen(played: Played, label: str) -> bool:
    tap = next(tap for tap in played.taps if label in str(tap.label))
    return played.face.talk.region.contains_region(tap.region)


@pytest.mark.parametrize("size", [(40, 24), (80, 24), (100, 30)])
async def test_nothing_sticks_out_at_the_side(size: tuple[int, int]) -> None:
    async with playing(size=size) as played:
        for screen in screens():
            await played.host.shows(screen)
            await played.settles()
            assert [tap for tap in played.taps if tap.region.right > size[0] - 1 or not tap.region.width] == []


def screens() -> list[Screen]:
    chat = Chat().opens("/book").taps("Account opening", "Anyone").chooses(0).chooses(0).types("Somebody")
    chat.types("somebody@example.com").taps("Skip", "Skip", "Skip")
    return [*{screen.focus: screen for screen in chat.screens if not screen.busy}.values()]
