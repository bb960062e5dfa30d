"""Around: the processes that a file is checked with: those of the other files, those beside it, and published ones.

Reads process files.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.files import load_source, read_text
from engine.process.definition import Process
from engine.process.file.context import Other
from engine.process.file.counterparts import names_linked, others_named, unknown_others
from engine.source.problem import Problem, Refused
from engine.source.reader import Source, read

_ENDINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Around:
    """The files that are checked together, and what a site has published, by name (None: that is not asked)."""

    files: tuple[Path, ...] = ()
    published: Mapping[str, Process] | None = None
    _sources: dict[Path, tuple[str, Source] | None] = field(default_factory=dict, compare=False, repr=False)

    def unknown(self, source: Source, file: Path) -> Iterator[Problem]:
        """What a process says of others that are not at hand."""
        if others_named(source.data):
            where = "beside this one" if self.published is None else "beside this one, nor a published one"
            yield from unknown_others(source, {*self._named_around(file), *(self.published or {})}, where)

    def others(self, source: Source, file: Path) -> dict[str, Other]:
        """The processes that the links of one lead to and that are at hand; of itself its other versions."""
        wanted = names_linked(source.data)
        texts, published = self._named_around(file) if wanted else {}, self.published or {}
        found = {name: other for name in wanted & texts.keys() if (other := _other(texts[name]))}
        return found | {
            name: Other(published[name], published[name].outcomes, is_sure=False)
            for name in (wanted & published.keys()) - texts.keys()
        }

    def _named_around(self, file: Path) -> dict[str, list[tuple[Path, Source]]]:
        """The other processes of the files that are checked and of those beside this one, by name."""
        beside = sorted(one for one in file.parent.glob("*") if one.suffix in _ENDINGS and one.is_file())
        found: dict[str, list[tuple[Path, Source]]] = {}
        for path in dict.fromkeys([*self.files, *beside]):
            if path != file and (named := self._read(path)):
                found.setdefault(named[0], []).append((path, named[1]))
        return found

    def _read(self, path: Path) -> tuple[str, Source] | None:
        if path not in self._sources:
            self._sources[path] = _process_in(path)
        return self._sources[path]


def _process_in(path: Path) -> tuple[str, Source] | None:
    """The name of the process that a file is, with its text; None where it is none, or cannot be read."""
    with contextlib.suppress(Refused):
        content = read_text(path)
        # Calendars, scenarios and what else stands there need not be read for it.
        if b"states" in content and b"process" in content:
            return _named(read(content, str(path)))
    return None


def _named(source: Source) -> tuple[str, Source] | None:
    data = source.data if isinstance(source.data, dict) else {}
    name = data.get("process")
    if not isinstance(name, str) or "states" not in data or {"scenarios", "stories"} & data.keys():
        return None
    return name, source


def _other(found: list[tuple[Path, Source]]) -> Other | None:
    """Of the versions of a process that can be used the one that comes into force last; what is wrong with the others
    is told where they are checked.
    """
    usable = []
    for path, source in found:
        with contextlib.suppress(Refused):
            usable.append(load_source(source, path.parent).loaded.process)
    newest = max(usable, key=lambda one: one.effective_from, default=None)
    return Other(newest, frozenset().union(*(one.outcomes for one in usable))) if newest else None
