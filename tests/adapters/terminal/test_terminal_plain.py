"""The plain face, run: lines in, screens out."""

from collections.abc import AsyncIterator
from dataclasses import replace

from terminal_fakes import PLACE, English, FakeHost, at_the_form

from adapters.terminal.app import PlainTerminal
from chatting import Chat
from conversations.screens import Screen

Typing = str | tuple[str, str]


async def each(*lines: Typing) -> AsyncIterator[Typing]:
    for line in lines:
        yield line


class Paper:
    def __init__(self) -> None:
        self.text = ""

    def __call__(self, text: str) -> None:
        self.text += text


async def played(*lines: Typing, chat: Chat | None = None, form: bool = False) -> tuple[FakeHost, Paper]:
    paper = Paper()
    terminal = PlainTerminal(each(*lines), paper, form=form)
    host = FakeHost(terminal, chat)
    await terminal.run(host)
    assert terminal.screen == host.shown[-1]
    return host, paper


async def test_somebody_books_by_typing() -> None:
    host, paper = await played(
        "/book", "account opening", "1", "2026-11-24", "/2", "Somebody", "somebody@example.com", "1", "2", "/1", "1"
    )
    assert "Booked. See you then!" in paper.text
    assert host.chat.booked.start.isoformat() == "2026-11-24T13:30:00+00:00"
    assert dict(host.chat.booked.form)["channel-1"] == "search"


async def test_what_was_typed_is_printed_where_nobody_saw_it() -> None:
    _, paper = await played("/book", "\x1b[2Jnonsense")
    assert "\n> /book\n" in paper.text
    assert "\n> nonsense\n" in paper.text


async def test_who_comes_back_sees_where_they_were() -> None:
    host, paper = await played(chat=at_the_form())
    assert host.payloads == [{"returned": True}]
    assert "First name" in paper.text


async def test_a_number_presses_what_was_printed_beside_it() -> None:
    host, _ = await played("/book", "2")
    pressed = host.shown[-2].questions[0].choices[1]
    assert host.payloads[-1] == {"press": pressed.token}


async def test_the_same_key_again_is_the_same_line() -> None:
    host, _ = await played(("k1", "/book"), ("k2", "1"), ("k2", "1"))
    host.chat.sees("With whom?")
    assert len(host.payloads) == 3


async def test_an_empty_line_says_nothing() -> None:
    host, _ = await played("", "   ")
    assert host.payloads == [{"returned": True}]


async def test_a_busy_screen_is_one_line_and_its_buttons_have_no_numbers() -> None:
    paper = Paper()
    terminal = PlainTerminal(each(), paper)
    busy = Chat().calendar_holds().opens("/book").screen
    await terminal.show(busy, PLACE, None, English(), below=True)
    assert busy.buttons
    assert paper.text == "  Looking at the calendar …\n"


async def test_the_next_line_waits_for_the_answer_to_the_last() -> None:
    terminal: PlainTerminal
    seen: list[Screen | None] = []

    async def lines() -> AsyncIterator[str]:
        yield "/book"
        seen.append(terminal.screen)

    terminal = PlainTerminal(lines(), Paper())
    host = SlowHost(terminal)
    await terminal.run(host)
    assert seen == [host.chat.screen]
    assert not host.chat.screen.busy


class SlowHost(FakeHost):
    """Shows that it is busy first."""

    async def shows(self, screen: Screen, *, below: bool = False) -> None:
        await super().shows(replace(screen, busy=True, questions=(), focus=None), below=below)
        await super().shows(screen)


async def test_a_card_leaves_the_screen_and_its_numbers_as_they_are() -> None:
    paper = Paper()
    terminal = PlainTerminal(each(), paper)
    chat = at_the_form()
    await terminal.show(chat.screen, PLACE, None, English(), below=True)
    card = replace(chat.screen, title="Your appointment", buttons=chat.screen.buttons[:1], questions=())
    await terminal.show(card, PLACE, None, English(), below=True)
    assert terminal.screen == chat.screen
    assert "Back" in paper.text.partition("Your appointment")[0]
    assert "Back" not in paper.text.partition("Your appointment")[2]


async def test_a_whole_form_is_asked_in_turn_and_sent_at_once() -> None:
    host, paper = await played("Somebody", "somebody@example.com", "", "2", "", chat=at_the_form(), form=True)
    questions = {question.name: question for question in host.shown[0].questions}
    assert host.payloads[1:] == [
        {
            "fill": {
                "revision": host.shown[0].revision,
                "values": {
                    "form.firstname": "Somebody",
                    "form.email": "somebody@example.com",
                    "form.phone": "",
                    "form.channel": questions["form.channel"].choices[1].token,
                    "form.comments": "",
                },
            }
        }
    ]
    assert "Leave it empty to skip." in paper.text
    host.chat.sees("Shall I book this?", "How did you hear of us?: Search", "Phone: Not given")


async def test_only_what_was_not_accepted_is_asked_again() -> None:
    host, paper = await played(
        *("Somebody", "nowhere", "", "", "", "somebody@example.com"), chat=at_the_form(), form=True
    )
    assert [list(payload["fill"]["values"]) for payload in host.payloads[2:]] == [["form.email"]]
    assert paper.text.count("\n  First name\n") == 1
    assert "  E-mail\n  ! This is no answer.\n> somebody@example.com" in paper.text
    host.chat.sees("Shall I book this?", "First name: Somebody")


async def test_several_options_are_named_by_numbers_or_words() -> None:
    host, _ = await played(
        *("Somebody", "2", "1990-01-01", "1", "no", "1, Sleep", "", ""), chat=at_the_form("Patient history"), form=True
    )
    host.chat.sees("Shall I book this?", "Topics: Heart, Sleep", "First visit?: Yes", "Do you come alone?: No")


async def test_a_form_can_be_left_halfway() -> None:
    host, _ = await played("Somebody", "/2", chat=at_the_form(), form=True)
    host.chat.sees("Left. Nothing was booked.")


async def test_a_command_in_the_middle_of_a_form_is_a_command() -> None:
    host, _ = await played("Somebody", "/start", chat=at_the_form(), form=True)
    host.chat.sees("Go on: Book an appointment")
