"""A linked case that an event opens: in the same step or not at all, under the rules of its own process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from tests.sets import BOTH, CLERK, LOANS, REPAIRS, START
from tests.steps import done

JO, BEA = f"jo:{CLERK}", f"bea:{BOTH}"
SEND = "send: {title: Send, to: away}"
OPENS = "opens: {link: repair, with: {what: item, by: due + 2 weeks, grade: grade}}"
SENDS = f"send: {{title: Send, to: away, form: {{grade: optional}}, {OPENS}}}"
OPENING = (
    LOANS.replace(SEND, SENDS)
    .replace("to: repairs,", "to: repairs, by: [], one: true,")
    .replace(
        "  house: {title: House, type: text}",
        "  house: {title: House, type: text}\n  due: {title: Due, type: date}\n  grade: {title: Grade, type: integer}",
    )
    .replace("house: optional}}", "house: optional, due: optional}}")
)
MENDING = (
    REPAIRS.replace(
        "fields: {what: {title: What, type: text}}",
        "fields:\n  what: {title: What, type: text}\n  by: {title: By, type: date}\n"
        "  grade: {title: Grade, type: integer, max: 5}",
    )
    .replace("form: {what: required}", "by: clerk, form: {what: required, by: optional, grade: optional}")
    .replace('version: "1"', 'version: "1"\nrules: [{never: grade == 4, say: Grade 4 is not mended.}]')
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def engine(url: str, tmp_path: Path, clock: SetClock) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=clock)
    engine.publish(OPENING)
    engine.publish(MENDING)
    yield engine
    engine.close()


def loan(engine: Engine, **data: object) -> int:
    return done(engine.open_case("loans", JO, {"item": "Jug", "due": "2024-03-01", **data})).id


def refused(result: object) -> tuple[Code, str]:
    assert isinstance(result, Refusal)
    return result.code, result.message


def test_it_is_opened_linked_and_awaited(engine: Engine) -> None:
    jug = loan(engine)
    sent = done(engine.fire(jug, "send", BEA, {"grade": 3}, idempotency_key="one"))
    assert (sent.state, sent.version) == ("away", 3)
    [linked] = engine.linked(jug, BEA)
    repair = engine.case(linked.case)
    assert (linked.title, repair.process, dict(repair.data)) == (
        "Repair",
        "repairs",
        {"what": "Jug", "by": "2024-03-15", "grade": 3},
    )
    assert [(one.kind, one.by) for one in engine.history(linked.case)] == [("opened", "bea"), ("linked", "bea")]
    # Sent twice, it is opened once.
    assert done(engine.fire(jug, "send", BEA, {"grade": 3}, idempotency_key="one")).version == 3
    assert [one.id for one in engine.cases(process="repairs").items] == [linked.case]
    # Something was built on it since: it is not taken back as if nothing had been opened.
    assert refused(engine.undo(jug, "A mistake.", BEA, event="send")) == (
        Code.REQUIREMENT,
        "Something was built on it since: it was linked with another case.",
    )
    done(engine.fire(linked.case, "mend", BEA))
    assert engine.case(jug).state == "shelf"
    # There is one already.
    offered = {one.event.name: one.refusal for one in engine.possible_events(jug, BEA)}
    assert refused(offered["send"]) == (
        Code.REQUIREMENT,
        "Repair: there is one already, and a case has no more than one.",
    )
    assert refused(engine.fire(jug, "send", BEA))[0] is Code.REQUIREMENT
    assert engine.verify().findings == ()


@pytest.mark.parametrize(
    ("by", "grade", "code", "said"),
    [
        (JO, 3, Code.NOT_ALLOWED, "Repair: you may not begin such a case."),
        (BEA, 9, Code.REQUIREMENT, "Repair cannot be opened. Grade must be at most 5."),
        (BEA, 4, Code.RULE, "Repair cannot be opened. Grade 4 is not mended."),
    ],
)
def test_where_it_cannot_be_opened_nothing_happens(engine: Engine, by: str, grade: int, code: Code, said: str) -> None:
    jug = loan(engine)
    before = engine.case(jug)
    checked = engine.check_event(jug, "send", by, {"grade": grade})
    assert refused(checked) == (code, said)
    assert refused(engine.fire(jug, "send", by, {"grade": grade})) == (code, said)
    assert engine.case(jug) == before
    assert engine.cases(process="repairs").items == ()
    # What is only asked is not done, either.
    assert engine.check_event(jug, "send", BEA, {"grade": 1}) is None
    assert engine.cases(process="repairs").items == ()


def test_what_happened_before_opens_it_as_of_its_own_day(engine: Engine, clock: SetClock) -> None:
    jug = loan(engine)
    clock.set(START + timedelta(days=35))
    engine.run_due()
    assert engine.case(jug).tasks != ()
    done(engine.fire(jug, "send", BEA, at=START + timedelta(days=2)))
    [linked] = engine.linked(jug)
    repair = engine.case(linked.case)
    assert repair.opened.date().isoformat() == "2024-01-10"
    # What came to its time there since comes as in time.
    engine.run_due()
    assert [one.task for one in engine.case(linked.case).tasks] == ["look"]
    assert engine.verify().findings == ()


def test_a_process_that_is_not_published_is_as_one_that_is_not_theirs(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "more", clock=SetClock(START))
    engine.publish(OPENING)
    assert refused(engine.fire(loan(engine), "send", BEA)) == (
        Code.NOT_ALLOWED,
        "Repair: you may not begin such a case.",
    )
    engine.close()


def test_a_text_that_is_no_value_there_is_refused_in_words(engine: Engine) -> None:
    wrong = (("2", "by: item", "By must be a day"), ("3", "grade: item", "Grade must be a whole number"))
    for version, said, told in wrong:
        text = OPENING.replace("by: due + 2 weeks, grade: grade", said).replace('"1"', f'"{version}"')
        engine.publish(text.replace("effective_from: 2000-01-01", f"effective_from: 200{version}-01-01"))
        jug = loan(engine)
        code, message = refused(engine.fire(jug, "send", BEA))
        assert code is Code.REQUIREMENT
        assert message.startswith(f"Repair cannot be opened. {told}")
    # What can be read as one is one, as if it were typed.
    spade = loan(engine, item="4")
    assert "Grade 4 is not mended." in refused(engine.fire(spade, "send", BEA))[1]
