"""Steps: what may be done next in a walk, drawn at random: mostly what can be done, sometimes what cannot."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.case.snapshot import Snapshot
from engine.process.definition import Event, Process
from tests.drawn import BOOK, DAYS, HOURS, MEETING, PLACES, processes
from tests.walking.people import LOGINS
from tests.walking.restores import RestoreWalk
from tests.walking.walk import NAMES, Step

MOST_CASES = 6
THREE_WEEKS = 21 * 24
MOST_VERSIONS = 3
MOST_BACKUPS = 2
# Before the first one was published, the day on which a walk begins, and days that come within it.
SINCE = ("2022-12-01", "2023-01-01", "2023-09-11", "2023-09-11", "2023-09-12", "2023-09-20", "2023-10-10")
# So many hours ago something happened that is written down now: mostly it happens now.
AGO = (0, 0, 0, 0, 0, 1, 30, 200)
TASKS = ("look", "chase", "look-into", "ask:p", "ask:q", "follow:2023-09-12")
# Some events are not for who did another one.
PEOPLE = ("clerk", "ann:clerk", "bob:clerk")
TAGS = ("124", "06A")
OF_MEETINGS = ("plan", "move", "cancel", "record")
OF_CASES = ("correct", "correct", "postpone", "document", "undo", "undo")


@st.composite
def steps(draw: st.DrawFn, walk: RestoreWalk) -> Step:
    """Something that may be asked of the cases there are, or time that passes."""
    kind = draw(st.sampled_from(kinds(walk)))
    if kind in OF_MEETINGS:
        return kind, draw(meeting_steps(kind, len(walk.meetings)))
    if kind == "publish":
        name, version = draw(st.sampled_from(NAMES)), str(len(walk.published))
        return kind, {"text": draw(processes(name, version, draw(st.sampled_from(SINCE))))}
    if kind == "open":
        name = draw(st.sampled_from(NAMES))
        state = draw(st.sampled_from(walk.in_force(name).initial))
        return kind, {"process": name, "data": draw(openings()), "state": state, "ago": draw(st.sampled_from(AGO))}
    if kind == "wait":
        return kind, {
            "hours": draw(st.sampled_from([1, 30, 100, 400, THREE_WEEKS, -1, -50])),
            "watched": draw(st.booleans()),
            "cut": draw(st.integers(0, 3)),
        }
    if kind in {"staff", "hand_on"}:
        return kind, draw(people_steps(kind))
    if kind in {"backup", "restore", "again"}:
        return kind, draw(keeping_steps(kind, walk))
    return draw(case_steps(kind, walk))


def kinds(walk: RestoreWalk) -> list[str]:
    """What may be done now, each as often as it is to be drawn; more often what stands first."""
    running = sum(not one.outcome for one in walk.before.values())
    found = ["restore"] * 2 if walk.saved and walk.restored < MOST_BACKUPS else []
    found += ["erase"] * 3 if "asked" in retained(walk).values() else []
    found += ["retain"] * 3 if retained(walk) else []
    found += ["again"] if walk.asked else []
    found += ["backup"] if walk.cases and len(walk.saved) < MOST_BACKUPS else []
    found += [*OF_CASES, "fire", "fire", "fire", "fire", "fire", "fire", "done"] if walk.cases else []
    found += ["give", "give", "claim", "hand_on"] if any(one.tasks for one in walk.before.values()) else []
    found += ["move", "move", "cancel", "record"] if walk.meetings else []
    found += ["plan"] if any(MEETING in walk.in_force(name).meetings for name in NAMES) else []
    found += ["publish"] if len(walk.published) < len(NAMES) + MOST_VERSIONS else []
    found += ["open"] * (3 if running < MOST_CASES else 0) + ["staff"] + ["wait"] * 2
    return found


def retained(walk: RestoreWalk) -> dict[int, str]:
    """What was decided of the cases that have ended and are not kept for ever, by their place in the walk."""
    known = enumerate(walk.cases)
    return {at: walk.before[n].retained for at, n in known if walk.before[n].outcome and walk.of[n].keep}


@st.composite
def case_steps(draw: st.DrawFn, kind: str, walk: RestoreWalk) -> Step:
    """Something that is asked of one case."""
    chosen = sorted(retained(walk)) if kind in {"retain", "erase"} else range(len(walk.cases))
    chosen = [at for at in chosen if kind != "erase" or retained(walk)[at] == "asked"]
    number = draw(st.sampled_from(chosen))
    snapshot, process = walk.before[walk.cases[number]], walk.of[walk.cases[number]]
    given: dict[str, Any] = {"case": number} | draw(_late(kind))
    if kind == "fire":
        return draw(events(number, snapshot, process, walk))
    if kind in {"done", "postpone", "give", "claim"}:
        given["task"] = draw(st.sampled_from([*sorted(snapshot.tasks) * 3, *TASKS]))
    if kind == "postpone":
        given["hours"] = draw(st.sampled_from([-1, 1, 30, THREE_WEEKS]))
    elif kind == "give":
        given["to"] = draw(st.sampled_from([*LOGINS, "nobody", None]))
    elif kind == "claim":
        given["by"] = draw(st.sampled_from(LOGINS))
    elif kind == "retain":
        given["what"] = draw(st.sampled_from(["asked", "asked", "held", "released", "withdrawn"]))
    elif kind == "correct":
        given |= {"name": "kind", "value": "p"} | draw(corrections(snapshot))
    return kind, given


def _late(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """How long ago a thing happened that may be written down late; events say so themselves."""
    ago = st.sampled_from(AGO if kind in {"done", "document"} else (0,))
    return ago.map(lambda hours: {"ago": hours} if hours else {})


@st.composite
def events(draw: st.DrawFn, number: int, snapshot: Snapshot, process: Process, walk: RestoreWalk) -> Step:
    """An event that somebody may send where a case is, with its form."""
    found = {name: event for name, event in process.events_in(snapshot.state).items() if event.by != frozenset()}
    if not found:
        return "wait", {"hours": 30, "watched": True, "cut": 0}
    names = sorted(found) + ["leave"] * (len(found) if "leave" in found and snapshot.held else 0)
    # Meetings are about cases that are booked: nearly as often as all else together where one is planned.
    names += [BOOK] * (len(found) if BOOK in found and walk.planned else 0)
    event = found[draw(st.sampled_from(names))]
    when = {"ago": draw(st.sampled_from(AGO)), "by": draw(st.sampled_from(PEOPLE))}
    return "fire", {"case": number, "event": event.name, "data": draw(answers(event))} | when


@st.composite
def corrections(draw: st.DrawFn, snapshot: Snapshot) -> dict[str, Any]:
    """A field, mostly one that holds something, and what is to stand there."""
    name = draw(st.sampled_from([*sorted(snapshot.data) * 2, "kind"]))
    if name == "visit":
        name = f"visit.{draw(st.sampled_from(['day', 'hours', 'paid', 'ok', 'twice']))}"
    elif name.endswith("_from"):
        name = f"{name}.{draw(st.sampled_from([name.removesuffix('_from'), 'day']))}"
    values = {"kind": PLACES, "first": DAYS, "second": DAYS, "goes_on": (True, False)}
    values |= {"kind_from.day": DAYS, "first_from.day": DAYS, "kind_from.kind": PLACES, "first_from.first": DAYS}
    values |= {"asked": ([PLACES[1]], list(PLACES)), "fee": ("1.50", "0.10"), "tag": TAGS}
    values |= {"visit.day": DAYS, "visit.hours": (1, 4), "visit.paid": ("2.50", "0.10"), "visit.ok": (True, False)}
    value = draw(st.sampled_from(values.get(name, [f"{DAYS[0]}T{HOURS[0]}"])))
    return {"name": name, "value": value, "right": draw(st.sampled_from([True, True, True, False]))}


@st.composite
def people_steps(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Somebody comes, goes, or gets other roles; or their tasks are handed on."""
    login = draw(st.sampled_from(LOGINS))
    if kind == "hand_on":
        return {"login": login, "to": draw(st.sampled_from([*LOGINS, None]))}
    roles = draw(st.sampled_from([list(NAMES), list(NAMES), [NAMES[0]], []]))
    return {"login": login, "active": draw(st.sampled_from([True, True, False])), "processes": roles}


@st.composite
def keeping_steps(draw: st.DrawFn, kind: str, walk: RestoreWalk) -> dict[str, Any]:
    """A backup is made or taken up, or a request comes again."""
    if kind == "again":
        return {"request": draw(st.integers(0, len(walk.asked) - 1))}
    if kind == "restore":
        return {"backup": draw(st.integers(0, len(walk.saved) - 1)), "other": draw(st.booleans())}
    return {}


@st.composite
def answers(draw: st.DrawFn, event: Event) -> dict[str, Any]:
    """What is filled into the form of an event; what it must have always."""
    data = draw(forms()) if event.form else {}
    if event.name == BOOK:
        day, hour = draw(st.sampled_from(DAYS)), draw(st.sampled_from(HOURS))
        data |= {"first": day, "heard": f"{day}T{hour}"}
    return {name: value for name, value in data.items() if name in event.form}


@st.composite
def meeting_steps(draw: st.DrawFn, kind: str, meetings: int) -> dict[str, Any]:
    """Something that is done with a meeting: one is planned, or one of so many is moved, cancelled or recorded."""
    when = {"day": draw(st.sampled_from(DAYS)), "at": draw(st.sampled_from(HOURS))}
    if kind == "plan":
        return {"process": draw(st.sampled_from(NAMES)), "series": draw(st.sampled_from(["", *PLACES]))} | when
    return {"meeting": draw(st.integers(0, meetings - 1))} | (when if kind == "move" else {})


def openings() -> st.SearchStrategy[dict[str, Any]]:
    """What a case is begun with: from which day on it holds is not asked."""
    return forms().map(lambda given: {name: one for name, one in given.items() if "." not in name})


def forms() -> st.SearchStrategy[dict[str, Any]]:
    day = st.sampled_from(DAYS)
    return st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from([*PLACES, None]),
            "first": day,
            "second": day,
            "goes_on": st.sampled_from(["yes", "yes", "no"]),
            "kind_from.day": day,
            "first_from.day": day,
            "asked": st.sampled_from([[PLACES[0]], list(PLACES), []]),
            "fee": st.sampled_from(["£1.50", "0.1", "1,000", "1.234"]),
            "tag": st.sampled_from([*TAGS, "120"]),
            "visit.day": day,
            "visit.hours": st.sampled_from([1, "4", 10]),
            "visit.paid": st.sampled_from(["£2.50", "0.10"]),
            "visit.ok": st.sampled_from(["yes", "no"]),
        },
    )
