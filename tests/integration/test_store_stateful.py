"""The store against a model, step by random step, on both databases.

The model is the pure core alone: snapshots in a dictionary. After every step the stored cases, the rows
that find them, the counted places and the waiting list must be what the model says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from engine.case.refusal import Refusal
from engine.clock import SetClock
from engine.service import Case, Engine, UnknownCase
from engine.service.processes.catalogue import UnknownProcess
from tests.conftest import LOAN, REFERRAL, START
from tests.part import THOROUGH
from tests.walks import ORGANISATIONS, actors, assert_valid, fires, forms

CAPACITY = {"ks3": 2, "ks4": 1, "lathe": 1, "saw": 1}
NAMES = ["hbep-referral", "equipment-loan"]


class Caseload(RuleBasedStateMachine):
    """A few cases of both processes, worked on at random; time passes."""

    make_url: Callable[[], str]
    folder: Path

    @initialize()
    def begin(self) -> None:
        self.clock = SetClock(START)
        self.engine = Engine(self.make_url(), clock=self.clock, documents=self.folder, capacities=CAPACITY)
        self.engine.publish(REFERRAL)
        self.engine.publish(LOAN)
        self.processes = {name: self.engine.process(name) for name in NAMES}
        self.cases: list[int] = []
        self.versions: dict[int, int] = {}

    @precondition(lambda self: len(self.cases) < 6)
    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def open_case(self, data: st.DataObject, name: str) -> None:
        process = self.processes[name]
        form = data.draw(forms(process, process.opening.form)) | {
            process.organisation: data.draw(st.sampled_from(ORGANISATIONS))
        }
        by, state = data.draw(actors(process)), data.draw(st.sampled_from(process.initial))
        result: Case | Refusal | None = None
        with suppress(UnknownProcess):  # drawn people may have no part in it
            result = self.engine.open_case(name, by, form, state=state)
        assert (result is None) == (not by.roles)
        if isinstance(result, Case):
            self.cases.append(result.id)
            self.versions[result.id] = result.version

    @precondition(lambda self: self.cases)
    @rule(data=st.data(), key=st.sampled_from([None, None, "k1", "k2"]))
    def fire(self, data: st.DataObject, key: str | None) -> None:
        number, process, snapshot = self.pick(data)
        command = data.draw(fires(process, snapshot, data.draw(actors(process)), self.clock.now()))
        expected = data.draw(st.sampled_from([None, snapshot.seq, snapshot.seq + 1]))
        result: object = None
        with suppress(UnknownCase):  # drawn people may be of an organisation that does not see the case
            result = self.engine.fire(
                number, command.event, command.by, command.data, expected_version=expected, idempotency_key=key
            )
        if result is None or isinstance(result, Refusal):
            assert self.engine.case(number).version == snapshot.seq

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def add_document(self, data: st.DataObject) -> None:
        number, process, _ = self.pick(data)
        document, by = data.draw(st.sampled_from(sorted(process.documents))), data.draw(actors(process))
        with suppress(UnknownCase):
            self.engine.add_document(number, document, b"content", by)

    @precondition(lambda self: self.cases)
    @rule(data=st.data())
    def work_on_task(self, data: st.DataObject) -> None:
        number, process, _ = self.pick(data)
        task, by = data.draw(st.sampled_from(sorted(process.tasks))), data.draw(actors(process))
        work = data.draw(st.sampled_from([self.engine.complete_task, self.engine.claim_task]))
        with suppress(UnknownCase):
            work(number, task, by)

    @rule(days=st.integers(1, 40), watched=st.booleans())
    def let_time_pass(self, days: int, watched: bool) -> None:
        self.clock.set(self.clock.now() + timedelta(days=days))
        if watched:
            self.engine.run_due()
            due = self.engine.next_due()
            assert due is None or due > self.clock.now()

    def pick(self, data: st.DataObject) -> tuple[int, Any, Any]:
        number = data.draw(st.sampled_from(self.cases))
        process, snapshot = self.engine.seen(number, None)
        return number, process, snapshot

    @invariant()
    def everything_is_what_its_history_says(self) -> None:
        if not hasattr(self, "engine"):
            return
        assert self.engine.verify().findings == ()
        held: Counter[tuple[str, str]] = Counter()
        for number in self.cases:
            process, snapshot = self.engine.seen(number, None)
            assert_valid(process, snapshot)
            assert snapshot.seq >= self.versions[number]
            self.versions[number] = snapshot.seq
            held.update((process.name, place) for place in snapshot.held.values())
        for name, process in self.processes.items():
            for place, free in self.engine.free_places(name).items():
                assert free == CAPACITY[place] - held[name, place]
                assert free >= 0
            assert process

    @invariant()
    def no_place_stays_free_while_somebody_waits_for_it(self) -> None:
        if not hasattr(self, "engine"):
            return
        for number in self.cases:
            process, snapshot = self.engine.seen(number, None)
            if snapshot.waiting:
                free = self.engine.free_places(process.name)[snapshot.waiting["place"]]
                assert free == 0 or self.waits_against_a_rule(process, snapshot)

    def waits_against_a_rule(self, process: Any, snapshot: Any) -> bool:
        """An offer breaks a rule of the loan process while no deposit is known."""
        return process.name == "equipment-loan" and snapshot.data.get("deposit") is None

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.close()


def run_caseload(make_url: Callable[[], str], folder: Path, examples: int) -> None:
    machine = type("Caseload", (Caseload,), {"make_url": staticmethod(make_url), "folder": folder})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=20 * examples if THOROUGH else examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_on_sqlite(tmp_path: Path, sqlite_template: Path) -> None:
    numbers = iter(range(100_000))

    def make_url() -> str:
        file = tmp_path / f"{next(numbers)}.db"
        file.write_bytes(sqlite_template.read_bytes())
        return f"sqlite:///{file}"

    run_caseload(make_url, tmp_path / "documents", 15)


@pytest.mark.postgres
def test_on_postgresql(tmp_path: Path, fresh_postgres: Callable[[], str]) -> None:
    run_caseload(fresh_postgres, tmp_path / "documents", 7)
