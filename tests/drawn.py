"""Drawn: small processes that nobody wrote, made up at random as YAML texts that pass `check`.

They are crooked on purpose: states that hold places inside states that hold places, ways that lead a case to where it
is, to a state around it or beside it, pauses in pauses, chains that follow by themselves, queues, dates in the past,
timers that send and timers of half terms, meetings whose booking leads a case away, cases that are kept for some days
only, values that hold from a later day on, rows that conditions count, and events that one of two people may not do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from engine.process.file.loader import Loaded, load_process
from tests.workshop import CALENDAR

PLACES = ("p", "q")
DAYS = ("2023-09-01", "2023-09-12", "2023-09-20")
HOURS = ("00:30", "14:00")
QUEUE, END = "queue", "end"
MEETING, BOOK = "panel", "book"
_FORM = {
    "kind": "optional",
    "first": "optional",
    "second": "optional",
    "goes_on": "optional",
    "fee": "optional",
    "tag": "optional",
    "asked": "optional",
}
# Rows are written by events alone.
_ROWS = _FORM | {"visit": "optional"}
BACK = {"by": "clerk", "reopens": True}
_ASK_IF = ["chase", {"task": "ask", "when": 'goes_on == true || open("look") > 0'}]
_VISIT = {
    "title": "Visits",
    "row": "Visit",
    "fields": {
        "hours": {"title": "Hours", "type": "integer", "min": 1, "max": 9, "optional": True},
        "paid": {"title": "Paid", "type": "money", "optional": True},
        "ok": {"title": "All is well", "type": "yes_no", "optional": True},
        "twice": {"title": "Twice", "type": "number", "value": "double(hours) * 2.0"},
    },
}
_CHECK = {"at": "last", "weights": [3, 2], "modulus": 11, "signs": "0123456789A", "rest": True}
_HEAD: dict[str, Any] = {
    "title": "Drawn",
    "currency": "GBP",
    "calendar": "leicestershire",
    "roles": {"clerk": {"title": "Clerk"}, "boss": {"title": "Boss"}},
    "fields": {
        "kind": {"title": "Kind", "type": "choice", "choices": list(PLACES)},
        "first": {"title": "First day", "type": "date", "max": "opened + 9 weeks", "default": "today"},
        "second": {"title": "Second day", "type": "date"},
        "goes_on": {"title": "Goes on", "type": "yes_no"},
        "heard": {"title": "Heard", "type": "time"},
        "fee": {"title": "Fee", "type": "money"},
        "asked": {"title": "Asked", "type": "choices", "choices": list(PLACES)},
        "tag": {"title": "Tag", "type": "code", "code": {"pattern": "[0-9]{2}[0-9A]", "check": _CHECK}},
    },
    "tasks": {
        "look": {"title": "Look", "role": "clerk", "due": "1 day", "escalate": {"after": "1 day", "to": "boss"}},
        "chase": {"title": "Chase", "role": "clerk", "overdue_of": "look"},
        "ask": {
            "title": "Ask",
            "role": "clerk",
            "per": "asked",
            "due": "1 day",
            "escalate": {"after": "1 day", "to": "boss"},
        },
        "follow": {"title": "Follow up", "role": "clerk", "per": "visit", "due": "2 days"},
    },
    "series": {"visit": _VISIT},
    "documents": {"paper": {"title": "Paper"}},
}


def load_drawn(text: str) -> Loaded:
    """A drawn process with the calendar that it names."""
    return load_process(text, "drawn.yaml", lambda _: CALENDAR)


@st.composite
def processes(draw: st.DrawFn, name: str = "drawn", version: str = "1", since: str = "2023-01-01") -> str:
    """The text of a version of a process that is in force since a day; JSON is YAML as well."""
    # Places may be done away with, but not before there were any.
    places = PLACES if version == "1" else PLACES[: draw(st.sampled_from([2, 2, 1]))]
    names = draw(_names())
    leaves = [one for one in names if not any(other.startswith(f"{one}.") for other in names)]
    offers: dict[str, Any] = {}
    states: dict[str, Any] = {}
    for full in names:
        parent, _, short = full.rpartition(".")
        state = draw(_state(full, names, leaves, offers, places))
        around = _at(states, parent)["states"] if parent else states
        around[short] = state
    for number in range(draw(st.sampled_from([0, 0, 1, 1, 2]))):
        draw(_pause(states, names, f"rest_{number}"))
    states[QUEUE] = draw(_queue(offers))
    states[END] = {"final": True}
    events = {_go(one): {"title": one, "to": one, "form": _ROWS, "undo": BACK} for one in [*names, QUEUE]}
    events |= {"leave": {"title": "Leave", "to": END, "undo": BACK}}
    meetings = draw(_meetings(names, states, events))
    return json.dumps(
        _HEAD
        | {"fields": _HEAD["fields"] | draw(_dated())}
        | meetings
        | draw(_keep())
        | {
            "process": name,
            "version": version,
            "effective_from": since,
            "initial": draw(
                st.lists(st.sampled_from([*offers.values()] or names), min_size=1, max_size=2, unique=True)
            ),
            "open": draw(_opening()),
            "places": {place: {"title": place, "capacity": draw(st.sampled_from([1, 1, 2]))} for place in places},
            "events": events,
            "states": states,
        }
    )


@st.composite
def _dated(draw: st.DrawFn) -> dict[str, Any]:
    """The fields of which a value holds from a day on, in one process of three each."""
    names = [one for one in ("kind", "first") if draw(st.integers(0, 2)) == 0]
    return {one: _HEAD["fields"][one] | {"dated": True} for one in names}


@st.composite
def _opening(draw: st.DrawFn) -> dict[str, Any]:
    """What a case is begun with: answers, and what is set by itself."""
    opening: dict[str, Any] = {"form": _FORM}
    chosen = draw(st.sampled_from([None, None, {"kind": 'kind == null ? "p" : kind'}, {"second": "first"}]))
    return opening | ({"set": chosen} if chosen else {})


@st.composite
def _meetings(draw: st.DrawFn, names: list[str], states: dict[str, Any], events: dict[str, Any]) -> dict[str, Any]:
    """What a process says of its meetings, if it has any; the event that books one is put where it stands."""
    if draw(st.integers(0, 3)) == 0:
        return {}
    where, day = draw(st.sampled_from([*names, *names, QUEUE])), draw(st.sampled_from(["first", "heard"]))
    meeting = {"title": "Meeting", "in": where, "date": day, "booked_by": BOOK, "outcomes": "leave"}
    for events_there in [events, _state_of(states, where).setdefault("events", {})][: draw(st.integers(1, 2))]:
        way = draw(st.sampled_from([None, None, *names, END]))
        events_there[BOOK] = _booking(day, way)
    return {"meetings": {MEETING: meeting | draw(st.sampled_from([{}, {"per": "kind"}]))}}


@st.composite
def _keep(draw: st.DrawFn) -> dict[str, Any]:
    """How long cases are kept, if not for ever."""
    if draw(st.integers(0, 3)) == 0:
        return {}
    keep: dict[str, Any] = {"by": ["clerk"], "else": draw(st.sampled_from(["1 day", "10 days"]))}
    keep |= draw(st.sampled_from([{}, {"until": "first"}]))
    keep |= draw(st.sampled_from([{}, {}, {"hold": "goes_on != null && goes_on"}]))
    return {"keep": keep | draw(st.sampled_from([{}, {"leaves": ["kind"]}]))}


@st.composite
def _pause(draw: st.DrawFn, states: dict[str, Any], names: list[str], name: str) -> None:
    """A state beside another one that pauses it; the second one may pause the first, or the same."""
    full = draw(st.sampled_from([one for one in _all(states, "") if one in names or name != "rest_0"]))
    parent = full.rpartition(".")[0]
    beside = _state_of(states, parent)["states"] if parent else states
    state: dict[str, Any] = {"pauses": full.rpartition(".")[2], "owner": "clerk"}
    state["deadline"] = {"within": "2 days", "raise": draw(st.sampled_from(["look", "chase"]))}
    state["events"] = {
        "return": {"title": "Return", "to": "back", "form": _FORM},
        "ask": {"title": "Ask", "form": _FORM},
    }
    if draw(st.booleans()):
        length = draw(st.sampled_from([{"after": "30 hours"}, {"after": "3 days"}, {"at": "first"}]))
        state["timers"] = {"over": length | {"send": "return"}}
    state |= draw(st.sampled_from([{}, {}, {"holds": {"place": "p"}}]))
    state |= draw(st.sampled_from([{}, {}, {}, {"automatic": [{"when": "goes_on == false", "to": "back"}]}]))
    state |= draw(st.sampled_from([{}, {}, {"set": {"first": "today"}}, {"raise": "look"}]))
    beside[name] = state
    rests = _state_of(states, full)
    rests.setdefault("events", {})[name] = {"title": name, "to": name, "form": _FORM}


def _all(states: dict[str, Any], around: str) -> Iterator[str]:
    for name, state in states.items():
        yield f"{around}{name}"
        yield from _all(state.get("states", {}), f"{around}{name}.")


def _booking(day: str, way: str | None) -> dict[str, Any]:
    form = {day: "required", "kind": "optional"}
    return {"title": "Book", "form": form} | ({"to": way} if way else {})


def _state_of(states: dict[str, Any], name: str) -> dict[str, Any]:
    first, _, rest = name.partition(".")
    state: dict[str, Any] = states[first]
    return _state_of(state["states"], rest) if rest else state


def _go(state: str) -> str:
    return "go_" + state.replace(".", "_")


def _at(states: dict[str, Any], name: str) -> dict[str, Any]:
    first, _, rest = name.partition(".")
    state: dict[str, Any] = states[first]
    return _at(state.setdefault("states", {}), rest) if rest else _with_states(state)


def _with_states(state: dict[str, Any]) -> dict[str, Any]:
    state.setdefault("states", {})
    return state


@st.composite
def _names(draw: st.DrawFn) -> list[str]:
    """The states that are no end, in an order in which each stands before those inside."""
    found = []
    for top in ("a", "b", "c")[: draw(st.integers(1, 3))]:
        found.append(top)
        for child in ("x", "y")[: draw(st.integers(0, 2))]:
            found.append(f"{top}.{child}")
            found += [f"{top}.{child}.{one}" for one in ("m", "n")[: draw(st.sampled_from([0, 0, 0, 1, 2]))]]
    return found


@st.composite
def _state(
    draw: st.DrawFn, full: str, names: list[str], leaves: list[str], offers: dict[str, Any], places: tuple[str, ...]
) -> dict[str, Any]:
    state: dict[str, Any] = {"title": full}
    if "." not in full:
        state |= {"owner": "clerk", "deadline": {"within": "3 days", "raise": "look"}}
    if draw(st.sampled_from([True, True, False])):
        state["holds"] = draw(_hold(full, names, offers, places))
    if draw(st.integers(0, 3)) == 0:
        state["raise"] = draw(st.sampled_from(["look", "chase", "ask", "ask", "follow", _ASK_IF]))
    moves = full in leaves and "kind" in state.get("holds", {}).get("place", "")
    events = {f"step_{number}": draw(_event(names, moves=moves)) for number in range(draw(st.integers(0, 2)))}
    if events:
        state["events"] = events
    timers = {f"timer_{number}": draw(_timer(names, events)) for number in range(draw(st.sampled_from([0, 0, 1, 2])))}
    if timers:
        state["timers"] = timers
    later = leaves[leaves.index(full) + 1 :] if full in leaves else []
    if later and draw(st.integers(0, 2)) == 0:
        when = draw(st.sampled_from(_WHENS))
        state["automatic"] = [{"when": when, "to": draw(st.sampled_from(later))} | draw(_sets())]
    return state | draw(_sets())


_WHENS = (
    "goes_on == true",
    'all("ask")',
    'done("ask") >= 2 || open("look") > 0',
    "count(visit) > 1",
    "last(visit).ok == true",
    'all("follow") && sum(visit, paid) > money("2")',
)


def _sets() -> st.SearchStrategy[dict[str, Any]]:
    """What an automatic way or a state sets, mostly nothing."""
    said = [{"kind": '"p"'}, {"first": "today"}, {"second": "first", "kind": None}, {"goes_on": "false"}]
    said += [{"fee": "sum(visit, paid)"}, {"second": "last(visit).day"}]
    return st.sampled_from([{}] * 8 + [{"set": one} for one in said])


@st.composite
def _hold(
    draw: st.DrawFn, full: str, names: list[str], offers: dict[str, Any], places: tuple[str, ...]
) -> dict[str, Any]:
    hold: dict[str, Any] = {"place": draw(st.sampled_from(["p", "p", "q", "kind"] if "q" in places else ["p"]))}
    if hold["place"] == "kind":
        hold["place"] = 'kind == null ? "p" : kind'
    if draw(st.sampled_from([True, True, True, False])):
        offer = f"offer_{len(offers)}"
        offers[offer] = full
        hold |= {"otherwise": QUEUE, "offer": offer}
    inside = [one for one in names if one.startswith(f"{full}.")]
    if inside and draw(st.booleans()):
        hold["taken_in"] = draw(st.sampled_from(inside))
    return hold


@st.composite
def _event(draw: st.DrawFn, names: list[str], *, moves: bool) -> dict[str, Any]:
    event: dict[str, Any] = {"title": "Step", "form": _ROWS, "undo": BACK}
    event |= draw(st.sampled_from([{}] * 6 + [{"not_by": f'did("{_go(names[0])}")'}, {"not_by": 'did("open")'}]))
    if draw(st.booleans()):
        event["set"] = draw(
            st.sampled_from(
                [
                    {"kind": '"q"'},
                    {"kind": None},
                    {"first": None},
                    {"first": "today"},
                    {"second": "first"},
                    {"fee": 'fee == null ? money("1.50") : fee + money("0.10")'},
                    {"second": "last(visit).day"},
                ]
            )
        )
    if draw(st.sampled_from([False, False, True])):
        checks = ("goes_on == true", 'count(visit, "this half term") < 2', f'!did("{_go(names[0])}")')
        event["needs"] = [{"check": draw(st.sampled_from(checks)), "say": "It must go on."}]
    target = st.sampled_from([*names, END])
    if draw(st.integers(0, 2)) == 0:
        event["alternatives"] = [{"when": 'kind == "q"', "to": draw(target)}, {"to": draw(target)}]
    elif draw(st.integers(0, 4)):
        event["to"] = draw(target)
    elif moves:
        event["move_place"] = True
    return event


@st.composite
def _timer(draw: st.DrawFn, names: list[str], events: dict[str, Any]) -> dict[str, Any]:
    kind, length = draw(
        st.sampled_from(
            [
                ("at", "first"),
                ("at", "first"),
                ("at", "second"),
                ("at", "heard"),
                ("after", "2 days"),
                ("every", "36 hours"),
                ("every", "tuesday"),
                ("each", "half term"),
                ("each", "half term"),
            ]
        )
    )
    timer: dict[str, Any] = {kind: length}
    if length == "tuesday":
        timer |= draw(st.sampled_from([{}, {"in": "term"}]))
    elif kind == "each":
        timer |= draw(st.sampled_from([{}, {"before_end": "5 school days"}]))
        unless = ('count(visit, "this half term") > 0', 'second >= begin_of("half term")', "any(visit, ok)")
        timer |= {"unless": draw(st.sampled_from(unless))}
    if draw(st.integers(0, 3)):
        timer["send"] = draw(st.sampled_from([*events, *(_go(one) for one in names), "leave"]))
        refused = {
            "raise": {"raise": "chase"},
            "again": {"again": "1 day"},
            "both": {"raise": "look", "again": "5 hours"},
        }
        said = draw(st.sampled_from(["", "", "raise", *([] if kind in {"every", "each"} else ["again", "both"])]))
        timer |= {"if_refused": refused[said]} if said else {}
    if "send" not in timer or draw(st.booleans()):
        timer["raise"] = draw(st.sampled_from(["look", "chase", "ask", "follow", _ASK_IF]))
    if kind in {"every", "each"} and draw(st.booleans()):
        timer["missed"] = "each"
    return timer


@st.composite
def _queue(draw: st.DrawFn, offers: dict[str, Any]) -> dict[str, Any]:
    events: dict[str, Any] = {name: {"title": name, "by": [], "to": full} for name, full in offers.items()}
    queue: dict[str, Any] = {"title": "Queue", "owner": "clerk", "deadline": {"within": "3 days", "raise": "look"}}
    if draw(st.booleans()):
        queue["states"] = {"standing": {}, "sitting": {}}
        events["sit"] = {"title": "Sit", "to": "queue.sitting"}
    events["ask"] = {"title": "Ask", "form": {"kind": "optional"}}
    return queue | {"events": events}
