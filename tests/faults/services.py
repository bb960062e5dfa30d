"""Services: processes of `casework serve` that can be killed, several on one database.

They are forked from a process that has the program in memory: so a start takes a tenth of a second and not three, and a
thousand kills are no matter of a night. What is forked does what `casework serve` does from its first line on.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from engine.store.keys import new_key
from tests.conftest import ROOT
from tests.waiting import until

# Below those that the system gives to whoever calls: else a client could have the port of a service that is away.
PORTS = range(20_000, 32_000)
KEY = new_key()  # of all databases of a trial: one that is restored needs the key of before


class Services:
    """So many of them, each on a port of its own, which changes with each start."""

    def __init__(self, url: str, folder: Path, count: int) -> None:
        self.ports: list[int] = [0] * count
        self._pids: list[int] = [0] * count
        self._url, self._folder = url, folder
        self.log = folder / "services.log"

    def __enter__(self) -> Self:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "CASEWORK_DATABASE_URL": self._url,
            "CASEWORK_DOCUMENTS": str(self._folder / "documents"),
            "CASEWORK_KEY": KEY,
            "CASEWORK_CONFIG": "",
            "CASEWORK_LOG_FORMAT": "json",
        }
        with self.log.open("ab") as log:
            self._mother = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.services"],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        for index in range(len(self.ports)):
            self.start(index)
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        """Whatever still runs is killed with the one that it was forked from."""
        self._mother.communicate()

    def start(self, index: int) -> None:
        """Start one, and wait for nothing: who comes too early comes again."""
        self.ports[index] = free_port()
        self._pids[index] = self._ask(serve=self.ports[index])

    def wait(self) -> None:
        """Wait until each of them takes what is sent."""
        for port in self.ports:
            until(lambda port=port: _listens(port), self.log.read_text())

    def kill(self, index: int) -> None:
        """Kill one where it stands."""
        assert self._end(index, signal.SIGKILL) == -signal.SIGKILL, "it had ended by itself"

    def stop(self) -> list[int]:
        """Stop all of them in peace; their exit codes."""
        return [self._end(index, signal.SIGTERM) for index in range(len(self.ports))]

    def run(self, *arguments: str) -> int:
        """Run another command on the same database; its exit code."""
        return self._ask(run=list(arguments))

    def _end(self, index: int, sign: int) -> int:
        return self._ask(end=self._pids[index], by=int(sign))

    def _ask(self, **what: Any) -> int:
        assert self._mother.stdin and self._mother.stdout  # noqa: PT018
        print(json.dumps(what), file=self._mother.stdin, flush=True)
        return int(self._mother.stdout.readline())


def free_port() -> int:
    """A port on which nobody listens, and that is given to nobody who calls."""
    while True:
        if not _listens(port := random.choice(PORTS)):
            return port


def _listens(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def main() -> None:
    """Fork what is asked for, line by line; whatever runs still is killed at the end."""
    import uvicorn  # noqa: F401

    running: set[int] = set()
    try:
        for line in sys.stdin:
            print(_done(json.loads(line), running), flush=True)
    finally:
        for child in running:
            os.kill(child, signal.SIGKILL)


def _done(asked: dict[str, Any], running: set[int]) -> int:
    if "end" in asked:
        child = int(asked["end"])
        running.discard(child)
        os.kill(child, asked["by"])
        return _code(child)
    if "run" in asked:
        return _code(_forked(asked["run"]))
    child = _forked(["serve", "--port", str(asked["serve"]), "--per-minute", "1000000"])
    running.add(child)
    return child


def _code(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _forked(arguments: list[str]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        from engine.cli.main import run

        # The line to the one who asks stays with the mother.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        code = run(arguments)
    except BaseException as error:
        print(repr(error), file=sys.stderr)
        code = 99
    os._exit(code)


if __name__ == "__main__":
    main()
