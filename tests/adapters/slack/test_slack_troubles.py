"""What goes wrong with Slack, and what becomes of it: each row of the table of troubles in `docs/slack.md`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from slack_stage import SlackStage, playing_slack
from slack_table import plays
from test_slack_habits import at_the_form, booked, choice, modal_of, opens, sent, submits

from adapters import Request
from adapters.slack import modals, sockets
from adapters.slack.manifest import SCOPES
from bot import bringing
from bot import runner as running
from sandbox.slack import Fault, Then
from sandbox.slack.installing import install


@pytest_asyncio.fixture(params=[False, True], ids=["sockets", "posts"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[SlackStage]:
    async with playing_slack(tmp_path, hooked=request.param) as stage:
        yield stage


def count(stage: SlackStage, method: str) -> int:
    return stage.world.ledger.count(method)


@plays("a trigger was used or has died")
async def test_a_dead_trigger_becomes_a_message_with_a_door(stage: SlackStage) -> None:
    stage.world.faults.add(Fault("views.open", error="expired_trigger_id"))
    stage.person.commands("/book")
    door = await stage.person.sees("Go on: Book an appointment")
    await stage.settled()
    assert not stage.person.modal
    await stage.answered(lambda: stage.person.presses("Go on: Book an appointment", door))
    assert stage.person.modal
    assert "What is it for?" in stage.person.modal.text


@plays("the answer to the opening of a modal is lost")
async def test_a_modal_whose_opening_was_not_answered_is_found_by_its_name(stage: SlackStage) -> None:
    stage.world.faults.add(Fault("views.open", then=Then.RESET, commit=True))
    await opens(stage)
    assert stage.person.modal
    assert "What is it for?" in stage.person.modal.text


@plays("a view's hash has changed")
async def test_a_conflict_of_hashes_is_settled_by_the_newest_screen(stage: SlackStage) -> None:
    await opens(stage)
    stage.world.faults.add(Fault("views.update", error="hash_conflict"))
    await stage.presses(choice(stage))
    assert stage.person.modal
    assert "With whom?" in stage.person.modal.text


@plays("a submission leads to nothing in time")
async def test_a_late_submission_is_answered_with_a_busy_view(
    stage: SlackStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await at_the_form(stage)
    monkeypatch.setattr(modals, "SUBMITTED", 0.0)
    await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
    answer = stage.world.deliveries[-1].answer
    assert answer["response_action"] == "update"
    assert "One moment" in str(answer["view"])
    assert stage.person.modal
    assert "Shall I book this?" in stage.person.modal.text


@plays("a response URL is used up or too old")
async def test_no_response_url_is_ever_needed(stage: SlackStage) -> None:
    await stage.types("/book")
    message = stage.sight
    stage.calendar.time_passes(timedelta(minutes=31).total_seconds())
    await stage.presses(choice(stage))
    assert stage.sight is message
    assert not count(stage, "response_url")


@plays("one channel is told to wait (429)")
async def test_only_the_channel_that_was_told_to_wait_waits(stage: SlackStage) -> None:
    stage.world.faults.add(Fault("chat.postMessage", channel=stage.person.id, retry_after=2))
    stage.person.writes("start")
    await stage.world.until(lambda: stage.world.ledger.by_status.get(429))
    other = stage.world.person()
    other.writes("start")
    await other.sees("What would you like to do?")
    assert "What would you like to do?" not in stage.person.drawn()
    await stage.person.sees("What would you like to do?")


@plays("Slack answers 5xx, nonsense, or not at all")
@pytest.mark.parametrize(
    "fault", [Fault("views.update", status=503), Fault("views.update", then=Then.RESET)], ids=["503", "reset"]
)
async def test_what_slack_did_not_take_is_shown_again(stage: SlackStage, fault: Fault) -> None:
    await opens(stage)
    stage.world.faults.add(fault)
    await stage.presses(choice(stage))
    assert stage.person.modal
    assert "With whom?" in stage.person.modal.text


@plays("the answer to a message is lost")
async def test_a_message_whose_answer_was_lost_is_not_sent_twice(stage: SlackStage) -> None:
    await stage.types("/start")
    before = sent(stage)
    stage.world.faults.add(Fault("chat.postMessage", then=Then.RESET, commit=True))
    await stage.types("/book")
    await stage.settled()
    assert sent(stage) == before + 1


@plays("the answer to a message is lost")
async def test_the_first_message_ever_is_not_sent_twice_either(stage: SlackStage) -> None:
    stage.world.faults.add(Fault("chat.postMessage", then=Then.RESET, commit=True))
    await stage.types("/start")
    await stage.settled()
    assert sent(stage) == 1


@plays("the answer to a file is lost")
@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "upload", "files.completeUploadExternal"])
async def test_a_file_whose_answer_was_lost_comes_once(
    stage: SlackStage, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bringing, "PAUSES", (0.01,))
    stage.world.faults.add(Fault(method, then=Then.RESET, commit=True))
    await at_the_form(stage)
    await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
    await submits(stage)
    await stage.world.until(lambda: count(stage, method) > 0)
    await stage.settled()
    assert count(stage, method) == (1 if method == "files.completeUploadExternal" else 2)
    assert [each.file for each in stage.person.messages if each.file] == ["appointment.ics"]


@plays("a message of ours was deleted")
async def test_a_message_that_is_gone_comes_again_below(stage: SlackStage) -> None:
    await stage.types("/book")
    before = stage.sight
    token = choice(stage).token
    stage.world.faults.add(Fault("chat.update", error="message_not_found"))
    await stage.answered(lambda: stage.person.presses(token, before, anyway=True))
    assert stage.sight is not before
    assert "With whom?" in stage.seen()


@plays("a channel is archived in which a command was given")
async def test_a_command_in_a_channel_needs_no_channel(stage: SlackStage) -> None:
    channel = stage.world.channel("gone", members=[stage.person])
    await stage.answered(lambda: stage.person.commands("/book", channel=channel))
    stage.world.archive(channel)
    await stage.presses(choice(stage))
    assert stage.person.modal
    assert "With whom?" in stage.person.modal.text
    assert not channel.messages


@plays("a person is deactivated", "the app's own tab is turned off")
@pytest.mark.parametrize("error", ["account_inactive", "user_disabled", "messages_tab_disabled"])
async def test_who_cannot_be_written_to_is_left_alone(stage: SlackStage, error: str) -> None:
    stage.world.faults.add(Fault("chat.postMessage", error=error, times=None))
    stage.person.writes("start")
    await stage.world.until(lambda: count(stage, "chat.postMessage") > 0)
    await stage.settled()
    assert count(stage, "chat.postMessage") == 1
    stage.world.faults.clear()
    await stage.types("/start")
    assert "What would you like to do?" in stage.seen()


@plays("the bot's token is revoked")
async def test_with_a_revoked_token_nothing_is_tried_again_and_again(stage: SlackStage) -> None:
    stage.world.revoke(stage.world.token)
    stage.person.writes("start")
    await stage.world.taken()
    await stage.settled()
    assert count(stage, "chat.postMessage") == 1


@plays("the app is taken away")
@pytest.mark.parametrize("hooked", [False, True], ids=["sockets", "posts"])
async def test_whoever_takes_the_app_away_takes_all_that_is_kept(hooked: bool, tmp_path: Path) -> None:
    async with playing_slack(tmp_path, hooked=hooked) as stage:
        await booked(stage)
        stage.world.uninstall()
        await stage.settled()
    install(stage.world.team, tuple(SCOPES), stage.person.id)
    async with playing_slack(tmp_path, hooked=hooked, before=stage) as again:
        await opens(again, "/appointments")
        assert again.person.modal
        assert "No appointment is coming." in again.person.modal.text


async def test_a_token_that_is_taken_back_takes_nobody_with_it(stage: SlackStage) -> None:
    await booked(stage)
    team = stage.world.team
    event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [team.bot_user]}}
    told = {"type": "event_callback", "event_id": "Ev0SANDBOX", "team_id": team.id, "event": event, "event_time": 1}
    await stage.world.raw("events_api", told).settled()
    await stage.settled()
    await opens(stage, "/appointments")
    assert stage.person.modal
    assert "This appointment is booked." in stage.person.modal.text


@plays("a person's profile cannot be read")
async def test_without_a_profile_all_goes_on_in_the_language_that_is_set(stage: SlackStage) -> None:
    stage.world.faults.add(Fault("users.info", then=Then.HANG, times=None))
    await opens(stage)
    assert stage.person.modal
    assert "What is it for?" in stage.person.modal.text


@plays("a delivery comes again")
async def test_the_same_delivery_again_changes_nothing(stage: SlackStage) -> None:
    await at_the_form(stage, modal=False)
    await stage.types("Somebody")
    await stage.settled()
    shown = stage.slack.shown
    for same in (True, False):
        stage.world.redeliver(same=same)
        await stage.settled()
    assert stage.slack.shown == shown


@plays("the disk takes nothing")
async def test_what_could_not_be_stored_is_not_acknowledged(stage: SlackStage, monkeypatch: pytest.MonkeyPatch) -> None:
    from adapters import NotTaken

    async def full(*_: object) -> None:
        raise NotTaken

    stage.world.patience, stage.world.resend_after = 0.3, (0.0, 0.0, 0.0)
    with monkeypatch.context() as patch:
        patch.setattr(stage.runner.host(stage.slack), "receive", full)
        stage.person.writes("start")
        await stage.world.until(lambda: stage.world.deliveries and len(stage.world.deliveries[-1].attempts) > 1)
    await stage.person.sees("What would you like to do?")


@plays("the program ends while a modal is open")
@pytest.mark.parametrize("hooked", [False, True], ids=["sockets", "posts"])
async def test_after_a_restart_the_same_modal_goes_on(
    hooked: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "DRAIN", 0.0)
    async with playing_slack(tmp_path, hooked=hooked) as stage:
        await opens(stage)
        token, modal = choice(stage).token, stage.person.modal
    async with playing_slack(tmp_path, hooked=hooked, before=stage) as again:
        assert modal
        await again.settled()
        await again.answered(lambda: again.person.presses(token))
        assert again.person.modal
        assert again.person.modal.id == modal.id
        assert "With whom?" in again.person.modal.text


@plays("a socket is to be replaced", "a socket breaks")
async def test_another_socket_is_opened(tmp_path: Path) -> None:
    async with playing_slack(tmp_path) as stage:
        world = stage.world
        world.resend_after = (0.0, 0.2, 1.0)
        for reason in ("warning", "refresh_requested", ""):
            before = {each.id for each in world.sockets.open}
            world.refresh(reason) if reason else world.drop_sockets()
            await stage.types("/start")
            await stage.types("/book")
            assert "What is it for?" in stage.seen()
            assert {each.id for each in world.sockets.ready} - before


@plays("a socket is open but deaf")
@pytest.mark.parametrize("silent", [False, True], ids=["it answers pings", "it answers nothing"])
async def test_a_deaf_socket_is_changed_for_another(
    silent: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("PING", 0.2), ("DEAF", 1.0), ("QUIET", 60.0 if silent else 1.0)):
        monkeypatch.setattr(sockets, name, seconds)
    async with playing_slack(tmp_path) as stage:
        stage.world.mute() if silent else stage.world.deafen()
        stage.person.writes("start")
        await stage.person.sees("What would you like to do?", seconds=30)
        await stage.settled()


@plays("a request is not Slack's")
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-slack-request-timestamp": "x" * 5000, "x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-request-timestamp": "9" * 5000, "x-slack-signature": "v0=" + "0" * 64},
        {"x-slack-request-timestamp": "1795348800", "x-slack-signature": "v0=ñ"},
        {"x-slack-request-timestamp": "1795348800", "x-slack-signature": "v0=" + "0" * 64},
    ],
)
async def test_whoever_is_not_slack_learns_nothing(headers: dict[str, str], tmp_path: Path) -> None:
    async with playing_slack(tmp_path, hooked=True) as stage:
        for body in (
            b"ssl_check=1",
            b"canary",
            b"\xff\xfe",
            b"[]",
            b'{"type":"url_verification","challenge":"canary"}',
        ):
            given = await stage.slack.delivered(Request({**headers, "content-type": "application/json"}, body))
            assert (given.status, given.body) == (401, b"")
        assert "canary" not in stage.written.getvalue()


@plays("what Slack signed cannot be read")
async def test_signed_junk_is_refused_without_a_trace(tmp_path: Path) -> None:
    import hmac

    async with playing_slack(tmp_path, hooked=True) as stage:
        stamp = str(int(stage.world.now().timestamp()))
        for body in (b"canary", b"\xff\xfe", b"[]", b"payload=canary", b"a=1&" * 500):
            signed = f"v0:{stamp}:".encode() + body
            mark = "v0=" + hmac.new(stage.world.signing_secret.encode(), signed, "sha256").hexdigest()
            for kind in ("application/json", "application/x-www-form-urlencoded"):
                headers = {"x-slack-request-timestamp": stamp, "x-slack-signature": mark, "content-type": kind}
                assert (await stage.slack.delivered(Request(headers, body))).status == 400
        assert "canary" not in stage.written.getvalue()


@plays("Slack says that too many events come")
async def test_too_many_events_are_only_counted(stage: SlackStage) -> None:
    done = stage.world.raw("events_api", {"type": "app_rate_limited", "team_id": stage.world.team.id})
    await done.settled()
    assert done.acknowledged
    await stage.types("/start")


@plays("something unheard-of is pressed")
async def test_what_nobody_knows_is_acknowledged_and_left_alone(stage: SlackStage) -> None:
    who = {"type": "block_actions", "user": {"id": stage.person.id}, "team": {"id": stage.world.team.id}}
    for payload in ({"type": "unheard_of"}, {**who, "trigger_id": "1.2.3"}, {**who, "actions": [{"action_id": "x"}]}):
        done = stage.world.raw("interactive", payload)
        await done.settled()
        assert done.acknowledged
    await stage.types("/start")


@plays("a modal is closed while a booking is under way")
async def test_a_modal_closed_while_booking_leaves_the_confirmation(stage: SlackStage) -> None:
    await at_the_form(stage)
    await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
    done = stage.person.submits()
    assert done
    stage.person.closes()
    await stage.person.sees("This appointment is booked.")
    await stage.settled()
    assert len([each for each in stage.person.messages if "This appointment is booked." in each.text]) == 1


@plays("a booking is in doubt and its modal is closed")
async def test_a_doubt_is_told_in_a_message_if_the_modal_is_closed(stage: SlackStage) -> None:
    from sandbox.calendar import faults

    await at_the_form(stage)
    await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
    stage.calendar.world.faults.add(faults.reset("writes", commit=False))
    assert stage.person.submits()
    stage.person.closes()
    door = await stage.person.sees("I am not sure whether your appointment was booked")
    await stage.settled()
    assert "Go on: Book an appointment" in getattr(door, "labels", ())
    await stage.answered(lambda: stage.person.presses("Go on: Book an appointment", door))
    assert stage.person.modal
    assert "Send it again" in stage.person.modal.labels


@plays("a booking is in doubt, and its e-mail comes")
async def test_a_link_can_be_pasted_into_a_modal(stage: SlackStage) -> None:
    from sandbox.calendar import faults

    await at_the_form(stage)
    await stage.fills({"First name": "Somebody", "E-mail": "somebody@example.com"})
    stage.calendar.world.faults.add(faults.reset("writes", commit=True))
    await submits(stage)
    assert "A link from the e-mail" in modal_of(stage).text
    calendar = stage.calendar.world
    [appointment] = calendar.appointments.values()
    token = calendar.access_token(appointment)
    link = f"https://example.com/booking?v-schedule-action=join&v-schedule-auth={token}"
    await stage.fills({"A link from the e-mail": link})
    await stage.settled()
    assert "This appointment is booked." in modal_of(stage).text
    assert "Send it again" not in modal_of(stage).labels
    assert token not in stage.written.getvalue()


async def test_after_a_booking_the_messages_need_no_memory(tmp_path: Path) -> None:
    """A card that was written by an earlier run is taken back by the next one."""
    async with playing_slack(tmp_path) as stage:
        await booked(stage)
        older = await stage.person.sees("This appointment is booked.")
        stage.person.closes()
        await stage.settled()
    async with playing_slack(tmp_path, before=stage) as again:
        await opens(again, "/cancel")
        await again.fills({"Would you like to say why?": "I am ill."})
        await submits(again)
        await again.world.until(lambda: "Something has changed since." in getattr(older, "text", ""))
        await again.settled()


@plays("a modal opens after it was given up")
async def test_a_modal_that_opens_late_goes_on_when_it_is_used(stage: SlackStage) -> None:
    stage.world.faults.add(Fault("views.update", error="not_found", times=2))
    stage.world.faults.add(Fault("views.open", then=Then.RESET, commit=True))
    stage.person.commands("/book")
    await stage.person.sees("Go on: Book an appointment")
    await stage.settled()
    assert stage.person.modal
    busy = stage.person.modal
    await stage.answered(lambda: stage.person.presses("Leave", busy))
    assert stage.person.modal.id == busy.id
    assert "What is it for?" in stage.person.modal.text
