"""Settings: where the database is and who acts, from `CASEWORK_*` variables or a TOML file.

The file is `casework.toml` in the working folder, or what `CASEWORK_CONFIG` names. A variable wins over
the file. Values are never printed: an address may hold a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from engine.source.fault import Invalid
from engine.source.problem import nearest

PREFIX = "CASEWORK_"


class BadSettings(Invalid):
    """A setting that cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True)
class Settings:
    """What can be set.

    `database_url`: where everything is kept. `documents`: the folder of documents' contents; beside the
    database if empty. `by`: who acts when a command does not say. `log_format`: `console` or `json`.
    `log_level`: `debug`, `info`, `warning` or `error`. `address`: where people reach the pages, such as
    `https://casework.example.org`. `oidc_issuer`, `oidc_client_id`, `oidc_client_secret`, `oidc_title`: the
    sign-in of an organisation. `clamd`: the virus scanner, as `host:port` or the path of a socket. `smtp`: the
    mail server, as `host:port`, with `smtp_user` and `smtp_password`; `mail_from`: whom e-mails come from.
    """

    database_url: str = "sqlite:///casework.db"
    documents: str = ""
    by: str = ""
    log_format: str = "console"
    log_level: str = "info"
    address: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_title: str = "your organisation"
    clamd: str = ""
    smtp: str = ""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    mail_from: str = ""


_NAMES = tuple(one.name for one in fields(Settings))
_CHOICES = {"log_format": ("console", "json"), "log_level": ("debug", "info", "warning", "error")}


def load_settings(environment: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings that hold in `folder`.

    Raises:
        BadSettings: a file cannot be read, or a setting is unknown or has a value it cannot have.
    """
    found = _from_file(environment, folder)
    found |= {name: environment[PREFIX + name.upper()] for name in _NAMES if environment.get(PREFIX + name.upper())}
    for name, choices in _CHOICES.items():
        if name in found and found[name] not in choices:
            raise BadSettings(f"The setting {name} can be {' or '.join(choices)}.")
    if found.get("address") and not found["address"].startswith(("https://", "http://")):
        raise BadSettings("The setting address begins with https://.")
    return Settings(**found)


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    named = environment.get(PREFIX + "CONFIG", "")
    path = folder / (named or "casework.toml")
    if not named and not path.exists():
        return {}
    import tomllib

    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadSettings(f"The settings file {path} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"The settings file {path} is not TOML: {error}.") from None
    for name, value in raw.items():
        if name not in _NAMES:
            raise BadSettings(f"{path}: {name} is not a setting. {nearest(name, _NAMES)}")
        if not isinstance(value, str):
            raise BadSettings(f'{path}: {name} must be text in quotes: {name} = "…".')
    return raw
