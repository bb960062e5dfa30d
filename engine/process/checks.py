"""What can be wrong with a process beyond its shape and names: one function a rule. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from engine.process import flow
from engine.process.circles import instant_circles
from engine.process.contradictions import check_contradictions, warn_of_tasks
from engine.process.definition import Event, Process, State, Way
from engine.process.file.claims import check_claims
from engine.process.file.context import Context, event_path, state_path
from engine.process.file.counterparts import check_openings, check_outcomes
from engine.process.file.links import check_opens
from engine.process.file.pauses import check_pauses
from engine.process.file.replies import check_replies
from engine.process.logic.findings import check_logic
from engine.process.logic.quorums import check_quorums
from engine.process.paths import paths_of
from engine.process.timing import Raising
from engine.source.problem import Problem, Severity, nearest
from engine.source.reader import Path


def check_process(process: Process, context: Context) -> None:
    """Note every problem of meaning in `context`."""
    check_parts(process, context)
    graph = flow.graph(process)
    for state in process.states.values():
        _check_hold(process, context, state)
        _check_sends(process, context, state)
        _check_order(context, state.automatic, (*state_path(state.name), "automatic"))
    for scope, event in process.every_event():
        _check_order(context, event.ways, (*event_path(scope, event.name), "alternatives"))
        _check_tasks_on_ends(process, context, scope, event)
        _check_moves(process, context, scope, event)
    _check_initial(process, context)
    check_pauses(process, context)
    _check_reach(process, context, graph)
    _check_waiting(process, context)
    _check_automatic_loops(process, context)
    _warn_of_long_chains(process, context)
    _warn_of_circles(process, context)
    warn_of_tasks(process, context)
    check_logic(process, context)


def check_parts(process: Process, context: Context) -> None:
    """Note those that a part has by itself, wherever its ways lead: some of the others may not be there."""
    for state in process.states.values():
        _check_end(process, context, state)
    for scope, event in process.every_event():
        _check_sent(process, context, scope, event)
    check_contradictions(process, context)
    check_claims(process, context)
    check_opens(process, context)
    check_openings(process, context)
    check_outcomes(process, context)
    check_quorums(process, context)
    check_replies(process, context)
    _warn_of_unused_names(context)
    _warn_of_calendar(process, context)


def _check_end(process: Process, context: Context, state: State) -> None:
    if not state.final:
        return
    path = state_path(state.name)
    mend, end = "Remove it, or remove final: true.", ((*path, "final"), "here it is an end")
    if state.timers:
        key = "deadline" if "deadline" in state.timers else "timers"
        context.key_problem(
            (*path, key), "timer-on-end", f"{state.name} is an end: nothing falls due there.", mend, also=end
        )
    for key, there in (("events", state.events), ("automatic", state.automatic), ("states", state.children)):
        if there:
            message = f"{state.name} is an end: nothing happens after it."
            context.key_problem((*path, key), "event-on-end", message, mend, also=end)
    if state.hold:
        context.key_problem(
            (*path, "holds"), "event-on-end", f"{state.name} is an end: it keeps no place.", mend, also=end
        )
    _check_escalations(process, context, state.raises, (*path, "raise"))


def _check_escalations(process: Process, context: Context, raised: Iterable[Raising], path: Path) -> None:
    for one in raised:
        if (task := process.tasks.get(one.task)) and task.escalate:  # one that cannot be read is not there
            message = f"The task {one.task} escalates, but nothing falls due after an end."
            place, mend = ("tasks", one.task, "escalate"), "Raise a task without escalate: here."
            context.problem_of_two(path, place, "here it escalates", "timer-on-end", message, mend)


def _check_tasks_on_ends(process: Process, context: Context, scope: str, event: Event) -> None:
    for way in event.ways:
        if way.to and process.states[process.leaf(way.to)].final:
            _check_escalations(process, context, way.raises, event_path(scope, event.name))


def _check_moves(process: Process, context: Context, scope: str, event: Event) -> None:
    """A way moves the place of a state that it does not leave: one must be there that an expression chooses."""
    here = event_path(scope, event.name)
    moving = {path.way for path in paths_of(process).written_in(scope, event.name) if path.moves}
    if context.source.root_value(here).get("move_place"):
        said = [(here, moving.isdisjoint(event.ways))]
    else:
        ways = enumerate(event.ways)
        said = [((*here, "alternatives", at), way not in moving) for at, way in ways if way.move_place]
    for path, is_idle in said:
        if is_idle:
            message = f"No place can move by {event.name}: it stays in no state whose place an expression chooses."
            mend = "Let holds: of that state give the place by an expression, or remove move_place."
            context.key_problem((*path, "move_place"), "no-place-to-move", message, mend)


def _check_hold(process: Process, context: Context, state: State) -> None:
    hold = state.hold
    if hold is None or hold.otherwise is None:
        return
    path = (*state_path(state.name), "holds")
    if _is_inside(hold.otherwise, state.name):
        message = f"A case cannot wait for a place inside {state.name}, which holds one."
        context.problem((*path, "otherwise"), "wrong-value", message, "Name a state outside of it.")
    if hold.offer in context.names["event"] and process.event(process.leaf(hold.otherwise), hold.offer) is None:
        message = f"The event {hold.offer} does not stand in {hold.otherwise}."
        known = process.events_in(process.leaf(hold.otherwise))
        context.problem((*path, "offer"), "unknown-event", message, nearest(hold.offer, known))


def _check_sends(process: Process, context: Context, state: State) -> None:
    leaves = process.leaves_in(state.name)
    for timer in state.timers.values():
        if not timer.send or timer.send not in context.names["event"]:
            continue
        if not any(process.event(leaf, timer.send) for leaf in leaves):
            path = (*state_path(state.name), "timers", timer.name, "send")
            known = {name for leaf in leaves for name in process.events_in(leaf)}
            message = f"The event {timer.send} does not stand in {state.name}."
            stands = (event_path(at, one.name) for at, one in process.every_event() if one.name == timer.send)
            mend, there = nearest(timer.send, known), next(stands, path)
            context.problem_of_two(path, there, "here it stands", "unknown-event", message, mend)


def _check_order(context: Context, ways: tuple[Way, ...], path: Path) -> None:
    """The first alternative that is true is taken: what stands after an always-true one is dead."""
    seen: dict[str, int] = {}
    always: int | None = None
    for index, way in enumerate(ways):
        # Line ends and spaces make no difference to whether two conditions are the same.
        text = " ".join(way.when.text.split()) if way.when else ""
        if always is not None or text in seen or text == "false":
            message = "This alternative can never be reached: one before it is taken first."
            mend = "Put it earlier, or give the ones before it a narrower when:."
            first = seen.get(text, always)
            taken = None if first is None else ((*path, first), "this one is taken")
            context.key_problem((*path, index), "unreachable-alternative", message, mend, also=taken)
        seen.setdefault(text, index)
        always = index if always is None and text in {"", "true"} else always


def _check_sent(process: Process, context: Context, scope: str, event: Event) -> None:
    if event.by is None or event.by:
        return
    sent = {timer.send for state in process.states.values() for timer in state.timers.values()}
    offered = {state.hold.offer for state in process.states.values() if state.hold}
    if event.name not in sent | offered:
        message = f"Nobody may do {event.name}, and neither a timer nor a free place sends it."
        path = event_path(scope, event.name)
        context.key_problem(path, "never-sent", message, "Name the roles in by:, or send it by a timer.")


def _check_initial(process: Process, context: Context) -> None:
    for name in process.initial:
        if process.states[process.leaf(name)].final:
            end = (*state_path(process.leaf(name)), "final")
            message = f"A case cannot begin at the end {name}."
            context.problem_of_two(("initial",), end, "here it is an end", "wrong-value", message, "")


def _check_reach(process: Process, context: Context, graph: flow.Graph) -> None:
    starts = [process.leaf(name) for name in process.initial]
    reached = flow.closure(graph, starts)
    ends = [state.name for state in process.leaves() if state.final]
    leaving = flow.closure(flow.reverse(graph), ends)
    for state in process.leaves():
        path = state_path(state.name)
        if state.name not in reached:
            mend = "Let an event lead to it, or remove it."
            context.key_problem(path, "unreachable-state", f"No case can ever come to {state.name}.", mend)
        elif state.name not in leaving:
            mend = "Let an event lead on to a state with final: true."
            context.key_problem(path, "no-way-out", f"From {state.name} no end can be reached.", mend)


def _check_waiting(process: Process, context: Context) -> None:
    if process.rows is not None:
        return  # a row of a register stands until somebody ends it
    for state in process.leaves():
        around = process.around(state.name)
        passes = any(way.when is None for one in around for way in one.automatic)
        if state.final or passes:
            continue
        lacking = []
        if not process.owner(state.name):
            lacking.append("an owner")
        if not any(one.timers for one in around):
            lacking.append("a deadline")
        if lacking:
            message = f"A case can wait in {state.name} for ever: it lacks {' and '.join(lacking)}."
            mend = "Add owner: and deadline: {within: …, raise: …}."
            context.key_problem(state_path(state.name), "waits-for-ever", message, mend)


def _check_automatic_loops(process: Process, context: Context) -> None:
    steps = flow.automatic_graph(process)
    circle = flow.on_a_cycle(steps)
    for name in circle:
        message = f"Automatic transitions lead from {name} back to {name}."
        mend = "Break the circle with an event."
        further = next((one for one in sorted(steps[name]) if one in circle and one != name), None)
        also = (_automatic(process, further), "from here it goes on") if further else None
        context.key_problem(_automatic(process, name), "automatic-loop", message, mend, also=also)


def _automatic(process: Process, name: str) -> Path:
    """Where the automatic ways stand that a case takes which rests in a state."""
    owner = next((one for one in process.around(name) if one.automatic), process.states[name])
    return (*state_path(owner.name), "automatic")


def _warn_of_long_chains(process: Process, context: Context) -> None:
    steps = flow.automatic_graph(process)
    inside = {end for ends in steps.values() for end in ends}
    for name, length in sorted(flow.longest(steps).items()):
        if length > flow.MOST_AUTOMATIC and name not in inside:
            message = f"From {name} on {length} automatic transitions can follow each other."
            mend = f"More than {flow.MOST_AUTOMATIC} are refused: let an event stand between them."
            owner = next(one for one in process.around(name) if one.automatic)
            path = (*state_path(owner.name), "automatic")
            context.warning(path, "automatic-loop", message, mend)


def _warn_of_circles(process: Process, context: Context) -> None:
    for state, timer in sorted(instant_circles(process)):
        message = f"What {timer} sends can lead back to it: once its date has passed, it comes again and again at once."
        mend = "Set the date ahead on that way (set:), or let the event lead elsewhere. It is stopped after a while."
        send = process.states[state].timers[timer].send
        scopes = (process.scope(leaf, send) for leaf in process.leaves_in(state))
        sent = next((event_path(scope, send) for scope in scopes if scope is not None), None)
        also = (sent, "what it sends") if sent else None
        context.warning((*state_path(state), "timers", timer), "timer-circle", message, mend, also=also)


def _warn_of_unused_names(context: Context) -> None:
    for noun in ("role", "field", "document", "place", "task"):
        for name in sorted(context.names[noun]):
            if (noun, name) not in context.used:
                context.warning(
                    (f"{noun}s", name), "unused-name", f"The {noun} {name} is used nowhere.", "Use it or remove it."
                )
    for name in sorted(context.names["series"]):
        if ("series", name) not in context.used:
            message = f"The series {name} is used nowhere."
            context.warning(("series", name), "unused-name", message, "Use it or remove it.")


def _warn_of_calendar(process: Process, context: Context) -> None:
    calendar = process.calendar
    # Ten months: where the calendar ends sooner, dates of the first year are counted roughly already.
    if calendar and calendar.ends < process.effective_from + timedelta(days=300):
        message = f"The calendar {calendar.name} ends on {calendar.ends}: later dates are counted roughly."
        found: Problem = context.source.problem(("calendar",), "calendar-ends", message, "Add the next year to it.")
        context.problems.append(replace(found, severity=Severity.WARNING))


def _is_inside(state: str, around: str) -> bool:
    return state == around or state.startswith(around + ".")
