"""/forget: everything about a person, erased. Only data; what cannot be undone is said before."""

from __future__ import annotations

from conversations.calls import Forget
from conversations.forms import Conversation, Field
from conversations.offers import Choice
from conversations.people import Person
from conversations.session import Session
from conversations.texts import say, say_in


def _ends(_person: Person, _session: Session, _key: str) -> Forget:
    return Forget()


FORGET = Conversation(
    command="forget",
    title=say("Forget me"),
    about=say("Forget me"),
    fields=(
        Field(
            name="forget",
            label=say_in("row", "Forget me"),
            prompt=say("Shall I forget everything about you, for good?"),
            hint=say(
                "Your answers, your settings and your appointments are erased here at once. What is booked stays "
                "booked with the organisation, and so does what may have arrived without an answer: from then on only "
                "the e-mail that confirms it lets you change it. If you want to cancel something, do it first."
            ),
            offers=lambda _person, _session: (Choice("everything", say_in("button", "Yes, forget me")),),
        ),
    ),
    ends=_ends,
    confirm=None,
    done=say("I have forgotten you. What stands in this chat only you can delete. Write to me, and we begin anew."),
    on_menu=False,
)
