"""Settings: where the database is and who acts, from `CASEWORK_*` variables or a TOML file.

The file is `casework.toml` in the working folder, or what `CASEWORK_CONFIG` names. A variable wins over
the file. Values are never printed: an address may hold a password.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

from engine.source.address import parts_of
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
    sign-in of an organisation; `oidc_trusted`: the claim, and its value, by which a provider is believed that calls no
    e-mail address verified. `clamd`: the virus scanner, as `host:port` or the path of a socket. `smtp`: the
    mail server, as `host:port`, with `smtp_user` and `smtp_password`; `smtp_security`: how it is talked to, `starttls`,
    `tls` or `none`; `mail_from`: whom e-mails come from.
    `hook_hosts`: the machines of the own network that hooks may be on, separated by commas. `key_file`: the file of
    the keys that secrets are encrypted with; beside the database if empty. `key`: those keys themselves.
    `second_factor_roles`: the roles that need a second factor, separated by commas. `password_words`: words of the
    place, which make a password easy to guess, separated by commas.
    `head_key_file`: a file with the key that seals the heads of checkpoints. `head_to`: whom heads are sent to: an
    e-mail address, or `hooks`. `proxies`: the addresses or networks of
    the proxies in front of the site, separated by commas: they alone are believed about who asks.
    """

    database_url: str = "sqlite:///casework.db"
    documents: str = ""
    by: str = ""
    log_format: str = "console"
    log_level: str = "info"
    address: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    # Not in the repr, which ends up in logs and reports.
    oidc_client_secret: str = field(default="", repr=False)
    oidc_title: str = "your organisation"
    oidc_trusted: str = ""
    clamd: str = ""
    smtp: str = ""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_security: str = ""
    mail_from: str = ""
    hook_hosts: str = ""
    key_file: str = ""
    key: str = field(default="", repr=False)
    head_key_file: str = ""
    head_to: str = ""
    proxies: str = ""
    second_factor_roles: str = ""
    password_words: str = ""


_NAMES = tuple(one.name for one in fields(Settings))
# What every token of a provider has alike, or whoever signs in chooses.
_ANYBODYS = frozenset({"email", "email_verified", "name", "preferred_username", "upn", "nonce", "aud", "iss"})
_CHOICES = {
    "log_format": ("console", "json"),
    "log_level": ("debug", "info", "warning", "error"),
    "smtp_security": ("starttls", "tls", "none"),
}


def listed(text: str) -> list[str]:
    """What a setting lists, separated by commas."""
    return [one.strip() for one in text.split(",") if one.strip()]


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
    parts = parts_of(found.get("address") or "https://localhost")
    if parts is None or not parts.hostname:
        raise BadSettings("The setting address names no machine. Write it as https://casework.example.org.")
    _check_trusted(found.get("oidc_trusted", ""))
    _check_proxies(found.get("proxies", ""))
    if found.get("head_to") and found["head_to"] != "hooks" and "@" not in found["head_to"]:
        raise BadSettings("The setting head_to is an e-mail address of somebody who is kept here, or: hooks.")
    if found.get("key") and found.get("key_file"):
        raise BadSettings("Of the settings key and key_file only one can be set.")
    return Settings(**found)


def _check_trusted(text: str) -> None:
    if not text:
        return
    from engine.web.people.provider import claim_and_value

    try:
        claim, _ = claim_and_value(text)
    except ValueError:
        wanted = "a claim with its value, such as tid=72f988bf-86f1-41af-91ab-2d7cd011db47"
        raise BadSettings(f"The setting oidc_trusted is not {wanted}.") from None
    if claim in _ANYBODYS:
        raise BadSettings(f"The setting oidc_trusted names {claim}, which says nothing about whose the address is.")


def _check_proxies(text: str) -> None:
    if not text:
        return
    from engine.running.proxies import BadProxies, networks_of

    try:
        networks_of(text)
    except BadProxies as bad:
        wanted = "an address or a network such as 10.0.0.0/8, with nothing behind its own length"
        raise BadSettings(f"The setting proxies names {bad}, which is not {wanted}.") from None


def _from_file(environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    named = environment.get(PREFIX + "CONFIG", "")
    path = folder / (named or "casework.toml")
    # A file that was named must be there; else a mistyped name would mean another database.
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
