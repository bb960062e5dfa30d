"""Links: what a process says of the cases that its own may be linked with, and of those that its events open. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.process.definition import Process
from engine.process.file.context import Context, event_path, state_path
from engine.process.links import LinkKind, Opens
from engine.source.reader import Path


def read_links(context: Context, data: dict[str, Any]) -> dict[str, LinkKind]:
    """The links of a process; what is wrong with one becomes a problem in `context`."""
    return {name: _link(context, name, raw, ("links", name)) for name, raw in data.get("links", {}).items()}


def _link(context: Context, name: str, raw: dict[str, Any], path: Path) -> LinkKind:
    both, alike = raw.get("both", False), ((*path, "both"), "the same for both")
    if both and "back" in raw:
        message = f"{name} is the same for both sides, and has one title."
        context.key_problem((*path, "back"), "wrong-value", message, "Remove back:, or both: true.", also=alike)
    if both and raw.get("one", False):
        message = f"{name} is the same for both sides: one: would be asked of only one of them."
        context.key_problem((*path, "one"), "wrong-value", message, "Remove one:, or both: true.", also=alike)
    return LinkKind(
        name=name,
        title=raw["title"],
        back=raw.get("back", raw["title"]),
        to=_to(context, raw),
        both=both,
        by=context.roles(raw.get("by"), (*path, "by")),
        one=raw.get("one", False),
    )


def _to(context: Context, raw: dict[str, Any]) -> tuple[str, ...]:
    given = raw.get("to", context.source.data["process"])
    return (given,) if isinstance(given, str) else tuple(given)


def read_opens(context: Context, raw: dict[str, Any], path: Path) -> Opens | None:
    """What the event `raw` at `path` says of a linked case that it opens; None: of none, or by no known link."""
    said, here = raw.get("opens"), (*path, "opens")
    if said is None or not context.known("link", said["link"], (*here, "link")):
        return None
    # Where links have another shape, that is told, and nothing of what leads by them.
    link = context.source.data.get("links", {}).get(said["link"])
    if link is None:
        return None
    to = _to(context, link)
    process = said.get("process", to[0])
    if "process" not in said and len(to) > 1:
        message = f"{said['link']} leads to cases of several processes, and one of them is opened."
        context.key_problem((*here, "link"), "wrong-value", message, f"Add process:, for example {to[0]}.")
    elif process not in to:
        message = f"{said['link']} leads to no case of {process}."
        context.problem((*here, "process"), "wrong-value", message, f"One of: {', '.join(to)}.")
    values = [
        (name, context.expression(text, (*here, "with", name), "ANY", acts=True))
        for name, text in said.get("with", {}).items()
    ]
    return Opens(said["link"], link["title"], process, said.get("in", ""), tuple(values))


def check_opens(process: Process, context: Context) -> None:
    """A case is opened by somebody, who may do that; and what has been opened goes on by itself."""
    sent = dict(_sent(process))
    for scope, event in process.every_event():
        path = event_path(scope, event.name)
        if event.opens and event.name in sent:
            message = f"{event.title} is also sent by a timer or a free place: then nobody opens the other case."
            mend = "Let the timer raise a task for whoever opens it."
            also = (sent[event.name], "here it is sent")
            context.key_problem((*path, "opens"), "nobody-acts", message, mend, also=also)
        if event.opens and event.undo:
            message = f"{event.title} opens another case, and is not taken back: that one goes on by itself."
            also = ((*path, "opens"), "the case that it opens")
            context.key_problem((*path, "undo"), "never-undone", message, "Leave undo: out.", also=also)


def _sent(process: Process) -> Iterator[tuple[str, Path]]:
    """The events that a timer or a free place sends, with where that stands."""
    for state in process.states.values():
        path = state_path(state.name)
        yield from ((one.send, (*path, "timers", one.name, "send")) for one in state.timers.values())
        if state.hold:
            yield state.hold.offer, (*path, "holds")
