"""Loans: the process of another trade uses what the language has: series, dated values, tasks of a kind, and links."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.case.refusal import Refusal
from tests.conftest import LOAN
from tests.steps import done

BEA, SAM = "bea:equipment-loan/clerk+equipment-repair/smith", "sam:equipment-repair/smith"


def lent(engine: Engine) -> int:
    """A saw that is lent against a deposit of $60."""
    case = done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "saw"})).id
    done(engine.add_document(case, "id_card", b"card", "clerk", name="card.txt"))
    done(engine.fire(case, "accept", "clerk", {"deposit": "60", "due_back": "2030-01-01"}))
    return case


@pytest.mark.parametrize(("event", "fee"), [("finish", None), ("scrap", "60.00")])
def test_a_loan_waits_for_the_end_of_its_repair(engine: Engine, event: str, fee: str | None) -> None:
    engine.publish(LOAN.with_name("equipment-repair.yaml"))
    loan, repair = lent(engine), done(engine.open_case("equipment-repair", "smith", {"what": "A belt"})).id
    done(engine.link(loan, "repair", repair, BEA))
    done(engine.fire(loan, "bring_back", "clerk", {"damaged": "yes"}))
    done(engine.fire(loan, "send_off", "clerk"))
    assert engine.case(loan).state == "lent.away"
    done(engine.fire(repair, event, SAM))
    # What is scrapped costs the deposit; what was mended nothing, and the loan is over with it.
    found = engine.case(loan)
    assert (found.state, found.data.get("fee")) == ("lent.settling" if fee else "closed", fee)
    assert engine.verify().findings == ()


def test_four_machines_are_lent_together_and_no_fifth(engine: Engine) -> None:
    first, *others = [
        done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "saw"})).id for _ in range(5)
    ]
    for one in others[:3]:
        done(engine.link(first, "together", one, "clerk"))
    refused = engine.link(first, "together", others[3], "clerk")
    assert isinstance(refused, Refusal)
    assert refused.message == "At most four machines are lent together."
