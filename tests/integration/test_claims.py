"""What only one open case may have: no second one comes about, whichever way and whoever writes at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from engine import Engine
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from tests.sets import CLERK, LOANS, START
from tests.steps import done

JO, KIM, GUS = f"jo:{CLERK}", "kim:loans/keeper", "gus:loans/guest@North"
SAY = "This thing is out already."
TEXT = (
    LOANS.replace("lose: {title: Lose, to: lost}", "lose: {title: Lose, to: lost, undo: {by: clerk, reopens: true}}")
    .replace("events: {send:", "events: {name: {title: Name, form: {item: required}}, send:")
    .replace(
        "send: {title: Send, to: away}", "send: {title: Send, to: away}, next: {title: Next, to: lost, opens: OPENS}"
    )
    .replace("OPENS", "{link: same, with: {item: item}}")
    + f"unique: [{{fields: item, say: {SAY}}}]\n"
)


@pytest.fixture
def engine(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(START))
    engine.publish(TEXT)
    yield engine
    engine.close()


def loan(engine: Engine, item: str, **data: str) -> int:
    return done(engine.open_case("loans", JO, {"item": item, **data})).id


def refused(result: object) -> tuple[Code, str]:
    assert isinstance(result, Refusal)
    return result.code, result.message


def test_no_second_one_is_opened_and_its_end_frees_it(engine: Engine) -> None:
    jug = loan(engine, "Blue Jug", house="South")
    said = (Code.RULE, f"{SAY} It is case {jug}.")
    assert refused(engine.open_case("loans", JO, {"item": "blue jug"})) == said
    # Who may not see it learns nothing of it but that there is one.
    assert refused(engine.open_case("loans", GUS, {"item": "blue jug"})) == (Code.RULE, SAY)
    assert [one.id for one in engine.cases(by=JO).items] == [jug]
    # Nor does anybody find a case by what stands for its claim.
    with engine.database.reading() as connection:
        kept = [row[0] for row in connection.execute(text("SELECT word FROM words WHERE case_id = :id"), {"id": jug})]
    [claim] = [one for one in kept if one.startswith("=")]
    assert (len(claim), engine.cases(search=claim, by=JO).items) == (59, ())
    done(engine.fire(jug, "lose", JO))
    second = loan(engine, "BLUE JUG")
    # Opened again there would be two.
    assert refused(engine.undo(jug, "It was found.", JO)) == (Code.RULE, f"{SAY} It is case {second}.")
    done(engine.fire(second, "lose", JO))
    assert done(engine.undo(jug, "It was found.", JO)).state == "shelf"
    assert refused(engine.open_case("loans", JO, {"item": "Blue Jug"})) == said
    assert engine.verify().findings == ()


def test_a_change_that_makes_two_alike_is_refused(engine: Engine) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl")
    said = (Code.RULE, f"{SAY} It is case {jug}.")
    checked = engine.check_event(bowl, "name", JO, {"item": "jug"})
    assert refused(checked) == said
    assert refused(engine.fire(bowl, "name", JO, {"item": "jug"})) == said
    assert refused(engine.correct(bowl, 1, "item", "JUG", "Misread", KIM))[0] is Code.RULE
    assert engine.case(bowl).data["item"] == "Bowl"
    # What a case has it keeps, spelt otherwise too; and what it gave up is free.
    done(engine.fire(jug, "name", JO, {"item": "JUG"}))
    done(engine.fire(jug, "name", JO, {"item": "Cup"}))
    done(engine.fire(bowl, "name", JO, {"item": "Jug"}))
    assert engine.verify().findings == ()


def test_a_case_that_ends_hands_it_on_in_the_same_step(engine: Engine) -> None:
    jug = loan(engine, "Jug")
    done(engine.fire(jug, "next", JO))
    [linked] = engine.linked(jug)
    assert (engine.case(jug).outcome, engine.case(linked.case).data["item"]) == ("Lost", "Jug")
    assert refused(engine.open_case("loans", JO, {"item": "jug"}))[1] == f"{SAY} It is case {linked.case}."


def test_of_two_at_once_one_is_opened(engine: Engine, url: str, tmp_path: Path) -> None:
    found: list[object] = []
    engines = [Engine(url, documents=tmp_path / f"{one}", clock=SetClock(START)) for one in range(4)]
    barrier = Barrier(len(engines))

    def open_one(by: Engine) -> None:
        barrier.wait()
        found.append(by.open_case("loans", JO, {"item": "Jug"}))

    threads = [Thread(target=open_one, args=(one,)) for one in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in engines:
        one.close()
    assert sorted(isinstance(one, Refusal) for one in found) == [False, True, True, True]
    assert len(engine.cases(by=JO).items) == 1
    assert engine.verify().findings == ()
