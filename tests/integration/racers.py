"""What the racing processes of test_concurrency do, each a process of its own."""

from __future__ import annotations

import json
import sys
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from engine import Engine, Refusal
from engine.calendars.calendar import bank_holidays
from tests.steps import PUPIL


def told(result: Any) -> dict[str, Any]:
    if isinstance(result, Refusal):
        return {"refused": str(result.code)}
    return {"state": result.state, "version": result.version, "id": result.id}


def run(url: str, documents: str, asked: dict[str, Any], line: Connection) -> None:
    engine = Engine(url, documents=Path(documents), capacities=asked.get("capacities"))
    engine.cases(limit=1)
    line.send("ready")
    line.recv()
    if asked["do"] == "fire":
        result = engine.fire(
            asked["case"],
            asked["event"],
            "coordinator",
            asked.get("data"),
            expected_version=asked.get("expected"),
            idempotency_key=asked.get("key"),
        )
    else:
        result = engine.open_case(
            "hbep-referral", "coordinator", PUPIL, state="panel", idempotency_key=asked.get("key")
        )
    line.send(told(result))


def main(url: str, documents: str, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each was told of those that came to the line and then started at once."""
    # What takes the time, to read the program, the processes and the holidays, is done once for all of them.
    bank_holidays("GB", "ENG", 2023)
    engine = Engine(url, documents=Path(documents))
    engine.published.roles()
    engine.close()
    forked, lines = get_context("fork"), []
    for one in asked:
        ours, theirs = forked.Pipe()
        forked.Process(target=run, args=(url, documents, one, theirs)).start()
        theirs.close()  # so that the end of who has it is heard
        lines.append(ours)
    for line in lines:
        assert line.recv() == "ready"
    for line in lines:
        line.send("go")
    return [line.recv() for line in lines]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))))
