"""What the other side of a link keeps is the same, whoever made the link: by hand, or an event that opened it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine
from engine.clock import SetClock
from tests.sets import BOTH, LOANS, REPAIRS, START
from tests.steps import done

BEA = f"bea:{BOTH}"
SENDS = "send: {title: Send, to: away, opens: {link: repair, with: {what: item}}}"


@pytest.fixture
def engine(url: str, tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(url, documents=tmp_path / "documents", clock=SetClock(START))
    engine.publish(LOANS.replace("send: {title: Send, to: away}", SENDS))
    engine.publish(REPAIRS)
    yield engine
    engine.close()


def test_both_sides_know_of_a_link_however_it_was_made(engine: Engine) -> None:
    jug = done(engine.open_case("loans", BEA, {"item": "Jug"})).id
    done(engine.fire(jug, "send", BEA))
    [opened] = engine.linked(jug, BEA)
    by_hand = done(engine.open_case("repairs", BEA, {"what": "Lid"})).id
    done(engine.link(jug, "repair", by_hand, BEA))
    kept = [engine.seen(one, None)[1].links for one in (opened.case, by_hand)]
    assert kept[0] == kept[1] == {"2": {"link": "repair", "of": "loans", "side": "far", "case": jug, "told": True}}
    # Each end is told, in whichever way they were linked.
    for one, state in ((opened.case, "away"), (by_hand, "shelf")):
        done(engine.fire(one, "mend", BEA))
        assert engine.case(jug).state == state
    assert engine.verify().findings == ()
