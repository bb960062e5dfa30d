"""Showing: what may not be shown now is left out of an entry before anything is made of it."""

from __future__ import annotations

from datetime import datetime

import pytest

from engine.case.command import Actor
from engine.case.entry import Entry
from engine.case.snapshot import Snapshot
from engine.case.time.instants import to_text
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.service.history.showing import showing_of
from tests.workshop import START

TEXT = """
process: club
version: "1"
title: Club
effective_from: 2023-01-01
initial: here
label: name
roles: {lead: {title: Lead}, helper: {title: Helper}}
fields:
  agreed: {title: Agreed, type: yes_no}
  name: {title: Name, type: text, personal: true, when: agreed, still_seen_by: lead}
  size: {title: Size, type: choice, choices: [small, large]}
documents: {form: {title: Form}}
events:
  fill: {title: Fill in, form: {agreed: optional, name: optional, size: optional}}
  leave: {title: Leave, needs: [{document: form}], to: gone}
states: {here: {owner: lead, deadline: {within: 1 week, raise: look}}, gone: {final: true}}
tasks: {look: {title: Look, role: lead}}
"""
LEAD, HELPER = Actor("jo", frozenset({"lead"})), Actor("sam", frozenset({"helper"}))
OTHER = Actor("max", frozenset({"elsewhere/lead"}))
NOW: datetime = START


def club(changes: dict[str, str] | None = None) -> Process:
    text = TEXT
    for old, new in (changes or {}).items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return load_process(text, "club.yaml", lambda _: None).process


ENTRY = Entry(
    2, "document", "", "", "jo", "1",
    data={"agreed": True, "name": "Ada", "size": None},
    document={"document": "form", "name": "Ada.txt", "hash": "0"},
    note={"reason": "Ada asked", "corrects": 1},
    missing=("data/name", "document/form", "note/reason", "data/size"),
)  # fmt: skip


@pytest.fixture(scope="module")
def process() -> Process:
    return club()


def case(*, agreed: bool) -> Snapshot:
    return Snapshot("club", "1", 2, "here", to_text(NOW), to_text(NOW), {"agreed": agreed, "name": "Ada"})


@pytest.mark.parametrize("by", [LEAD, HELPER, OTHER, None])
def test_what_may_be_told_of_all_is_shown_as_it_stands(process: Process, by: Actor | None) -> None:
    assert showing_of(process, case(agreed=True), NOW, by).of(process, ENTRY) == ENTRY


@pytest.mark.parametrize(("by", "told"), [(LEAD, True), (HELPER, False), (OTHER, False), (None, False)])
def test_what_is_withheld_leaves_nothing_behind(process: Process, by: Actor | None, told: bool) -> None:
    shown = showing_of(process, case(agreed=False), NOW, by).of(process, ENTRY)
    if told:
        assert shown == ENTRY
        return
    # Also not that it was emptied, or erased.
    assert shown.data == {"agreed": True, "size": None}
    assert (shown.document["name"], shown.note, shown.missing) == ("", {"reason": "", "corrects": 1}, ("data/size",))
    assert "Ada" not in str(shown)


def test_without_content_only_what_happened_is_left(process: Process) -> None:
    shown = showing_of(process, case(agreed=True), NOW, LEAD, content=False).of(process, ENTRY)
    assert (shown.data, shown.document["name"], shown.note["reason"], shown.missing) == ({}, "", "", ())


def test_a_field_is_shown_by_the_version_of_its_entry_and_by_that_of_the_case(process: Process) -> None:
    later = club({'version: "1"': 'version: "2"', "  size: {title: Size,": "  size: {title: Size, when: agreed,"})
    narrow = showing_of(later, case(agreed=False), NOW, HELPER)
    assert (narrow.field(process, "size"), narrow.field(later, "size")) == (False, False)
    wide = showing_of(process, case(agreed=False), NOW, HELPER)
    assert (wide.field(process, "size"), wide.field(later, "size")) == (True, False)
    # One that only the version of the entry knows is shown by that one; one that nobody knows is not.
    without = club({"  size: {title: Size, type: choice, choices: [small, large]}\n": "", ", size: optional": ""})
    gone = showing_of(without, case(agreed=False), NOW, HELPER)
    assert (gone.field(process, "size"), gone.field(without, "size"), gone.field(process, "nothing")) == (
        True,
        False,
        False,
    )
