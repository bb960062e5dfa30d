"""Links: what is erased of a case in the histories of those that it was linked with."""

from __future__ import annotations

from engine.case.command import Forget
from engine.case.refusal import Refusal
from engine.service.cases.transaction import Transaction
from engine.service.site import TakenBack
from engine.store.cases import cases as store


def forgotten(tx: Transaction, case: int) -> dict[int, frozenset[str]]:
    """Let every case that was ever linked with one that is erased forget it; the paths that are erased of each.

    Also a link that was removed since: its number in another history would tell whom the figures are about that stay.
    """
    entries = store.entries_of(tx.connection, case)
    partners = sorted({kept["case"] for one in entries for kept in one.links.values() if kept})
    return {partner: found for partner in partners if (found := _forgotten(tx, partner, case))}


def _forgotten(tx: Transaction, partner: int, case: int) -> frozenset[str]:
    named = [one.links for one in store.entries_of(tx.connection, partner) if one.links]
    keys = {key for links in named for key, kept in links.items() if kept and kept["case"] == case}
    if not keys:
        return frozenset()
    work = tx.hold(partner)
    refusal = tx.do(work, Forget(tuple(sorted(keys, key=int)), tx.moment(work)))
    if isinstance(refusal, Refusal):
        raise TakenBack(refusal)
    return frozenset(f"links/{key}" for key in keys)
