"""What is put into an installation beside `engine`: the public package `casework`, and in a wheel its types.

Whoever checks types looks for `engine` in the project first, where a folder may be called so. So `casework` has types
of its own: the rooms that its names come from, without what functions do, below `casework/_types`. An editable
installation has none of them: they would be as old as the installation, and not those of the tree.
"""

from __future__ import annotations

import ast
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("__init__.py", "__main__.py", "py.typed")
ROOM, TYPES = "engine", "casework._types"


class PublicPackage(BuildHookInterface[Any]):
    """Makes `casework` of the text that stands in `engine/_casework`, in a wheel and in an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; a wheel and an editable installation are told in different words."""
        made = {f"{self.root}/engine/_casework/{name}": f"casework/{name}" for name in FILES}
        if version == "editable":
            build_data["force_include_editable"].update(made)
            return
        self._folder = Path(tempfile.mkdtemp())
        for name, text in types_of(Path(self.root)).items():
            file = self._folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            made[str(file)] = name
        build_data["force_include"].update(made)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Take away what was made for the build."""
        if version != "editable":
            shutil.rmtree(self._folder)


def types_of(root: Path) -> dict[str, str]:
    """The stubs of `casework` by their names in the wheel: of the public names, and of each room that they need."""
    public = ast.parse((root / ROOM / "__init__.py").read_text(encoding="utf-8"))
    [guarded] = (one for one in public.body if isinstance(one, ast.If))
    waiting = [*_rooms(guarded, root)]
    found = {"casework/__init__.pyi": _public(guarded)}
    while waiting:
        room = waiting.pop()
        name = f"{TYPES}{room.removeprefix(ROOM)}".replace(".", "/")
        is_folder = (root / room.replace(".", "/")).is_dir()
        name += "/__init__.pyi" if is_folder else ".pyi"
        if name not in found:
            file = root / f"{room.replace('.', '/')}{'/__init__' if is_folder else ''}.py"
            tree = ast.parse(file.read_text(encoding="utf-8"))
            waiting += [*_rooms(tree, root), room.rpartition(".")[0] or ROOM]
            found[name] = "" if room == ROOM else _stub(tree)
    return found


def _public(guarded: ast.If) -> str:
    for alias in (one for one in ast.walk(guarded) if isinstance(one, ast.alias)):
        alias.asname = alias.name  # said so, it is a name of this package too
    return f"{ast.unparse(_renamed(ast.Module(guarded.body, [])))}\n__version__: str\n\ndef main() -> None: ...\n"


def _rooms(tree: ast.AST, root: Path) -> Iterator[str]:
    """The rooms that a text imports from; what functions import for themselves tells nothing of types."""
    for node in _outside_functions(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == ROOM:
            named = [f"{node.module}.{one.name}" for one in node.names]
            yield str(node.module)
            yield from (one for one in named if _is_room(root, one))
        elif isinstance(node, ast.Import):
            yield from (one.name for one in node.names if one.name.partition(".")[0] == ROOM)


def _is_room(root: Path, name: str) -> bool:
    file = root / name.replace(".", "/")
    return file.with_suffix(".py").exists() or (file / "__init__.py").exists()


def _outside_functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(tree):
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield from _outside_functions(node)


def _stub(tree: ast.Module) -> str:
    """A text without what its functions do; what they say of themselves stays, for editors show it."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            said = [node.body[0]] if ast.get_docstring(node) else []
            node.body = [*said, ast.Expr(ast.Constant(...))]
    return ast.unparse(_renamed(tree)) + "\n"


def _renamed(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == ROOM:
            node.module = f"{TYPES}{str(node.module).removeprefix(ROOM)}"
    return tree
