"""What is put into an installation beside `engine`: the public package `casework`."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = ("__init__.py", "__main__.py", "py.typed")


class PublicPackage(BuildHookInterface[Any]):
    """Makes `casework` of the text that stands in `engine/_casework`, in a wheel and in an editable installation."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files; a wheel and an editable installation are told in different words."""
        made = {f"{self.root}/engine/_casework/{name}": f"casework/{name}" for name in FILES}
        build_data["force_include_editable" if version == "editable" else "force_include"].update(made)
