"""What the racing processes of test_concurrency do, each in an interpreter of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from engine import Engine, Refusal
from tests.steps import PUPIL


def told(result: Any) -> dict[str, Any]:
    if isinstance(result, Refusal):
        return {"refused": str(result.code)}
    return {"state": result.state, "version": result.version, "id": result.id}


def main(url: str, documents: str, asked: dict[str, Any]) -> None:
    engine = Engine(url, documents=Path(documents), capacities=asked.get("capacities"))
    engine.cases(limit=1)
    print("ready", flush=True)
    sys.stdin.readline()
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
    print(json.dumps(told(result)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
