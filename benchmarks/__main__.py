"""Run the measures: a table on standard error, JSON on standard output. Exit code 1 if a figure is not reached."""

from __future__ import annotations

import argparse
import json
import sys

from rich.console import Console
from rich.table import Table

from benchmarks import doors, due, fire, growth, pages, peer, queue, startup
from benchmarks.measure import Measure

MEASURES = {"startup": startup.measure, "fire": fire.measure, "peer": peer.measure, "due": due.measure}
MEASURES |= {"queue": queue.measure, "growth": growth.measure, "pages": pages.measure, "doors": doors.measure}


def main() -> int:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios to a floor of the same run.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of {', '.join(MEASURES)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="few rounds and cases: only to see that they run")
    chosen = parser.parse_args()
    unknown = set(chosen.names) - set(MEASURES)
    if unknown:
        parser.error(f"no measure is called {', '.join(sorted(unknown))}")
    found: list[Measure] = []
    for name in chosen.names or MEASURES:
        print(f"measuring {name} …", file=sys.stderr)
        found += MEASURES[name](quick=chosen.quick)
    _print_table(found)
    print(json.dumps([one.as_data() for one in found], indent=2))
    return 0 if all(one.met for one in found) or chosen.quick else 1


def _print_table(found: list[Measure]) -> None:
    table = Table(box=None, header_style="bold")
    for column in ("what", "ratio", "wanted", "ours", "floor or peer", ""):
        table.add_column(column)
    for one in found:
        wanted = "" if one.limit is None else f"{'≥' if one.at_least else '≤'} {one.limit:g}"
        table.add_row(one.name, f"{one.ratio:.2f}", wanted, one.ours, one.floor, "" if one.met else "not reached")
    Console(stderr=True).print(table)


sys.exit(main())
