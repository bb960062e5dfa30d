"""Ceremonies: what a browser is asked so that a passkey is made or used, and whether what it answers is right.

As Web Authentication has it, by the library `webauthn`. Which site it is comes from the settings, never from a request.
It touches nothing.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from engine.source.address import parts_of
from engine.source.fault import Invalid
from engine.store.people.passkeys import StoredPasskey

# The library is loaded where it is needed: it takes longer than most commands do.
if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

# For somebody who looks for the device: as long as browsers wait at most.
WAIT_MS = 300_000
# Far more than any device says; what is longer is not looked at.
MOST = 60_000
_TITLE = "casework"


class BadPasskey(Invalid):
    """A passkey that cannot be kept, or an answer of one that is not right; the message says why."""


@dataclass(frozen=True)
class RelyingParty:
    """The site that passkeys are of: the name of its machine (`id`), and where its pages come from (`origin`)."""

    id: str
    origin: str


@dataclass(frozen=True)
class Made:
    """A passkey that a device has made."""

    credential: str
    public_key: str
    transports: tuple[str, ...]
    count: int


def party_of(address: str) -> RelyingParty | None:
    """The site at an address; None where browsers make no passkeys: without https, and where a machine has no name."""
    parts = parts_of(address)
    host = (parts.hostname or "").rstrip(".") if parts else ""
    if parts is None or not host or _is_number(host):
        return None
    is_here = host == "localhost" or host.endswith(".localhost")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        return None
    name = host.encode("idna").decode("ascii")
    port = f":{parts.port}" if parts.port not in {None, {"https": 443, "http": 80}[parts.scheme]} else ""
    return RelyingParty(name, f"{parts.scheme}://{name}{port}")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def handle_of(site: str, person: int) -> bytes:
    """What devices know a person by: always the same, and told to nobody else what it stands for."""
    return hashlib.sha256(f"casework passkeys\n{site}\n{person}".encode()).digest()


def to_make(
    party: RelyingParty, login: str, name: str, handle: bytes, challenge: bytes, known: Iterable[StoredPasskey]
) -> str:
    """What a browser is asked, as JSON, so that a device makes a passkey; none of those that hold a known one."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import AuthenticatorSelectionCriteria as Selection
    from webauthn.helpers.structs import ResidentKeyRequirement, UserVerificationRequirement

    # Preferred: a plain key that keeps nothing and knows no fingerprint is still a second factor.
    wanted = Selection(
        resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
    )
    return options_to_json(
        generate_registration_options(
            rp_id=party.id,
            rp_name=_TITLE,
            user_name=login,
            user_id=handle,
            user_display_name=name,
            challenge=challenge,
            timeout=WAIT_MS,
            authenticator_selection=wanted,
            exclude_credentials=[_described(one) for one in known],
        )
    )


def made(party: RelyingParty, said: str, challenge: bytes) -> Made:
    """The passkey that a device made when it was asked with this challenge.

    Raises:
        BadPasskey: it was made for another site, another challenge, or is none.
    """
    from webauthn import verify_registration_response

    try:
        found = verify_registration_response(
            credential=_parsed(said),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
        transports = _parsed(said)["response"].get("transports") or []
    except Exception as error:  # the library raises errors of many kinds; none of them may reach the browser
        raise BadPasskey(f"This is not a passkey for this site ({type(error).__name__}).") from None
    known = tuple(str(one) for one in transports if one in _TRANSPORTS)
    return Made(_written(found.credential_id), _written(found.credential_public_key), known, found.sign_count)


def to_use(party: RelyingParty, challenge: bytes, known: Iterable[StoredPasskey], *, alone: bool) -> str:
    """What a browser is asked, as JSON, so that a device uses one of the known passkeys, or whichever it has.

    `alone`: the device has to make sure who holds it, for nothing else is asked for.
    """
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement as Verification

    return options_to_json(
        generate_authentication_options(
            rp_id=party.id,
            challenge=challenge,
            timeout=WAIT_MS,
            allow_credentials=[_described(one) for one in known],
            user_verification=Verification.REQUIRED if alone else Verification.PREFERRED,
        )
    )


def used(
    party: RelyingParty, said: str, challenge: bytes, passkey: StoredPasskey, handle: bytes, *, alone: bool
) -> int:
    """How often the device says that the passkey was used, when it was asked with this challenge.

    Raises:
        BadPasskey: it was used for another site, another challenge or another person, or the signature is not right,
            or who held the device was not made sure of where it is used alone.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import parse_authentication_credential_json

    try:
        answered = parse_authentication_credential_json(_parsed(said))
        found = verify_authentication_response(
            credential=answered,
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=_read(passkey.public_key),
            # How often it was used before is compared by who knows it, and tells of it.
            credential_current_sign_count=0,
            require_user_verification=alone,
        )
        theirs = answered.response.user_handle
    except Exception as error:
        raise BadPasskey(f"This passkey was not used for this site ({type(error).__name__}).") from None
    # Where nobody was named before, the device has to name them.
    if theirs != handle and (alone or theirs):
        raise BadPasskey("This passkey is of somebody else.")
    return found.new_sign_count


def credential_in(said: str) -> str:
    """What the device calls the passkey that it has used; empty where it says nothing of the kind."""
    try:
        found = _parsed(said).get("id")
    except ValueError:
        return ""
    return found if isinstance(found, str) else ""


def is_later(count: int, before: int) -> bool:
    """Whether a device that counts goes on behind what it said before: a copy of it would not. Some count nothing."""
    return count > before or count == before == 0


_TRANSPORTS = ("ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb")


def _described(passkey: StoredPasskey) -> PublicKeyCredentialDescriptor:
    from webauthn.helpers.structs import AuthenticatorTransport
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor as Descriptor

    known = [AuthenticatorTransport(one) for one in passkey.transports]
    return Descriptor(id=_read(passkey.credential), transports=known or None)


def _parsed(said: str) -> dict[str, Any]:
    """What a browser said.

    Raises:
        ValueError: it is nothing that could be looked at.
    """
    if len(said) > MOST:
        raise ValueError("too long")
    try:
        found = json.loads(said)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
