"""Mirror: the other side of a link, which is written in the transaction that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from engine.case.command import Actor, Link
from engine.case.links import kept_far

if TYPE_CHECKING:
    from engine.case.refusal import Refusal
    from engine.service.cases.transaction import Transaction
    from engine.service.cases.work import Work


def mirror(
    tx: Transaction, work: Work, their: Work, near: Mapping[str, Any], by: Actor, at: datetime
) -> Refusal | None:
    """Let a case know of what `work` keeps of their link, at an instant (aware) that is not before its last step; why
    that cannot be.
    """
    far = kept_far(dict(near), work.id, their.process, work.snapshot.outcome)
    return tx.do(their, Link(far, by, their.snapshot.not_before_last(at)))
