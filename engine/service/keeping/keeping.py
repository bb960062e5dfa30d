"""Keeping: proving that a site is sound, and carrying it away in one file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from engine.service.keeping import verification
from engine.service.site import Site
from engine.store.keeping import archive


class Keeping:
    """What keeps the records of one site."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def backup(self, file: Path) -> archive.Counted:
        """Write everything, with the documents, into one new file, while others go on working.

        Raises:
            BadArchive: the file is there already, or cannot be written.
        """
        with self._site.database.reading() as connection:
            return archive.write_archive(connection, self._site.documents, file)

    def verify(self, progress: Callable[[int], None] | None = None) -> verification.Verified:
        """Recompute every hash chain and replay every case from its history. Changes nothing."""
        with self._site.database.reading() as connection:
            return verification.Verification(connection, self._site.catalogue, self._site.documents).run(progress)
