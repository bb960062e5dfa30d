"""The public package: every name of the reference is in it, and what is typed with it is checked."""

from __future__ import annotations

import ast
import builtins
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import engine
from tests.conftest import ROOT

API = (ROOT / "docs/reference/api.md").read_text()

USER = """
from pathlib import Path

from casework import Actor, Case, Clock, DatabaseUnavailable, Engine, Page, Refusal, SystemClock, Task, UnknownCase


def overdue(engine: Engine) -> list[str]:
    page: Page[Task] = engine.tasks(overdue=True, limit=10)
    return [task.title for task in page.items]


def begin(file: Path, clock: Clock) -> Case | Refusal:
    try:
        engine = Engine(f"sqlite:///{file}", clock=clock)
        found = engine.open_case("loan", Actor("jo", frozenset({"desk"})), {"item": "chair"})
        return found if isinstance(found, Refusal) else engine.fire(found.id, "lend", "jo:desk", expected_version=1)
    except (DatabaseUnavailable, UnknownCase) as error:
        raise SystemExit(str(error)) from None


begin(Path("casework.db"), SystemClock())
"""


def cache(folder: Path) -> str:
    """Where mypy keeps what it has read: it begins with what it read when the program itself was checked.

    It looks whether each file is still the same; to read the libraries anew takes a quarter of a minute.
    """
    kept, mine = ROOT / ".mypy_cache", folder / "cache"
    if kept.is_dir():
        shutil.copytree(kept, mine)
    return str(mine)


def test_every_name_of_the_reference_can_be_imported() -> None:
    spans = re.findall(r"`([^`\n]+)`", API) + re.findall(r"```python\n(.*?)```", API, re.S)
    named = {word for span in spans for word in re.findall(r"\b[A-Z][a-z]\w*[a-z]\w*\b", re.sub(r'".*?"', "", span))}
    assert {"Engine", "Refusal", "Clock", "Documents", "DatabaseUnavailable"} <= named
    assert named - {"None", "Path"} - set(dir(builtins)) - set(engine.__all__) == set()
    assert all(getattr(engine, name) is not None for name in engine.__all__)


def test_what_type_checkers_see_is_what_is_there() -> None:
    tree = ast.parse((ROOT / "engine/__init__.py").read_text())
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: node.module for node in guarded.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    homes = {name: getattr(engine, name) for name in engine.__all__ if name != "__version__"}
    assert seen.keys() == homes.keys()
    for name, home in seen.items():
        assert getattr(sys.modules[str(home)], name) is homes[name]


def test_a_users_file_is_checked_strictly(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(USER)
    asked = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache(tmp_path), "mine.py"]
    said = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.stdout.startswith("Success"), said.stdout
    (tmp_path / "mine.py").write_text(USER.replace('"lend"', "7").replace("limit=10", "most=10"))
    said = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Found 2 errors" in said.stdout, said.stdout


def test_a_folder_called_engine_does_not_break_the_command(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine/__init__.py").write_text("raise RuntimeError('another engine')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for asked in ([sys.executable, "-m", "casework"], [str(Path(sys.executable).with_name("casework"))]):
        done = subprocess.run(
            [*asked, "--version"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout) == (0, f"casework {engine.__version__}\n"), done.stderr


def test_another_engine_that_came_first_is_told(tmp_path: Path) -> None:
    (tmp_path / "engine.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "import engine, casework"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Another package called engine was imported before casework." in done.stderr
