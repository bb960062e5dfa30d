"""Links between cases as they are made, shown, removed, erased, kept and verified: on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from engine import Engine
from engine.case.refusal import Code, Refusal
from engine.clock import SetClock
from engine.service.cases.idempotency import Asked
from engine.service.cases.transaction import Transaction, UnknownCase
from engine.service.keeping.links import forgotten
from engine.store.cases.cases import Key
from engine.store.cases.links import one_sided, unheard
from tests.sets import BOTH, CLERK, LOANS, REPAIRS, SMITH, START
from tests.steps import done

JO, KIM, SAM = f"jo:{CLERK}", "kim:loans/keeper", f"sam:{SMITH}"
GUS, BEA = "gus:loans/guest@North", f"bea:{BOTH}"


@pytest.fixture
def engine(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(START))
    engine.publish(LOANS)
    engine.publish(REPAIRS)
    yield engine
    engine.close()


def loan(engine: Engine, item: str, **data: str) -> int:
    return done(engine.open_case("loans", JO, {"item": item, **data})).id


def order(engine: Engine) -> int:
    return done(engine.open_case("repairs", SAM, {"what": "Handle"})).id


def called(engine: Engine, case: int, by: str) -> list[tuple[str, int, str]]:
    return [(one.title, one.case, one.label) for one in engine.linked(case, by)]


def wrong(result: object) -> tuple[Code, str]:
    assert isinstance(result, Refusal)
    return result.code, result.message


def test_both_sides_show_the_other_to_those_who_may_see_it(engine: Engine) -> None:
    jug, bowl, repair = loan(engine, "Jug", house="North"), loan(engine, "Bowl"), order(engine)
    done(engine.link(jug, "same", bowl, JO))
    done(engine.link(bowl, "before", jug, JO))
    done(engine.link(jug, "repair", repair, BEA))
    assert called(engine, jug, JO) == [("Same set", bowl, "Bowl"), ("Later loan", bowl, "Bowl")]
    assert called(engine, bowl, JO) == [("Same set", jug, "Jug"), ("Earlier loan", jug, "Jug")]
    assert called(engine, jug, BEA)[1:] == [("Repair", repair, "Handle"), ("Later loan", bowl, "Bowl")]
    # Roles of the same name in two processes are not the same role.
    assert (called(engine, repair, SAM), called(engine, repair, BEA)) == ([], [("Repaired for", jug, "Jug")])
    # Who sees their own cases is shown nothing of the others, and not that there are any.
    assert called(engine, jug, GUS) == []
    told = [one.what for one in engine.report(jug, GUS).history]
    assert told == ["Case opened"]
    assert [one.what for one in engine.report(jug, JO).history][1:] == [
        f"Linked: Same set, Bowl, case {bowl}",
        f"Linked: Later loan, Bowl, case {bowl}",
    ]
    assert [one.kind for one in engine.history(jug, GUS)] == ["opened"]
    assert [one.kind for one in engine.history(jug, JO)] == ["opened", "linked", "linked"]
    assert len(engine.history(jug)) == 4
    assert engine.verify().findings == ()


def test_who_is_shown_the_other_case_is_written_down_there(engine: Engine) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl")
    done(engine.link(jug, "same", bowl, JO))
    engine.report(jug, KIM)
    assert ("kim", "linked case") in [(one.by, one.what) for one in engine.accesses(bowl)]


@pytest.mark.parametrize(
    ("link", "other", "by", "code", "said"),
    [
        ("same", "self", JO, Code.FORM, "A case is not linked with itself."),
        ("same", "order", BEA, Code.FORM, "Same set: a case of Repair order is not linked so."),
        ("repair", "order", JO, Code.FORM, "There is no case 3 that you may see."),
        ("repair", "none", BEA, Code.FORM, "There is no case 4 that you may see."),
        ("before", "bowl", KIM, Code.NOT_ALLOWED, "Earlier loan: this can be done by Clerk."),
        ("made_up", "bowl", JO, Code.FORM, "There is no link made_up in this process."),
    ],
)
def test_what_cannot_be_linked_is_refused(
    engine: Engine, link: str, other: str, by: str, code: Code, said: str
) -> None:
    jug, bowl, repair = loan(engine, "Jug"), loan(engine, "Bowl"), order(engine)
    numbers = {"self": jug, "bowl": bowl, "order": repair, "none": 4}
    assert wrong(engine.link(jug, link, numbers[other], by)) == (code, said)
    assert [engine.case(one).version for one in (jug, bowl, repair)] == [1, 1, 1]
    with pytest.raises(UnknownCase):
        engine.link(repair, "same", jug, JO)


def test_a_link_is_made_once_with_a_key_and_without(engine: Engine) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl")
    for _ in range(2):
        assert done(engine.link(jug, "same", bowl, JO, idempotency_key="k")).version == 2
    assert wrong(engine.link(jug, "same", bowl, JO)) == (Code.FORM, "The two cases are linked so already.")
    # Of what is the same for both sides the other one is linked, too.
    assert wrong(engine.link(bowl, "same", jug, JO))[0] is Code.FORM
    assert wrong(engine.link(bowl, "before", jug, JO, expected_version=1))[0] is Code.CHANGED
    assert wrong(engine.unlink(bowl, 2, "x", JO, idempotency_key="k"))[0] is Code.CHANGED


def test_a_link_is_removed_on_both_sides_with_its_reason(engine: Engine) -> None:
    jug, bowl = loan(engine, "Jug", house="North"), loan(engine, "Bowl")
    done(engine.link(jug, "same", bowl, JO))
    assert wrong(engine.unlink(jug, 2, " ", JO))[0] is Code.FORM
    # It is not told apart from one that is not there.
    assert wrong(engine.unlink(jug, 2, "x", GUS)) == wrong(engine.unlink(jug, 9, "x", GUS))
    done(engine.unlink(bowl, 2, "Another set", JO))
    assert (engine.linked(jug, JO), engine.linked(bowl, JO)) == ([], [])
    last = engine.report(bowl, JO).history[-1]
    assert (last.what, last.lines) == (f"Not linked any more: Same set, Jug, case {jug}", (("Reason", "Another set"),))
    assert engine.verify().findings == ()
    done(engine.link(jug, "same", bowl, JO))


def test_a_rule_over_links_is_asked_on_both_sides(engine: Engine) -> None:
    first, *others = (loan(engine, f"Cup {n}") for n in range(4))
    for one in others[:2]:
        done(engine.link(first, "same", one, JO))
    assert wrong(engine.link(first, "same", others[2], JO)) == (Code.RULE, "A set has three parts.")
    assert wrong(engine.link(others[2], "same", first, JO)) == (Code.RULE, "A set has three parts.")
    assert engine.case(others[2]).version == 1


def test_two_who_link_the_same_cases_at_once_link_them_once(engine: Engine) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl")
    line, found = Barrier(2), list[object]()

    def link(near: int, far: int) -> None:
        line.wait()
        found.append(engine.link(near, "same", far, JO))

    threads = [Thread(target=link, args=one) for one in ((jug, bowl), (bowl, jug))]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(isinstance(one, Refusal) for one in found) == [False, True]
    assert (len(engine.linked(jug, JO)), len(engine.linked(bowl, JO))) == (1, 1)
    assert engine.verify().findings == ()


def test_many_links_are_shown_by_as_many_questions_as_one(engine: Engine) -> None:
    hub = loan(engine, "Hub")
    repairs = [order(engine) for _ in range(12)]
    for one in repairs:
        done(engine.link(hub, "repair", one, BEA))
    assert [one.case for one in engine.linked(hub, BEA)] == repairs


def test_an_erased_case_is_linked_with_nothing_and_leaves_no_trace(engine: Engine, url: str, tmp_path: Path) -> None:
    jug, bowl, plate = loan(engine, "Jug"), loan(engine, "Bowl"), loan(engine, "Plate")
    done(engine.link(jug, "same", bowl, JO))
    done(engine.link(jug, "same", plate, JO))
    done(engine.unlink(plate, 2, "Not of this set", JO))
    done(engine.fire(jug, "lose", JO))
    clock = engine.clock
    assert isinstance(clock, SetClock)
    clock.set(datetime(2026, 1, 8, 9, tzinfo=UTC))
    engine.retain(jug, "asked", "Long enough", KIM)
    engine.erase(jug, JO)
    for partner in (bowl, plate):
        assert (engine.linked(partner), called(engine, partner, JO)) == ([], [])
        assert [one.what for one in engine.report(partner, JO).history] == ["Case opened"]
        # Neither its number nor why it was removed stands anywhere in what is kept of the other.
        with engine.database.reading() as connection:
            rows = connection.execute(text("SELECT body, private FROM history WHERE case_id = :id"), {"id": partner})
            assert not any(f'"case":{jug}' in f"{body} {private}" or "set" in str(private) for body, private in rows)
            assert connection.execute(text("SELECT count(*) FROM links")).scalar_one() == 0
    assert [one.case for one in engine.verify().erased] == [jug]
    assert engine.verify().findings == ()
    assert wrong(engine.link(bowl, "same", jug, JO)) == (Code.FORM, "The other case was erased.")
    with engine.database.reading() as connection:
        assert list(one_sided(connection)) == unheard(connection, 9) == []
    assert callable(forgotten)


def test_links_come_back_from_a_backup(engine: Engine, tmp_path: Path) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl")
    done(engine.link(jug, "before", bowl, JO))
    engine.backup(tmp_path / "all.zip")
    Engine.restore(tmp_path / "all.zip", f"sqlite:///{tmp_path / 'new.db'}", documents=tmp_path / "new")
    restored = Engine(f"sqlite:///{tmp_path / 'new.db'}", documents=tmp_path / "new", clock=SetClock(START))
    assert called(restored, bowl, JO) == [("Later loan", jug, "Jug")]
    assert restored.verify().findings == ()
    restored.close()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE links SET other_id = case_id WHERE case_id = 1", "its links differ from its history"),
        ("DELETE FROM links WHERE case_id = 2", "it is linked with case 2, which is not linked with it"),
    ],
)
def test_verify_finds_a_link_that_only_one_side_has(engine: Engine, change: str, found: str) -> None:
    done(engine.link(loan(engine, "Jug"), "same", loan(engine, "Bowl"), JO))
    with engine.database.writing() as connection:
        connection.execute(text(change))
    assert found in [one.message for one in engine.verify().findings]


def test_what_is_given_out_of_a_subject_tells_nobody_else(engine: Engine, tmp_path: Path) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Secret Bowl")
    done(engine.link(jug, "same", bowl, JO))
    engine.export_subject("Jug", tmp_path / "out", KIM, asked=(START + timedelta(days=1)).date())
    told = (tmp_path / "out" / "export.json").read_text()
    assert "Linked: with another case" in told
    assert "Secret" not in told


def test_what_meets_the_same_request_half_way_gets_its_answer(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    jug, bowl = loan(engine, "Jug"), loan(engine, "Bowl")
    first = done(engine.link(jug, "same", bowl, JO, idempotency_key="k"))
    seen, looks = Asked.seen, list[bool]()

    def late(asked: Asked, tx: Transaction) -> Key | None:
        # The first look comes before the other one has committed; what is read behind it does not.
        looks.append(True)
        return None if len(looks) == 1 else seen(asked, tx)

    monkeypatch.setattr(Asked, "seen", late)
    assert done(engine.link(jug, "same", bowl, JO, idempotency_key="k")) == first
    looks.clear()
    assert wrong(engine.link(jug, "same", bowl, JO, idempotency_key="other"))[0] is Code.FORM
    assert called(engine, jug, JO) == [("Same set", bowl, "Bowl")]
