"""Partnership: the processes in which an organisation takes part. Pure."""

from __future__ import annotations

from collections.abc import Collection


def partnerships(known: Collection[str], of_area: Collection[str], published: Collection[str]) -> frozenset[str]:
    """The processes in which an organisation takes part: in their lists of organisations it is offered, in no others.

    `known` are those that were chosen for it and that its people hold roles of; where none was chosen, those that cases
    of its own follow, too. Where none is known, the one process that knows its area is meant, or the only one that is
    published. Where several might be, nobody guesses: it is offered nowhere until an administrator chooses.
    """
    if known:
        return frozenset(known)
    return next((frozenset(one) for one in (of_area, published) if len(one) == 1), frozenset())
