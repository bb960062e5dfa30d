"""Lending: one database for a whole file of tests, with a few loans and one case of another process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from engine import Engine
from engine.clock import SetClock
from tests.conftest import LOAN, REFERRAL, START
from tests.steps import PUPIL, done


@dataclass(frozen=True)
class Lending:
    """The engine, a day after the first case began, and the numbers of its cases."""

    engine: Engine
    lathe: int  # of Hobby
    saw: int  # of Chess, an hour later, and its answer is given to kim
    refused: int  # of Hobby, another hour later
    other: int  # of the other process, in panel


@pytest.fixture(scope="module")
def lending(shared_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lending]:
    """Tests may look at it as they like: what they are shown is all that is written."""
    clock, folder = SetClock(START), Path(tmp_path_factory.mktemp("documents"))
    engine = Engine(shared_url, documents=folder, clock=clock)
    for process in (REFERRAL, LOAN):
        engine.publish(process)
    numbers = []
    for hour, (club, item) in enumerate((("Hobby", "lathe"), ("Chess", "saw"), ("Hobby", "saw"))):
        clock.set(START + timedelta(hours=hour))
        numbers.append(done(engine.open_case("equipment-loan", "bob:clerk", {"club": club, "item": item})).id)
    done(engine.assign_task(numbers[1], "answer", "kim", "bob:clerk"))
    done(engine.fire(numbers[2], "refuse", "bob:clerk"))
    other = done(engine.open_case("hbep-referral", "jo:coordinator", PUPIL, state="panel")).id
    clock.set(START + timedelta(days=1))
    yield Lending(engine, *numbers, other)
    engine.close()
