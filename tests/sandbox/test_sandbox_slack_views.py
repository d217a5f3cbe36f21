"""Modals and the Home tab of the stand-in as the app handles them: triggers, stacks, hashes, names."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_playing import Playing, button, home, modal, playing, question, section
from slack_sdk.errors import SlackApiError

from sandbox.slack.manifest import DEFAULT


@pytest.fixture
async def play() -> AsyncIterator[Playing]:
    async with playing() as playing_now:
        yield playing_now


def within(play: Playing) -> str:
    """A trigger of a press in the modal that is open."""
    return play.person.presses("Next").trigger_id


NEXT = {"type": "actions", "block_id": "next", "elements": [button("Next", "next")]}


# Triggers


async def test_a_trigger_opens_a_modal(play: Playing) -> None:
    told = await play.client.views_open(trigger_id=play.trigger(), view=modal(section("Choose a day")))
    seen = play.person.modal
    assert seen is not None
    assert (seen.title, seen.text, seen.submit, seen.close) == ("Book", "Choose a day", "Send", "Leave")
    assert (seen.id, seen.hash) == (told["view"]["id"], told["view"]["hash"])
    assert told["view"]["root_view_id"] == seen.id


async def test_a_trigger_lives_three_seconds_of_slacks_own_clock(play: Playing) -> None:
    late, in_time = play.trigger(), play.trigger()
    play.clock.forward(seconds=2.9)
    await play.ok("views.open", trigger_id=in_time, view=modal())
    play.clock.forward(seconds=0.2)
    assert await play.refused("views.open", trigger_id=late, view=modal()) == "expired_trigger_id"
    assert play.complaints == []


async def test_a_trigger_is_used_once(play: Playing) -> None:
    trigger = play.trigger()
    await play.ok("views.open", trigger_id=trigger, view=modal())
    assert await play.refused("views.open", trigger_id=trigger, view=modal()) == "exchanged_trigger_id"


async def test_a_view_that_is_refused_leaves_the_trigger_unused(play: Playing) -> None:
    trigger = play.trigger()
    assert await play.refused("views.open", trigger_id=trigger, view=modal(section(""))) == "invalid_arguments"
    await play.ok("views.open", trigger_id=trigger, view=modal())


async def test_a_trigger_is_no_guess(play: Playing) -> None:
    assert await play.refused("views.open", trigger_id="1.2.abc", view=modal()) == "invalid_trigger_id"
    other = play.world.person(team=play.world.workspace("Other", installed=True))
    assert await play.refused("views.open", trigger_id=play.trigger(other), view=modal()) == "invalid_trigger_id"


async def test_a_view_too_large_is_refused(play: Playing) -> None:
    view = modal(*[section("x" * 2600)] * 100)
    assert await play.refused("views.open", trigger_id=play.trigger(), view=view) == "view_too_large"


# Stacks


async def test_three_views_lie_upon_each_other_and_no_more(play: Playing) -> None:
    await play.opens(NEXT, title={"type": "plain_text", "text": "One"})
    for title in ("Two", "Three"):
        view = modal(NEXT, title={"type": "plain_text", "text": title})
        await play.ok("views.push", trigger_id=within(play), view=view)
        assert play.modal.title == title
    assert await play.refused("views.push", trigger_id=within(play), view=modal()) == "push_limit_reached"
    play.person.closes()
    assert play.modal.title == "Two"
    play.person.closes()
    assert play.modal.title == "One"


async def test_a_pushed_view_knows_where_it_lies(play: Playing) -> None:
    root = await play.opens(NEXT)
    pushed = (await play.ok("views.push", trigger_id=within(play), view=modal()))["view"]
    assert (pushed["root_view_id"], pushed["previous_view_id"]) == (root["id"], root["id"])


async def test_only_what_is_done_in_a_modal_pushes_upon_it(play: Playing) -> None:
    home_view = home(NEXT)
    await play.ok("views.publish", user_id=play.person.id, view=home_view)
    play.person.opens_home()
    for trigger in (play.trigger(), within(play)):
        told = await play.call("views.push", trigger_id=trigger, view=modal())
        assert (told["error"], told["response_metadata"]) == (
            "invalid_arguments",
            {"messages": ["invalid `trigger_id`"]},
        )
    await play.ok("views.open", trigger_id=within(play), view=modal())


async def test_nothing_is_pushed_upon_a_view_that_is_gone(play: Playing) -> None:
    await play.opens(NEXT)
    trigger = within(play)
    play.person.closes()
    assert await play.refused("views.push", trigger_id=trigger, view=modal()) == "not_found"


async def test_opening_from_within_a_modal_is_complained_of(play: Playing) -> None:
    await play.opens(NEXT)
    await play.ok("views.open", trigger_id=within(play), view=modal())
    (complaint,) = play.complaints
    assert "not guaranteed" in complaint


async def test_another_modal_takes_the_place_of_the_first(play: Playing) -> None:
    first = await play.opens(NEXT)
    await play.opens(section("Second"))
    assert (play.modal.text, play.modal.stack) == ("Second", 1)
    assert await play.refused("views.update", view_id=first["id"], view=modal()) == "not_found"


async def test_each_device_has_a_modal_of_its_own(play: Playing) -> None:
    phone = play.person.on("phone")
    await play.opens(section("At the desk"))
    await play.opens(section("On the way"), person=phone)
    assert phone.modal is not None
    assert (play.modal.text, phone.modal.text) == ("At the desk", "On the way")
    assert play.person.on("phone").modal == phone.modal


# Updates


async def test_a_view_is_changed_by_its_id_or_by_the_apps_own(play: Playing) -> None:
    view = await play.opens(section("One"), external_id="mine")
    await play.ok("views.update", view_id=view["id"], view=modal(section("Two"), external_id="mine"))
    assert play.modal.text == "Two"
    await play.ok("views.update", external_id="mine", view=modal(section("Three")))
    assert play.modal.text == "Three"
    assert await play.refused("views.update", external_id="mine", view=modal()) == "not_found"


async def test_a_view_below_is_changed_where_it_lies(play: Playing) -> None:
    root = await play.opens(NEXT)
    await play.ok("views.push", trigger_id=within(play), view=modal(section("Above")))
    await play.ok("views.update", view_id=root["id"], view=modal(section("Below")))
    assert play.modal.text == "Above"
    play.person.closes()
    assert play.modal.text == "Below"


async def test_an_old_hash_changes_nothing(play: Playing) -> None:
    first = await play.opens(section("One"))
    second = (await play.ok("views.update", view_id=first["id"], hash=first["hash"], view=modal(section("Two"))))[
        "view"
    ]
    assert second["hash"] != first["hash"]
    stale = {"view_id": first["id"], "hash": first["hash"], "view": modal(section("Three"))}
    assert await play.refused("views.update", **stale) == "hash_conflict"
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await play.client.views_update(**stale)
    assert play.modal.text == "Two"
    assert play.complaints == []


async def test_what_was_closed_is_not_found(play: Playing) -> None:
    view = await play.opens()
    play.person.closes()
    assert await play.refused("views.update", view_id=view["id"], view=modal()) == "not_found"
    assert await play.refused("views.update", view_id="V0", view=modal()) == "not_found"
    assert await play.refused("views.update", view=modal()) == "invalid_arguments"


async def test_the_apps_own_name_for_a_view_is_never_used_twice(play: Playing) -> None:
    await play.opens(external_id="mine")
    play.person.closes()
    view = modal(external_id="mine")
    assert await play.refused("views.open", trigger_id=play.trigger(), view=view) == "duplicate_external_id"
    other = play.world.workspace("Other", installed=True)
    person = play.world.person(team=other)
    await play.ok("views.open", token=other.token, trigger_id=play.trigger(person), view=view)


async def test_a_modal_stays_a_modal(play: Playing) -> None:
    view = await play.opens()
    assert await play.refused("views.update", view_id=view["id"], view=home()) == "invalid_arguments"


async def test_names_left_out_are_made_up_anew_each_time(play: Playing) -> None:
    first = await play.opens(section("x"), {"type": "actions", "elements": [button("Go")]})
    again = await play.ok(
        "views.update", view_id=first["id"], view=modal(section("x"), {"type": "actions", "elements": [button("Go")]})
    )

    def names(view: dict[str, Any]) -> set[str]:
        return {block["block_id"] for block in view["blocks"]} | {view["blocks"][1]["elements"][0]["action_id"]}

    assert len(names(first)) == 3
    assert not names(first) & names(again["view"])


# The Home tab


async def test_a_home_is_published_and_replaced(play: Playing) -> None:
    assert play.person.home is None
    first = await play.client.views_publish(user_id=play.person.id, view=home(section("One")))
    second = await play.client.views_publish(user_id=play.person.id, view=home(section("Two")))
    assert play.home.text == "Two"
    assert first["view"]["id"] == second["view"]["id"]
    assert second["view"]["type"] == "home"


async def test_a_home_is_not_changed_by_an_old_hash(play: Playing) -> None:
    first = (await play.ok("views.publish", user_id=play.person.id, view=home()))["view"]
    await play.ok("views.publish", user_id=play.person.id, view=home(section("Two")), hash=first["hash"])
    told = await play.refused("views.publish", user_id=play.person.id, view=home(), hash=first["hash"])
    assert told == "hash_conflict"
    assert play.home.text == "Two"


async def test_a_home_can_be_updated_by_its_id(play: Playing) -> None:
    view = (await play.ok("views.publish", user_id=play.person.id, view=home()))["view"]
    await play.ok("views.update", view_id=view["id"], view=home(section("New")))
    assert play.home.text == "New"


async def test_there_is_no_home_for_strangers_or_without_the_tab(play: Playing) -> None:
    assert await play.refused("views.publish", user_id="U0", view=home()) == "invalid_arguments"
    assert await play.refused("views.publish", user_id=play.person.id, view=modal()) == "invalid_arguments"
    features = {**DEFAULT["features"], "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True}}
    play.world.configure({**DEFAULT, "features": features})
    assert await play.refused("views.publish", user_id=play.person.id, view=home()) == "not_enabled"
    with pytest.raises(LookupError, match="no home tab"):
        play.person.opens_home()


# What stays in inputs


async def test_what_was_filled_in_stays_where_the_same_input_stands(play: Playing) -> None:
    view = await play.opens(question("Name"), question("Mail", "email_text_input"))
    play.person.fills({"Name": "Person One", "Mail": "one@example.com"})
    named = question("Name", initial_value="Somebody else")
    other = question("Mail", "email_text_input", name="mail-2", initial_value="two@example.com")
    told = await play.ok("views.update", view_id=view["id"], view=modal(named, other))
    values = told["view"]["state"]["values"]
    assert values["name"]["answer"] == {"type": "plain_text_input", "value": "Person One"}
    assert values["mail-2"]["answer"]["value"] == "two@example.com"
    assert play.modal.values == {"Name": "Person One", "Mail": "two@example.com"}


async def test_another_kind_of_input_begins_anew(play: Playing) -> None:
    view = await play.opens(question("Name"))
    play.person.fills({"Name": "one@example.com"})
    told = await play.ok("views.update", view_id=view["id"], view=modal(question("Name", "email_text_input")))
    assert told["view"]["state"]["values"]["name"]["answer"] == {"type": "email_text_input", "value": None}


async def test_what_goes_and_comes_back_begins_anew(play: Playing) -> None:
    view = await play.opens(question("Name"))
    play.person.fills({"Name": "Person One"})
    await play.ok("views.update", view_id=view["id"], view=modal(section("Wait")))
    told = await play.ok("views.update", view_id=view["id"], view=modal(question("Name")))
    assert told["view"]["state"]["values"]["name"]["answer"]["value"] is None
