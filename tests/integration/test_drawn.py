"""Processes that nobody wrote, walked at random through the store on both databases.

After each step every place is counted as the cases that hold it, nobody has more than there are, whoever waits longest
is offered first, and every timer and task belongs to a state that the case is in. Two processes whose roles, states and
places have the same names are walked in turns: nothing of one moves or counts in the other. The clock stands still for
weeks or is set back, steps are dated back, and a run of timers is cut short and run again. New versions are published
in mid-walk, in force at once, later or never, with more places, fewer or others: cases stay on theirs. Meetings are
planned, moved with the cases that are booked on them, cancelled and recorded. People come, go inactive and lose roles:
no task is given to who cannot do it. Values are corrected, tasks put off, and cases erased when their time has come.
Backups are made and taken up in a new database of either kind: no number is used twice, no request done twice. A second
walk with the same steps, in which no run is cut short, gives the same, also on the other database.

`make walks` walks hundreds of them with new seeds and tells what was walked. CASEWORK_WALKS and CASEWORK_WALKS_POSTGRES
set how many processes are walked.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from tests.drawn import processes
from tests.walking.restores import RestoreWalk
from tests.walking.steps import steps
from tests.walking.walk import Step

WALKS = int(os.environ.get("CASEWORK_WALKS", "0"))
WALKS_POSTGRES = int(os.environ.get("CASEWORK_WALKS_POSTGRES", "0")) or WALKS
MakeUrl = Callable[[bool], str]


def walk_at_random(make_url: MakeUrl, make_other: MakeUrl, folder: Path, examples: int, walks: int) -> Counter[str]:
    """Walk so many drawn processes twice; what was walked. The addresses: of the first database, or of the other."""
    # Making a failing walk smaller takes minutes: that is for whoever looks into it, not for the run that found it.
    phases = tuple(Phase) if walks else (Phase.explicit, Phase.reuse, Phase.generate)
    counted, numbers = Counter[str](), count()

    @settings(max_examples=walks or examples, phases=phases, deadline=None, suppress_health_check=list(HealthCheck))
    @given(text=processes(), twin=processes("twin"), data=st.data())
    def run(text: str, twin: str, data: st.DataObject) -> None:
        taken: list[Step] = []
        note(text)
        note(twin)
        first = RestoreWalk((text, twin), make_url, folder / str(next(numbers)))
        with closing(first):
            # Long ones are drawn more often than short ones.
            for _ in range(24 - data.draw(st.integers(0, 16))):
                step = data.draw(steps(first))
                taken.append(step)
                first.take(step)
                first.check(step)
            found = [*first.snapshots().values()]
            counted.update(first.sums())
        second = RestoreWalk((text, twin), make_other, folder / str(next(numbers)), cuts=False)
        with closing(second):
            for step in taken:
                second.take(step)
            assert [*second.snapshots().values()] == found

    run()
    return counted


@pytest.fixture
def make_sqlite(tmp_path: Path, sqlite_template: Path) -> Callable[[], str]:
    """Makes a new SQLite database with all tables, and gives its address."""
    numbers = count()

    def make() -> str:
        file = tmp_path / f"{next(numbers)}.db"
        file.write_bytes(sqlite_template.read_bytes())
        return f"sqlite:///{file}"

    return make


def tell(capsys: pytest.CaptureFixture[str], where: str, counted: Counter[str]) -> None:
    """Say what was walked, where somebody asked for many walks."""
    if WALKS:
        with capsys.disabled():
            print(f"\n{where}: " + ", ".join(f"{many:,} {what}" for what, many in sorted(counted.items())))


def test_on_sqlite(tmp_path: Path, make_sqlite: Callable[[], str], capsys: pytest.CaptureFixture[str]) -> None:
    counted = walk_at_random(lambda _: make_sqlite(), lambda _: make_sqlite(), tmp_path, 14, WALKS)
    tell(capsys, "SQLite", counted)


@pytest.mark.postgres
def test_on_postgresql(
    tmp_path: Path,
    make_sqlite: Callable[[], str],
    fresh_postgres: Callable[[], str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def make_url(other: bool) -> str:
        return make_sqlite() if other else fresh_postgres()

    # The second walk begins on SQLite: what is decided does not hang on the kind of database.
    counted = walk_at_random(make_url, lambda other: make_url(not other), tmp_path, 5, WALKS_POSTGRES)
    tell(capsys, "PostgreSQL", counted)
