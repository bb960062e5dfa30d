"""A wheel built from the tree works where there is no checkout."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import engine
from tests.acceptance.test_public_package import USER, cache
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy of what git tracks."""
    tree, out = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tree / name)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=tree, check=True, capture_output=True)
    [made] = out.glob("casework-*.whl")
    return made


def test_it_carries_processes_and_schemas(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {f"engine/_shipped/{folder}/{name}" for folder, name in [
        ("schemas", "process.schema.json"), ("schemas", "calendar.schema.json"), ("schemas", "scenario.schema.json"),
        ("processes", "hbep-referral.yaml"), ("processes", "hbep-referral.scenarios.yaml"),
        ("processes/calendars", "leicestershire.yaml"), ("processes", "hbep-referral.demo.yaml"),
    ]}  # fmt: skip
    assert shipped <= names
    assert {"casework/__init__.py", "casework/py.typed", "engine/py.typed"} <= names
    assert "engine/store/migrations/versions/0001_first_tables.py" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_it_works_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    place, work = tmp_path / "site", tmp_path / "work"
    (work / "engine").mkdir(parents=True)
    (work / "engine/__init__.py").write_text("raise RuntimeError('a folder of somebody else')")
    zipfile.ZipFile(wheel).extractall(place)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(place), "CASEWORK_DATABASE_URL": "sqlite:///c.db"}

    def casework(*arguments: str) -> str:
        asked = [sys.executable, "-m", "casework", *arguments]
        done = subprocess.run(asked, cwd=work, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    where = [sys.executable, "-c", "import casework, engine; print(engine.__file__)"]
    found = subprocess.run(where, cwd=work, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(place))
    casework("init")
    assert "60 invented cases" in casework("demo")
    assert "no findings" in casework("verify")
    shipped = place / "engine/_shipped/processes"
    said = casework("check", str(shipped))  # by the day on which it is run the calendar may have ended
    assert "no problems" in said or "0 errors, 1 warning" in said
    shutil.copy(shipped / "hbep-referral.yaml", work / "mine.yaml")
    assert "no problems" in casework("check", "mine.yaml")


def test_types_are_checked_beside_a_folder_called_engine(wheel: Path, tmp_path: Path) -> None:
    """Installed as pip installs it: the project's own folder is what a type checker finds under that name."""
    venv.create(tmp_path / "venv", symlinks=True)
    python, work = tmp_path / "venv/bin/python", tmp_path / "work"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([python, "-c", where], capture_output=True, text=True, check=True)
    site = Path(told.stdout.strip())
    zipfile.ZipFile(wheel).extractall(site)
    # What the program needs is installed here already.
    (site / "needed.pth").write_text(sysconfig.get_path("purelib"))
    (work / "engine").mkdir(parents=True)
    (work / "engine/__init__.py").write_text("VALUE: int = 1\n")
    kept = cache(tmp_path)

    def checked(text: str) -> str:
        (work / "mine.py").write_text(f"from engine import VALUE\n{text}\nVALUE + 1\n")
        asked = [sys.executable, "-m", "mypy", "--strict", "--python-executable", str(python)]
        asked += ["--cache-dir", kept, "mine.py"]
        return subprocess.run(asked, cwd=work, capture_output=True, text=True, check=False).stdout

    assert checked(USER) == "Success: no issues found in 1 source file\n"
    assert "Found 2 errors" in checked(USER.replace('"lend"', "7").replace("limit=10", "most=10"))
    every = "\n".join(f"from casework import {name}\nreveal_type({name})" for name in engine.__all__)
    shown = re.findall(r'Revealed type is "(.*)"', checked(every))
    assert len(shown) == len(engine.__all__)
    assert "Any" not in shown


def test_types_come_from_rooms_that_belong_to_casework(wheel: Path) -> None:
    held = zipfile.ZipFile(wheel)
    stubs = {name: held.read(name).decode() for name in held.namelist() if name.endswith(".pyi")}
    assert {"casework/__init__.pyi", "casework/_types/service/engine.pyi"} <= stubs.keys()
    assert [name for name, text in stubs.items() if re.search(r"(?m)^\s*(from|import) engine\b", text)] == []
    for name in stubs:
        room = name.removeprefix("casework/_types/").removesuffix(".pyi")
        assert name == "casework/__init__.pyi" or f"engine/{room}.py" in held.namelist(), name
    # What functions do is not told twice.
    assert "sqlite" not in stubs["casework/_types/service/site.pyi"].lower()
