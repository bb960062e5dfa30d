"""Run: the tests of a room against each small change of it; which changes nobody noticed.

`python -m tests.mutants` works on copies of the tree, two at a time. Each change is tried in a process that is forked
from one that has loaded the libraries already, so that a change costs little more than its tests. Only SQLite: what
is changed here knows nothing of databases.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import NoReturn

from tests.mutants.change import Change
from tests.mutants.list import CHANGES

ROOT = Path(__file__).resolve().parent.parent.parent
WORKERS = 2
LIMIT = 300  # seconds that tests may take at most without any change
LONGER, LEAST = 3, 20  # a change that lets them run for ever is noticed after so many times what they take without it
WANTED = 0.95
# What every test loads from outside; the engine itself is loaded anew for each change.
LIBRARIES = (
    "alembic.command", "apscheduler.schedulers.background", "cel_expr_python", "hypothesis", "hypothesis.stateful",
    "jsonschema", "psycopg", "pytest", "sqlalchemy.dialects.postgresql", "sqlalchemy.dialects.sqlite", "structlog",
    "transitions.extensions.nesting", "yaml",
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """A change that is to be tried, or (None) the tree as it is, with the tests that are to notice."""

    change: Change | None
    tests: tuple[str, ...]
    limit: int = LIMIT


@dataclass(frozen=True)
class Outcome:
    """What became of a trial: whether the tests noticed, how long it took, and what pytest said."""

    trial: Trial
    noticed: bool
    seconds: float
    said: str


def copied(into: Path) -> Path:
    """A copy of what git knows of the tree."""
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, into / name)
    return into


@contextlib.contextmanager
def changed(tree: Path, change: Change | None) -> Iterator[None]:
    """The tree with a change, for as long as it is tried."""
    if change is None:
        yield
        return
    file = tree / change.file
    before = file.read_bytes()
    file.write_text(change.applied(tree), encoding="utf-8")
    try:
        yield
    finally:
        file.write_bytes(before)


def attempted(trial: Trial) -> Outcome:
    """Try one, in this worker's copy of the tree."""
    tree = Path(os.environ["CASEWORK_TREE"])
    log, begun = tree.with_suffix(".log"), time.monotonic()
    with changed(tree, trial.change):
        code = _exit_code(tree, trial, log)
    said = log.read_text(errors="replace")
    if code not in {0, 1, None}:
        raise RuntimeError(f"pytest itself failed ({code}), trying {trial.change}:\n{said[-2000:]}")
    return Outcome(trial, code != 0, time.monotonic() - begun, said)


def _exit_code(tree: Path, trial: Trial, log: Path) -> int | None:
    """What pytest says in a child process; None where it does not come to an end."""
    child = os.fork()
    if not child:
        _run_tests(tree, trial.tests, log)
    signal.signal(signal.SIGALRM, _ring)
    signal.alarm(trial.limit)
    try:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    except TimeoutError:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return None
    finally:
        signal.alarm(0)


def _ring(_: int, __: FrameType | None) -> NoReturn:
    raise TimeoutError


def _run_tests(tree: Path, tests: Sequence[str], log: Path) -> NoReturn:
    """In the child."""
    code = 70
    try:
        os.setpgid(0, 0)
        os.chdir(tree)
        sys.path[:] = [str(tree), *(one for one in sys.path if Path(one or ".").resolve() != ROOT)]
        for name in [one for one in sys.modules if one.partition(".")[0] in {"engine", "tests", "casework"}]:
            del sys.modules[name]
        with log.open("w") as said, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            import pytest

            others = ["-p", "no:cacheprovider", "-p", "no:xdist"]
            code = int(pytest.main(["-x", "-q", "-m", "not postgres and not faults", *others, *tests]))
    finally:
        os._exit(code)


def _take_a_tree(place: str) -> None:
    """A worker begins: it has a copy of the tree for itself."""
    os.environ["CASEWORK_TREE"] = str(copied(Path(place) / f"tree{os.getpid()}"))


def outcomes(trials: Sequence[Trial], at_once: int) -> Iterator[Outcome]:
    """Try them all, some at a time."""
    # The settings of CI: generated examples are the same each time. Compiled files would hide a change of a second ago.
    os.environ |= {"CI": "true", "PYTHONDONTWRITEBYTECODE": "1"}
    sys.dont_write_bytecode = True
    for name in LIBRARIES:
        importlib.import_module(name)
    workers = multiprocessing.get_context("fork")
    with (
        tempfile.TemporaryDirectory(prefix="casework-mutants-") as place,
        workers.Pool(at_once, _take_a_tree, (place,)) as pool,
    ):
        yield from pool.imap_unordered(attempted, trials)


def main() -> int:
    """Try all changes, or those whose words contain one that is given."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Try small changes against the tests.")
    parser.add_argument("words", nargs="*", help="only changes whose file or description contains one of these")
    parser.add_argument("--workers", type=int, default=WORKERS, help="how many are tried at a time")
    asked = parser.parse_args()
    words, workers = asked.words, asked.workers
    wanted = [one for one in CHANGES if not words or any(word in f"{one.file} {one.what}" for word in words)]
    if stale := [fault for fault in map(staleness, wanted) if fault]:
        print("\n".join(stale))
        return 2
    limits: dict[tuple[str, ...], int] = {}
    for outcome in outcomes([Trial(None, tests) for tests in sorted({_whichever(one) for one in wanted})], workers):
        if outcome.noticed:
            print(f"These tests fail without any change:\n{outcome.said[-3000:]}")
            return 2
        limits[outcome.trial.tests] = LEAST + int(LONGER * outcome.seconds)
    begun = time.monotonic()
    trials = [Trial(one, one.tests, limits[_whichever(one)]) for one in wanted]
    killed = sum(_told(outcome) for outcome in outcomes(trials, workers))
    minutes = (time.monotonic() - begun) / 60
    print(f"{killed} of {len(wanted)} killed, {len(wanted) - killed} survived, in {minutes:.1f} minutes.")
    return 0 if killed >= WANTED * len(wanted) else 1


def _whichever(change: Change) -> tuple[str, ...]:
    """The tests of a change in an order that says nothing: the tree as it is is tried once with each lot of them."""
    return tuple(sorted(change.tests))


def _told(outcome: Outcome) -> bool:
    change, word = outcome.trial.change, "killed  " if outcome.noticed else "SURVIVED"
    assert change is not None
    print(f"{word} {outcome.seconds:5.1f} s  {change.file}: {change.what}", flush=True)
    return outcome.noticed


def staleness(change: Change) -> str:
    """Why a change cannot be made any more; empty where it can."""
    try:
        change.applied(ROOT)
    except (LookupError, OSError) as fault:
        return str(fault)
    return ""
