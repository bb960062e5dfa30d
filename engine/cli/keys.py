"""Commands for the keys that secrets in the database are encrypted with: rotate-key."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from engine.cli.screen import out, say
from engine.cli.shared import opened
from engine.source.words import counted

if TYPE_CHECKING:
    from engine.service import Engine

PANEL = "Keeping"


def secure(engine: Engine) -> None:
    """Encrypt what is kept in plain form from before, and see that every key is there.

    Raises:
        NoKey: a key is missing that something was encrypted with.
    """
    from engine.store.keys import NoKey

    engine.safe.check_keys()
    try:
        many = engine.safe.encrypt_plain()
    except NoKey as missing:
        # They have worked until now: whoever brings an installation up to date is told, and not shut out.
        say(f"Secrets of authenticators and hooks are in the database in plain form. {missing}")
        return
    if many:
        say(f"{counted(many, 'secret')} of authenticators and hooks encrypted.")


def rotate_key() -> None:
    """Encrypt the secrets in the database anew: with a new key, which is put into the key file before the others.

    With CASEWORK_KEY, put the new key before the others there first. Keys of before stay, for backups of before.

    [bold]Example[/bold]

      CASEWORK_KEY_FILE=/etc/casework/key casework rotate-key
    """
    with opened() as engine:
        many = engine.safe.rotate_key()
    out(f"{counted(many, 'secret')} encrypted with the key that is now the first.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("rotate-key", rich_help_panel=PANEL)(rotate_key)
