"""Links: what a case keeps of its links with other cases, and what each side knows of the other. Pure.

A case keeps a link by the number of the entry that made it: `{link, of, side, case}`. `link` is its name in the process
`of`; `side` is `near` where the process says so, `far` on the other side, `both` where both sides are alike. Where its
process asks how the other case ends `waits` stands there, and `outcome` once that has come about; `told` where the
other side asks so. Both sides keep it: what a condition was asked of stands in the history of the case, and
needs nothing of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.case.entry import Entry
    from engine.process.definition import Process
    from engine.process.links import LinkKind

NEAR, FAR, BOTH = "near", "far", "both"
Kept = dict[str, Any]


def kept_near(process: Process, kind: LinkKind, other: int, outcome: str) -> Kept:
    """What the side keeps whose process says that there is such a link; `outcome`: how the other case has ended."""
    side, waits = BOTH if kind.both else NEAR, _awaited(process, kind.name, outcome)
    told = {"told": True} if waits and kind.both else {}
    return _kept(kind.name, process.name, side, other) | waits | told


def kept_far(near: Kept, by: int, process: Process, outcome: str) -> Kept:
    """What the other side keeps, which follows `process`; `by` is the case on the near side, and `outcome` its end."""
    side = BOTH if near["side"] == BOTH else FAR
    is_own = side == BOTH and near["of"] == process.name
    waits = _awaited(process, near["link"], outcome) if is_own else {}
    return _kept(near["link"], near["of"], side, by) | waits | ({"told": True} if near.get("waits") else {})


def _kept(link: str, of: str, side: str, case: int) -> Kept:
    return {"link": link, "of": of, "side": side, "case": case}


def _awaited(process: Process, link: str, outcome: str) -> Kept:
    if link not in process.awaited:
        return {}
    return {"waits": True, "outcome": outcome} if outcome else {"waits": True}


def linked(known: Mapping[str, Kept], entry: Entry) -> Mapping[str, Kept]:
    """The links of a case after an entry. One whose value was erased is none."""
    if not entry.links and not entry.unlinked:
        return known
    told = {key: {**known.get(key, {}), **said} for key, said in entry.links.items() if said}
    return {key: kept for key, kept in {**known, **told}.items() if key not in entry.unlinked}


def ends_by_link(process: str, links: Mapping[str, Kept]) -> dict[str, list[str]]:
    """For each link that the own process names, how its cases ended, in the order in which they were linked."""
    found: dict[str, list[str]] = {}
    for _, kept in sorted(links.items(), key=lambda one: int(one[0])):
        if is_own(process, kept):
            found.setdefault(kept["link"], []).append(kept.get("outcome", ""))
    return found


def is_own(process: str, kept: Mapping[str, Any]) -> bool:
    """Whether it is a link that the process of this side names, and not only that of the other."""
    return bool(kept["of"] == process and kept["side"] != FAR)


def no_more(process: str, kind: LinkKind, links: Mapping[str, Kept]) -> bool:
    """Whether a case has a link of which its process says that it has at most one."""
    return kind.one and any(is_own(process, one) and one["link"] == kind.name for one in links.values())


def said_no_more(kind: LinkKind) -> str:
    """The same for people."""
    return f"{kind.title}: there is one already, and a case has no more than one."


def is_waiting(kept: Mapping[str, Any]) -> bool:
    """Whether the end of its case is awaited and not known yet."""
    return bool(kept.get("waits")) and not kept.get("outcome")


def is_told(links: Mapping[str, Kept]) -> bool:
    """Whether another case is told of the end of this one."""
    return any(kept.get("told") for kept in links.values())


def mirrored(side: str) -> str:
    """What the side of a link is called on the other side."""
    return {NEAR: FAR, FAR: NEAR, BOTH: BOTH}[side]


def same_link(links: Mapping[str, Kept], kept: Mapping[str, Any], case: int) -> str:
    """The key of the link to `case` of which `kept` is what the other side keeps; empty where there is none."""
    wanted = (kept["link"], kept["of"], mirrored(kept["side"]), case)
    return next((key for key, one in links.items() if _named(one) == wanted), "")


def _named(kept: Mapping[str, Any]) -> tuple[str, str, str, int]:
    return kept["link"], kept["of"], kept["side"], kept["case"]


def is_linked(links: Mapping[str, Kept], kept: Mapping[str, Any]) -> bool:
    """Whether a case is linked so already."""
    return any(_named(one) == _named(kept) for one in links.values())
