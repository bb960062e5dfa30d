"""Clients: several processes that swing cases of their own at the same time; how many swings a second in all."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from typing import Any

Work = Callable[[int], None]
Setup = Callable[[], Work]


def rate_of_clients(setups: list[Setup], cases: list[list[int]], seconds: float) -> float:
    """Let every client work for `seconds`, all at once."""
    context = multiprocessing.get_context("fork")
    begin, results = context.Barrier(len(setups)), context.Queue()
    clients = [
        context.Process(target=_client, args=(setup, own, begin, seconds, results))
        for setup, own in zip(setups, cases, strict=True)
    ]
    for client in clients:
        client.start()
    total: int = sum(results.get() for _ in clients)
    for client in clients:
        client.join()
    return total / seconds


def _client(setup: Setup, cases: list[int], begin: Any, seconds: float, results: Any) -> None:
    work = setup()
    for case in cases:
        work(case)
    begin.wait()
    done, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        work(cases[done % len(cases)])
        done += 1
    results.put(done)
