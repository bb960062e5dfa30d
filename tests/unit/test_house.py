"""The house keeps its own rules: no trade in the engine, one clock, small rooms."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from pathlib import Path

import pytest

from engine.store.tables.base import SCHEMA_REVISION
from tests.conftest import ROOT, missing

FILES = sorted((ROOT / "engine").rglob("*.py"))
TRADE = re.compile(r"pupil|forum|hbep|placement|referral|panel_|review|senco|school(?!.?days?\b|s?_days?)", re.I)


def code_without_docstrings(tree: ast.Module) -> list[str]:
    """Every name and text in the code, without docstrings."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            found.append(node.value)
        elif isinstance(node, (ast.Name, ast.arg)):
            found.append(node.id if isinstance(node, ast.Name) else node.arg)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_the_engine_knows_no_trade(file: Path) -> None:
    words = [text for text in code_without_docstrings(ast.parse(file.read_text())) if TRADE.search(text)]
    assert words == []


def test_the_top_level_holds_only_what_belongs_there() -> None:
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        missing("this is no checkout")
    folders = {line.partition("/")[0] for line in listed.stdout.splitlines() if "/" in line}
    assert folders == {".ci", "benchmarks", "docs", "engine", "processes", "schemas", "tests"}


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = [
        file.name for file in FILES if re.search(r"datetime\.now\(|utcnow|date\.today\(|time\.time\(", file.read_text())
    ]
    assert asking == ["clock.py"]


def test_only_one_room_says_which_day_it_is() -> None:
    """An instant has no day until a zone is named: `day_of` in engine/calendars/day.py, and `Process.today`."""
    asking = [
        file.name for file in FILES if re.search(r"(now\(\)|now|astimezone\([^()]*\))\.date\(\)", file.read_text())
    ]
    assert asking == ["day.py"]


def test_no_file_has_grown_past_four_hundred_lines() -> None:
    assert [file.name for file in FILES if len(file.read_text().splitlines()) > 400] == []


def test_functions_are_short() -> None:
    lengths = []
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef):
                first = node.body[0]
                doc = (
                    first.end_lineno - first.lineno + 1
                    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
                    else 0
                )  # type: ignore[operator]
                lengths.append(node.end_lineno - node.lineno + 1 - doc)  # type: ignore[operator]
    assert statistics.median(lengths) < 10
    assert max(lengths) < 80


def test_every_room_says_what_lives_there() -> None:
    for file in FILES:
        if file.read_text().strip():
            assert ast.get_docstring(ast.parse(file.read_text())), file


TESTS = sorted((ROOT / "tests").rglob("*.py"))
MAY_SLEEP = {
    "waiting.py",  # looks again and again until what is waited for is there
    "kill.py",  # kills at a random moment
}
SLEEPS = {"sleep", "wait_for_timeout"}


def sleeping(tree: ast.Module) -> list[int]:
    """The lines that wait for a fixed time; to give way to others for no time at all is not to wait."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            gives_way = [getattr(one, "value", None) for one in node.args] == [0]
            if name in SLEEPS and not gives_way:
                found.append(node.lineno)
    return found


@pytest.mark.parametrize("file", TESTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_test_waits_for_a_fixed_time(file: Path) -> None:
    if file.name not in MAY_SLEEP:
        assert sleeping(ast.parse(file.read_text())) == [], "wait for what is needed: tests/waiting.py"


@pytest.mark.parametrize(
    "text", ["time.sleep(1)", "sleep(PAUSE)", "page.wait_for_timeout(500)", "await asyncio.sleep(2)"]
)
def test_what_waits_for_a_fixed_time_is_found(text: str) -> None:
    assert sleeping(ast.parse(text)) == [1]


def test_what_is_missing_fails_in_ci() -> None:
    """Only one room skips tests, and in CI it lets them fail."""
    skipping = [file.name for file in TESTS if re.search(r"\.(skip|skipif|importorskip|xfail)\b", file.read_text())]
    assert skipping == ["conftest.py"]


def test_nothing_is_run_again_until_it_passes() -> None:
    for name in ("pyproject.toml", "requirements-dev.txt", "Makefile", ".ci/run"):
        assert not re.search(r"rerun|retry|retries|flaky", (ROOT / name).read_text(), re.I), name


ROOMS_THAT_DECIDE = ("case", "process", "calendars", "source")
WITHOUT_TESTS_OF_THEIR_OWN = {
    "source/fault.py",  # families of exceptions, which decide nothing
}


def test_each_module_that_decides_has_a_file_of_tests() -> None:
    """`tests/unit/test_walk.py` for `case/step/walk.py`; where two modules share a name, the room is named with it."""
    modules = [file for room in ROOMS_THAT_DECIDE for file in (ROOT / "engine" / room).rglob("*.py")]
    named = {file.stem for file in (ROOT / "tests" / "unit").glob("test_*.py")}
    without = {
        str(file.relative_to(ROOT / "engine"))
        for file in modules
        if file.stem != "__init__" and not named & {f"test_{file.stem}", f"test_{file.parent.name}_{file.stem}"}
    }
    assert without == WITHOUT_TESTS_OF_THEIR_OWN
    shared = {file.stem for file in modules if sum(other.stem == file.stem for other in modules) > 1} - {"__init__"}
    for stem in shared:
        files = [one for one in modules if one.stem == stem]
        assert sum(f"test_{one.parent.name}_{stem}" in named for one in files) >= len(files) - 1, stem


ROOMS_WITH_A_DATABASE = ("service", "store")
# What gives the methods of Engine, which are those of its rooms.
BY_ENGINE = {"engine.Engine", "engine.service.Engine", "tests.integration.lending.lending"}


def imported(file: Path) -> set[str]:
    """The modules, and the names in them, that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            found |= {str(node.module), *(f"{node.module}.{one.name}" for one in node.names)}
        elif isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
    return found


def decides(file: Path) -> bool:
    """Whether a module does anything: tables, and families of exceptions, only name things."""
    functions = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))
    return any(one.name != "__init__" for one in functions)


def test_each_module_with_a_database_has_a_file_of_tests_that_reaches_it() -> None:
    """`tests/integration/test_find.py` for `store/lists/find.py`, or with the folder or the room before the name.

    A name alone would do for a file about something else that is called the same: it must import the module, or the
    Engine. So a room of the service and the rows that it keeps can share a file. Migrations are tried as they run.
    What only names things needs none.
    """
    tests: dict[str, set[str]] = {}
    for folder in ("unit", "integration"):
        for file in (ROOT / "tests" / folder).glob("test_*.py"):
            tests[file.stem] = tests.get(file.stem, set()) | imported(file)
    without = set()
    for file in (one for room in ROOMS_WITH_A_DATABASE for one in (ROOT / "engine" / room).rglob("*.py")):
        inside = file.relative_to(ROOT / "engine").with_suffix("")
        reached = BY_ENGINE | {".".join(("engine", *inside.parts))}
        names = {f"test_{file.stem}", f"test_{file.parent.name}_{file.stem}", f"test_{inside.parts[0]}_{file.stem}"}
        is_tried = any(tests.get(name, set()) & reached for name in names)
        if file.stem != "__init__" and "migrations" not in inside.parts and decides(file) and not is_tried:
            without.add(str(inside))
    assert without == set()


FACES = {
    "web",
    "api",
    "cli",
    "lsp",
}  # what they raise is told by the server or the terminal; docstrings of routes are shown
BEHIND_FACES = [file for file in FILES if not FACES & set(file.relative_to(ROOT / "engine").parts)]


def test_each_module_of_a_face_has_a_file_of_tests() -> None:
    """`test_web_people.py` for `web/people/people.py`: the same nouns stand in each face, so its own is told too."""
    there = [file.relative_to(ROOT / "engine") for file in FILES if file.stem[:2] != "__"]
    wanted = [f"test_{file.parts[0]}_{file.stem}" for file in there if file.parts[0] in FACES]
    assert len(set(wanted)) == len(wanted), "two modules of one face have one name"
    wanted += [f"test_{file.stem}" for file in there if file.parts[0] in {"authoring", "running"}]
    assert set(wanted) - {file.stem for file in TESTS} == set()


PLACES = re.compile(r"aware|UTC|zone|wall clock|instant|local to", re.I)
Function = ast.FunctionDef | ast.AsyncFunctionDef


def public(tree: ast.AST, around: str = "") -> list[tuple[Function | ast.ClassDef, str]]:
    """Every class, and every function that is reached by a public name, with the docstring of the class around it."""
    found: list[tuple[Function | ast.ClassDef, str]] = []
    for node in getattr(tree, "body", []):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            found.append((node, around))
            if isinstance(node, ast.ClassDef):
                found += public(node, ast.get_docstring(node) or "")
    return found


def raised_in(function: Function) -> set[str]:
    """The classes that the body of a function raises itself, as far as it calls them by name."""
    found, todo = set(), list(function.body)
    while todo:
        node: ast.AST = todo.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, (ast.Call, ast.Name)):
            name = ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc).rpartition(".")[2]
            found |= {name} if name[0].isupper() else set()
        todo += ast.iter_child_nodes(node)  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("file", BEHIND_FACES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_raises_says_so(file: Path) -> None:
    for node, _ in public(ast.parse(file.read_text())):
        if not isinstance(node, ast.ClassDef):
            unsaid = {name for name in raised_in(node) if name not in (ast.get_docstring(node) or "")}
            assert unsaid == set(), f"{node.name} in line {node.lineno}"


def tells_time(node: Function | ast.ClassDef) -> bool:
    """Whether it takes, gives or holds a datetime."""
    if isinstance(node, ast.ClassDef):
        hints: list[ast.expr | None] = [one.annotation for one in node.body if isinstance(one, ast.AnnAssign)]
    else:
        hints = [*(one.annotation for one in (*node.args.args, *node.args.kwonlyargs)), node.returns]
    return any(re.search(r"(?<!\[)\bdatetime\b", ast.unparse(one)) for one in hints if one is not None)


@pytest.mark.parametrize("file", BEHIND_FACES, ids=lambda file: str(file.relative_to(ROOT)))
def test_what_tells_a_time_says_in_which_zone(file: Path) -> None:
    tree = ast.parse(file.read_text())
    for node, around in public(tree):
        said = f"{ast.get_docstring(node)} {around} {ast.get_docstring(tree)}"
        if tells_time(node):
            assert PLACES.search(said), f"{node.name} in line {node.lineno}: of which zone?"


def test_each_migration_has_a_number_of_its_own_after_the_one_before() -> None:
    """Two that were written at the same time would leave no database that could be brought up to date."""
    files = sorted(one.name for one in (ROOT / "engine" / "store" / "migrations" / "versions").glob("0*.py"))
    numbers = [one[:4] for one in files]
    assert numbers == [f"{one:04d}" for one in range(1, len(files) + 1)]
    for before, file in zip(["", *numbers], files, strict=False):
        text = (ROOT / "engine" / "store" / "migrations" / "versions" / file).read_text(encoding="utf-8")
        assert f'revision = "{file[:4]}"' in text, file
        assert f'down_revision = "{before}"' in text or not before, file
    assert numbers[-1] == SCHEMA_REVISION
