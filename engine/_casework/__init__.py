"""casework: the public names of the program, and its command.

This text becomes the package `casework` when a wheel is built or the tree is installed (hatch_build.py). The rooms of
the program are called `engine`, a name that a project may well use for a folder of its own, which Python would find
first: so the program's own is loaded from where it was installed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

if TYPE_CHECKING:
    from engine import *  # noqa: F403
    from engine import __version__ as __version__

_ENGINE = "engine"


def _installed() -> Path:
    """The folder of the program: beside this one, or in the tree that an editable installation points to."""
    beside = Path(__file__).resolve().parent.parent / _ENGINE
    if (beside / "cli").is_dir():
        return beside
    told = importlib.metadata.distribution("casework").read_text("direct_url.json") or "{}"
    return Path(url2pathname(urlsplit(json.loads(told).get("url", "")).path)) / _ENGINE


def _load() -> Any:
    folder = _installed()
    known = sys.modules.get(_ENGINE)
    if known is None:
        file = folder / "__init__.py"
        spec = importlib.util.spec_from_file_location(_ENGINE, file, submodule_search_locations=[str(folder)])
        assert spec is not None
        assert spec.loader is not None
        known = importlib.util.module_from_spec(spec)
        sys.modules[_ENGINE] = known
        spec.loader.exec_module(known)
    if Path(str(known.__file__)).resolve().parent != folder.resolve():
        raise ImportError(f"Another package called {_ENGINE} was imported before casework. Import casework first.")
    return known


_engine = _load()
__all__ = _engine.__all__


def __getattr__(name: str) -> Any:
    if name == "__all__" or name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(_engine, name)


def __dir__() -> list[str]:
    return sorted(__all__)


def main() -> None:
    """The command `casework`."""
    from engine.cli.main import main as run

    run()
