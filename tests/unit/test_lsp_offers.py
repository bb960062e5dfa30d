"""Offers: keys that are not there yet, the author's own names, and choices, where each may stand."""

from __future__ import annotations

import pytest

from engine.lsp.names import declared
from engine.lsp.offers import Offer, offers
from engine.lsp.spot import MARK, spot_at

TEXT = """\
process: one
roles: {clerk: {title: Clerk}, helper: {title: Helper}}
fields: {kind: {title: Kind, type: choice, choices: [a]}}
tasks: {chase: {title: Chase it, role: clerk}}
states:
  first:
    owner: clerk
    events:
      go:
        form: {kind: optional}
        to: done
  done: {final: true}
"""


def offered(line: str, typed: str) -> list[Offer]:
    text = TEXT.replace(line, typed)
    spot = spot_at(text.replace("|", ""), text.index("|"), "one.yaml")
    assert spot
    return offers(spot, [one for one in declared(spot.source) if MARK not in one.name], ["north", "south"])


@pytest.mark.parametrize(
    ("line", "typed", "words"),
    [
        ("owner: clerk", "owner: |", ["clerk", "helper"]),
        ("to: done", "to: |", ["first", "done"]),
        ("{kind: optional}", "{kind: |}", ["required", "optional", "several"]),
        ("{kind: optional}", "{|}", ["kind"]),
        ("to: done", "raise: [ch|", ["task", "when", "chase"]),
        ("process: one", "process: one\ncalendar: |", ["north", "south"]),
    ],
)
def test_the_names_that_may_stand_there_are_offered_and_no_others(line: str, typed: str, words: list[str]) -> None:
    assert [one.word for one in offered(line, typed)] == words


def test_keys_come_with_help_and_those_that_are_there_are_left_out() -> None:
    found = {one.word: one for one in offered("owner: clerk", "owner: clerk\n    d|")}
    assert found["deadline"].kind == "key"
    assert found["deadline"].help
    assert not {"owner", "events"} & set(found)
    assert "owner" in {one.word for one in offered("done: {final: true}", "done:\n    o|")}


def test_what_the_author_called_it_is_told_with_each_name() -> None:
    [clerk, _] = offered("owner: clerk", "owner: c|")
    assert (clerk.kind, clerk.title) == ("role", "Clerk")


def test_an_expression_is_offered_fields_and_the_words_of_expressions() -> None:
    words = [one.word for one in offered("to: done", "needs: [{check: k|, say: x}]")]
    assert words[0] == "kind"
    assert {"today", "school_days_between", "has"} <= set(words)
    assert "documents__" not in words
    assert len(words) == len(set(words))


def test_zones_are_offered_where_one_is_named() -> None:
    assert "Europe/London" in {one.word for one in offered("process: one", "process: one\ntimezone: Eu|")}
