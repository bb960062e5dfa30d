"""Peer: the same step as a durable workflow of DBOS on SQLite, one step a transition, beside ours."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Measure, by_turns, rate
from benchmarks.process import FORM, ready_case, swing
from benchmarks.servers import folder, sqlite_engine

CASES = 50


def measure(*, quick: bool = False) -> list[Measure]:
    """Ours at least three times as fast."""
    rounds, count = (1, 20) if quick else (5, 200)
    with folder() as place:
        ours = sqlite_engine(place / "ours.db")
        cases = [ready_case(ours) for _ in range(CASES)]
        workflow, stop = _workflow(place / "dbos.db")
        found, peer = by_turns(
            rounds,
            lambda: rate(lambda number: swing(ours, cases[number % CASES]), count),
            lambda: rate(workflow, count),
        )
        stop()
        ours.close()
    return [Measure("fire, beside DBOS on SQLite", found / peer, 3.0, True, f"{found:,.0f}/s", f"{peer:,.0f}/s")]


def _workflow(file: Path) -> tuple[Callable[[int], None], Callable[[], None]]:
    """A workflow of one step that does nothing but be recorded."""
    from dbos import DBOS

    logging.getLogger("dbos").setLevel(logging.CRITICAL)
    DBOS(config={"name": "swing", "system_database_url": f"sqlite:///{file}", "log_level": "CRITICAL"})

    @DBOS.step()
    def turn(side: str, form: dict[str, object]) -> str:
        assert form
        return "right" if side == "left" else "left"

    @DBOS.workflow()
    def swing_once(side: str, form: dict[str, object]) -> str:
        taken: str = turn(side, form)
        return taken

    DBOS.launch()

    def work(_: int) -> None:
        swing_once("left", dict(FORM))

    return work, lambda: DBOS.destroy()
