"""The tree is that of RFC 9162: its roots are computed here as the text of the RFC defines them."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from engine.case.merkle import Tree


def defined(leaves: list[str]) -> bytes:
    """MTH of RFC 9162, section 2.1.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0].encode()).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + defined(leaves[:split]) + defined(leaves[split:])).digest()


def grown(leaves: list[str], tree: Tree | None = None) -> Tree:
    tree = tree or Tree()
    for leaf in leaves:
        tree.add(leaf)
    return tree


@given(st.lists(st.text(max_size=3), max_size=40), st.lists(st.text(max_size=3), max_size=40))
def test_the_root_is_the_one_of_the_rfc_wherever_one_went_on(first: list[str], then: list[str]) -> None:
    tree = grown(first)
    assert tree.root == defined(first).hex()
    assert tree.size == len(first)
    assert grown(then, Tree(tree.edge)).root == defined([*first, *then]).hex()


def test_every_change_of_a_leaf_and_of_their_order_is_another_root() -> None:
    leaves = ["a", "b", "c", "d", "e"]
    others = [[*leaves[:n], "x", *leaves[n + 1 :]] for n in range(5)]
    others += [leaves[:n] + leaves[n + 1 :] for n in range(5)] + [leaves[::-1], [*leaves, "f"]]
    assert len({grown(one).root for one in (leaves, *others)}) == len(others) + 1
