"""A document may be of some kinds of file and so big: people are told before, and each other file is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.case.command import Actor, AddDocument, Enclosure, Facts, Open
from engine.case.refusal import Code, Refusal
from engine.case.step.decide import Decision, decide
from engine.process.definition import Process
from engine.process.file.loader import load_process
from engine.process.uploads import KINDS, Document, bytes_of
from engine.service.documents import content
from engine.source.problem import Refused

NOW = datetime(2024, 3, 4, 12, tzinfo=UTC)
CLERK = Actor("jo", frozenset({"clerk"}))
PDF, DOCX, PNG = (content.ALLOWED[one] for one in (".pdf", ".docx", ".png"))
TEXT = """
process: thing
version: "1"
title: Thing
effective_from: 2023-01-01
initial: first
roles: {clerk: {title: Clerk}}
documents:
  plan: {title: Plan, kinds: [pdf, image], most: 10 MB}
  note: {title: Note}
  sheet: {title: Sheet, most: 500 KB}
tasks: {look: {title: Look, role: clerk}}
states:
  first:
    owner: clerk
    deadline: {within: 9 weeks, raise: look}
    events: {stop: {title: Stop, by: clerk, needs: [{document: plan}, {document: note}, {document: sheet}], to: done}}
  done: {final: true}
"""


def load(text: str = TEXT) -> Process:
    return load_process(text, "thing.yaml", lambda _: None).process


PROCESS = load()


def test_what_is_taken_is_told() -> None:
    plan, note, sheet = (PROCESS.documents[one] for one in ("plan", "note", "sheet"))
    assert plan.taken == "PDF, PNG or JPEG, at most 10 MB"
    assert plan.endings == (".pdf", ".png", ".jpg", ".jpeg")
    assert (plan.is_limited, note.is_limited, sheet.is_limited) == (True, False, True)
    assert sheet.taken.endswith("or plain text, at most 500 KB")
    assert Document("x", "X", kinds=("docx",)).taken == "Word (.docx), at most 25 MB"


def test_a_process_names_all_that_the_house_takes_and_no_more() -> None:
    assert {one: kind for _, types in KINDS.values() for kind, ends in types.items() for one in ends} == content.ALLOWED


@pytest.mark.parametrize(
    ("document", "kind", "size", "said"),
    [
        ("plan", PDF, 10_000_000, ""),
        ("plan", PNG, 1, ""),
        ("plan", DOCX, 1, "Plan is taken as PDF, PNG or JPEG only."),
        ("plan", PDF, 10_000_001, "Plan can have at most 10 MB."),
        ("note", DOCX, 25_000_000, ""),
        ("sheet", DOCX, 500_001, "Sheet can have at most 500 KB."),
    ],
)
def test_every_other_file_is_refused_with_what_is_taken(document: str, kind: str, size: int, said: str) -> None:
    assert PROCESS.documents[document].fault(kind, size) == said
    case = decide(PROCESS, None, Open(CLERK, NOW), Facts(NOW))
    assert isinstance(case, Decision)
    sent = decide(PROCESS, case.snapshot, AddDocument(document, "x", "0", size, kind, CLERK, NOW), Facts(NOW))
    begun = decide(PROCESS, None, Open(CLERK, NOW, enclosed=(Enclosure(document, "x", "0", size, kind),)), Facts(NOW))
    for found in (sent, begun):
        if said:
            assert isinstance(found, Refusal)
            assert (found.code, found.message) == (Code.FORM, said)
        else:
            assert isinstance(found, Decision)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("10 MB", 10_000_000),
        ("500 KB", 500_000),
        ("25 MB", 25_000_000),
        ("26 MB", None),
        ("0 MB", None),
        ("10MB", None),
    ],
)
def test_a_size_is_written_with_its_unit(text: str, count: int | None) -> None:
    assert bytes_of(text) == count


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("most: 10 MB", "most: 26 MB", "most: 26 MB is more than is taken of any document."),
        ("kinds: [pdf, image]", "kinds: [pdf, picture]", "picture"),
        ("most: 10 MB", "most: 10 megabytes", "is not a size such as 10 MB"),
    ],
)
def test_what_a_file_says_of_it_is_checked(old: str, new: str, said: str) -> None:
    with pytest.raises(Refused) as refused:
        load(TEXT.replace(old, new, 1))
    assert said in "\n".join(one.message for one in refused.value.problems)
