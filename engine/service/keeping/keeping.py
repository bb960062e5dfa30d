"""Keeping: proving that a site is sound, and carrying it away in one file."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

from engine.case.command import Actor
from engine.case.head import Head, heads_in
from engine.case.time.instants import to_text
from engine.service.keeping import verification
from engine.service.keeping.checkpoints import Checkpoints
from engine.service.keeping.journal import PROGRAM, Journal, Kind
from engine.service.keeping.proof import Proof
from engine.service.site import Site
from engine.store.keeping import archive
from engine.store.locks import Lock, hold
from engine.store.messages.outbox import EMAIL, WEBHOOK, email_body, queue_email, queue_to_hooks, was_queued

# What stands in place of an address where every hook is to be told.
HOOKS = "hooks"
KEEP = "Keep this line where nobody who keeps the database can change it: casework verify --against proves by it."


class Keeping:
    """What keeps the records of one site."""

    def __init__(self, site: Site, key: bytes = b"") -> None:
        self._site = site
        self._key = key
        self.checkpoints = Checkpoints(site, key)
        self._journal = Journal(site.database, site.clock)

    def backup(self, file: Path, *, recipients: Sequence[str] = (), by: Actor | str = PROGRAM) -> archive.Counted:
        """Write everything, with the documents, into one new file, while others go on working.

        `recipients`: the public keys (age or ssh) of those who can read it, where not everybody who has it shall.

        Raises:
            BadArchive: the file is there already, or cannot be written.
            BadKey: a recipient is no public key, or pyrage is not installed.
        """
        with self._site.database.reading() as connection:
            written = archive.write_archive(connection, self._site.documents, file, self._site.clock.now(), recipients)
        with self._site.database.writing() as connection:
            counts = {"cases": written.cases, "documents": written.documents}
            self._journal.note(connection, by, (Kind.BACKUP, "made"), file.name, after=counts)
        return written

    def head(self, older_than: timedelta | None = None) -> Head:
        """The newest checkpoint, whose line is to be kept outside; a new one where there is none, or where it is as
        old as this.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or somebody writes for too long.
        """
        return self.checkpoints.head(older_than)

    def tell_head(self, to: str) -> bool:
        """Put the newest head into the outbox, once, for an e-mail address or for `hooks`; whether this put it there.

        Raises:
            DatabaseUnavailable: the database cannot be reached, or somebody writes for too long.
        """
        head, kind = self.head(), WEBHOOK if to == HOOKS else EMAIL
        subject, text = f"Checkpoint {head.number}", f"{head.line}\n\n{KEEP}"
        body = json.dumps({"head": head.line}) if kind == WEBHOOK else email_body(subject, text)
        now = to_text(self._site.clock.now())
        with self._site.database.writing() as connection:
            # Who waited for it sees what was told.
            hold(connection, Lock.TELLING)
            if was_queued(connection, kind, body):
                return False
            if kind == WEBHOOK:
                queue_to_hooks(connection, body, now)
            else:
                queue_email(connection, to, subject, text, now)
        return True

    def verify(self, progress: Callable[[int], None] | None = None, against: str = "") -> verification.Verified:
        """Recompute every hash chain and replay every case from its history, and compare all with what the checkpoints
        noted. Changes nothing. `against`: lines of heads that were kept outside, which the checkpoints have to fit.
        """
        with self._site.database.reading() as connection:
            # Reading is enough: it sees one moment however long it takes, and nobody waits for it.
            proof = Proof(connection, heads_in(against), self._key)
            found = verification.Verification(connection, self._site.catalogue, self._site.documents, proof)
            return found.run(progress)
