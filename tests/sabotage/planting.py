"""Faults planted on purpose in a copy: of the core, for the state machine; or of all else, for the simulation.

Run it to see each of them caught: `python tests/sabotage/planting.py`, or some: `… Telegram`. What is copied is never
touched.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
CAUGHT = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """`right` stands once in a module of a room, `wrong` takes its place."""

    name: str
    right: str
    wrong: str
    module: str = "engine.py"
    room: str = "conversations"


NOT_DONE = "return Refused(at, call, Reason.AWAY)  # planted"

FAULTS: Sequence[Fault] = (
    Fault(
        "old answers accepted",
        "if each.token == token), None)",
        'if each.token.split("-")[3:] == token.split("-")[3:]), None)',
    ),
    Fault("old forms accepted", "if filled.revision != session.revision:", "if filled.revision > session.revision:"),
    Fault(
        "dependants kept",
        "        if name in field.after:",
        "        if name == field.after:",
        "answers.py",
    ),
    Fault(
        "late replies accepted",
        "if event.call != session.waiting and event.call != in_doubt(session):",
        "if not session.waiting and event.call != in_doubt(session):",
    ),
    Fault(
        "doubt ignored",
        "return replace(session, waiting=FindTrace(call), failed=call, failed_at=at, trace=None)",
        "return replace(session, waiting=FindTrace(call), failed_at=at, trace=None)",
        "refusals.py",
    ),
    Fault("doubt sent again at once", "if left.total_seconds() > 0:", "if left.total_seconds() > 60:"),
    Fault("a key used twice", "waiting=replace(call, key=_write_key(session))", "waiting=call"),
    Fault("a write under way stopped", "if isinstance(session.waiting, WRITES):", "if session.over:"),
    Fault(
        "an hour that passed confirmed",
        "if still_true(person, session) != session:",
        "if session.over:",
    ),
    Fault(
        "doubt forgotten when set aside",
        "waiting=None, failed=failed, why=None",
        "waiting=None, failed=None, why=None",
        "aside.py",
    ),
    Fault("a doubt let go to make room", "if not in_doubt(each)][MOST:]", "][MOST:]", "aside.py"),
    Fault(
        "more and more doubts",
        "case _ if len([each for each in asides(session) if in_doubt(each)]) > 1:",
        "case _ if session.wanted == ending:",
    ),
    Fault("what is in front dropped for a command", "with_room(set_aside(session))", "with_room(asides(session))"),
    Fault("let go in silence", "if titles else None", "if not titles else None"),
    Fault("what goes on takes the place of what was in front", "(*others, *begun(session)))", "tuple(others))"),
    Fault(
        "the day not taken along",
        "**dict(choice.also)}",
        '**{name: each for name, each in choice.also if name != "day"}}',
        "answers.py",
    ),
    Fault(
        "the hour moved with the zone",
        "answers={**session.answers, field.name: Choice(beginning(day, person.zone))}",
        "answers={name: each for name, each in session.answers.items() if name not in (field.name, 'hour')}",
        "standing.py",
    ),
    Fault(
        "the day left in the old zone",
        "day = hour.astimezone(zone_of(person.zone)).date()",
        "day = hour.astimezone(zone_of(session.zone)).date()",
        "standing.py",
    ),
    Fault(
        "the only one found taken for the one named",
        "named = words and str(offers[0].label).casefold() == words.casefold()",
        "named = bool(words)",
    ),
)
IN_THE_PROGRAM: Sequence[Fault] = tuple(
    Fault(name, right, wrong, *reversed(place.split("/", 1)))
    for name, place, right, wrong in (
        (
            "acknowledged before it is stored",
            "bot/reception.py",
            "            raise NotTaken from error\n        return _Receipt",
            "            return None\n        return _Receipt",
        ),
        (
            "a write retried by itself",
            "bot/calendar/client.py",
            "            except NotSent as failure:\n",
            "            except (NotSent, NoAnswer) as failure:\n",
        ),
        (
            "sent whoever has sent it before",
            "bot/performing.py",
            "                raise Overtaken\n",
            "                pass\n",
        ),
        ("sent however old", "bot/calendar/client.py", "if self._clock() - sent_at > FRESH:", "if not sent_at:"),
        ("no answer taken for a refusal", "bot/calendar/errors.py", "return Unanswered(at, call)", NOT_DONE),
        (
            "what was sent before a crash taken for not done",
            "bot/performing.py",
            "await self._settled(contact, None, entry.call, Unanswered(self._clock(), entry.call))",
            "await self._settled(contact, None, entry.call, Refused(self._clock(), entry.call, Reason.AWAY))",
        ),
        (
            "a doubt set aside unseen not told",
            "bot/steps.py",
            "notice = _untold(desk, contact, after) or after.notice or lost",
            "notice = after.notice or lost",
        ),
        (
            "what was typed is logged",
            "bot/steps.py",
            "        left = places.goes_on(desk, contact.id, heard.place)",
            "        left = places.goes_on(desk, contact.id, heard.place)\n"
            "        log.info('heard', said=getattr(heard.event, 'text', ''))",
        ),
        (
            "the tokens thrown away",
            "bot/settling.py",
            "_appointment(call, booking), booking.tokens)",
            "_appointment(call, booking), replace(booking.tokens, action='', access=''))",
        ),
        (
            "what the calendar says of a rest not heard",
            "bot/calendar/client.py",
            "self._budget.wanted(self._after(response))",
            "self._after(response)",
        ),
        (
            "owed for ever",
            "bot/showing.py",
            "                owed.ended(desk, sight.claim)",
            "                pass",
        ),
        (
            "a rest forgotten by a crash",
            "bot/resting.py",
            "self._calendar.rest(min(until - self._clock().timestamp(), seconds))",
            "pass",
        ),
        (
            "confirmed to Telegram before it is stored",
            "adapters/telegram/app.py",
            "(host.receive(_key(update), update) for update in updates))",
            "(host.receive(_key(update), update) for update in updates), return_exceptions=True)",
        ),
        (
            "no answer of Telegram's taken for shown",
            "adapters/telegram/chats.py",
            "        except (Unreached, Held) as error:\n            raise NotYet(str(error)) from None",
            '        except (Unreached, Held):\n            return anchor or ""',
        ),
        (
            "whoever refuses taken for Telegram",
            "adapters/telegram/api.py",
            "if status >= 400 and not _is_telegrams(answered):",
            "if status < 0:",
        ),
        (
            "what Telegram says of a rest not heard",
            "adapters/telegram/api.py",
            "                await self.gates.hold(gate, error.seconds)\n",
            "",
        ),
        (
            "a press never ended",
            "adapters/telegram/app.py",
            "                await self._end(query, receipt)\n",
            "",
        ),
        (
            "acknowledged to Slack before it is stored",
            "adapters/slack/app.py",
            'log.warning("a delivery could not be stored")\n            return None',
            'log.warning("a delivery could not be stored")\n            return {}',
        ),
        (
            "what Slack brings again taken for something else",
            "adapters/slack/envelope.py",
            'return f"event {name}"',
            'return f"event {name} {id(self)}"',
        ),
        (
            "no answer of Slack's taken for shown",
            "adapters/slack/app.py",
            "        except Refused as error:\n            if not _is_away(error):\n                raise\n"
            '            log.info("nobody is there to be written to", why=str(error))',
            "        except Exception as error:\n"
            '            log.info("nobody is there to be written to", why=str(error))',
        ),
        (
            "a modal of Slack's that is closed taken for open",
            "adapters/slack/modals.py",
            "            view.gone = True\n            return False",
            "            view.gone = True\n            return True",
        ),
        (
            "what Slack says of a rest not heard",
            "adapters/slack/api.py",
            "                await self.gates.hold(gate, error.seconds)\n",
            "",
        ),
    )
)

# What the machine raises counts, a planted copy that cannot even be imported does not.
PLAY_THE_CORE = f"""
import conftest, conversations, sys, test_any_order, traceback
assert conversations.__file__.startswith(sys.argv[1]), conversations.__file__
try:
    test_any_order.play(test_any_order.SEEDS, shrink=False)
except Exception as found:
    print(type(found).__name__, traceback.extract_tb(found.__traceback__)[-1].line, sep=": ")
    raise SystemExit({CAUGHT})
"""

SEEDS = 400
ENOUGH = 3
"""Simulated until so many of them are broken: one alone may have been chance."""

PLAY_THE_PROGRAM = f"""
import conftest, importlib, sys, seeds
planted = importlib.import_module(sys.argv[2])
assert planted.__file__.startswith(sys.argv[1]), planted.__file__
found = []
with seeds.in_memory() as folder:
    for seed in range({SEEDS}):
        if broken := seeds.simulate(seed, folder).broken:
            found.append(seed)
            said = broken[0].strip().splitlines()[-1][:150]
        if len(found) == {ENOUGH}:
            print(f"by {{found}} of the first {{seed + 1}} seeds: {{said}}")
            raise SystemExit({CAUGHT})
"""


class NotPlanted(Exception):
    """The place of a fault is gone: the core has changed, and the fault must follow it."""


def planted(fault: Fault, folder: Path) -> Path:
    """Copies the core into a folder and plants a fault there. Raises NotPlanted where its place isn't found once."""
    copy = folder / fault.room
    shutil.copytree(ROOT / fault.room, copy, ignore=shutil.ignore_patterns("__pycache__"))
    module = copy / fault.module
    source = module.read_text("utf-8")
    if source.count(fault.right) != 1:
        raise NotPlanted(f"{fault.name}: {fault.right!r} stands {source.count(fault.right)} times in {fault.module}")
    module.write_text(source.replace(fault.right, fault.wrong), "utf-8")
    return copy


def caught(fault: Fault) -> str | None:
    """What is said of a planted fault by whoever is to find it; None if it is not seen."""
    in_the_core = fault.room == "conversations"
    found_by = ("conversations",) if in_the_core else ("simulation", "bot")
    with tempfile.TemporaryDirectory() as folder:
        planted(fault, Path(folder))
        (Path(folder) / "locales").symlink_to(ROOT / "locales")
        places = (Path(folder), *(ROOT / "tests" / each for each in found_by), ROOT / "tests", ROOT)
        run = subprocess.run(
            [sys.executable, "-c", PLAY_THE_CORE if in_the_core else PLAY_THE_PROGRAM, folder, fault.room],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places)), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    if run.returncode not in (0, CAUGHT):
        raise RuntimeError(run.stderr)
    return run.stdout.strip() if run.returncode else None


def main(named: str = "") -> int:
    """Each fault of which this is a part of the name, and how it was caught. The exit status: how many were not."""
    missed = 0
    for fault in (each for each in (*FAULTS, *IN_THE_PROGRAM) if named in each.name):
        finding = caught(fault)
        missed += finding is None
        print(f"{'NOT CAUGHT' if finding is None else 'caught':10}  {fault.name}  {finding or ''}", flush=True)
    return missed


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
