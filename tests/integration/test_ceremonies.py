"""Ceremonies: which sites have passkeys, what browsers are asked, and that what they answer wrongly is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.service.people.ceremonies import (
    MOST,
    BadPasskey,
    RelyingParty,
    credential_in,
    handle_of,
    is_later,
    made,
    party_of,
    to_make,
    to_use,
    used,
)
from engine.store.people.passkeys import StoredPasskey
from tests.devices import HERE, Device

CHALLENGE, OTHER = bytes(range(32)), bytes(32)
HANDLE = handle_of("site", 1)
ELSEWHERE = RelyingParty("localhost.example", "http://localhost.example")


@pytest.mark.parametrize(
    ("address", "party"),
    [
        ("https://casework.example.org", ("casework.example.org", "https://casework.example.org")),
        ("https://Casework.Example.org:443/", ("casework.example.org", "https://casework.example.org")),
        ("https://casework.example.org:8443", ("casework.example.org", "https://casework.example.org:8443")),
        ("https://schüle.example", ("xn--schle-mva.example", "https://xn--schle-mva.example")),
        ("http://localhost:8000", ("localhost", "http://localhost:8000")),
        ("http://localhost:80", ("localhost", "http://localhost")),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]", None),
        ("http://casework.example.org", None),
        ("ftp://localhost", None),
        ("https://", None),
        ("", None),
    ],
)
def test_a_site_has_passkeys_where_browsers_make_them(address: str, party: tuple[str, str] | None) -> None:
    assert party_of(address) == (RelyingParty(*party) if party else None)


def kept(device: Device, options: str) -> StoredPasskey:
    found = made(HERE, device.made(options), CHALLENGE)
    return StoredPasskey(1, 1, "jo", "Laptop", found.credential, found.public_key, found.transports, "", found.count)


def asked_to_make(*known: StoredPasskey) -> str:
    return to_make(HERE, "jo", "Jo", HANDLE, CHALLENGE, known)


def test_a_browser_is_asked_for_a_passkey_that_says_nothing_of_its_device() -> None:
    known = kept(Device(), asked_to_make())
    asked = json.loads(asked_to_make(known))
    assert asked["rp"] == {"name": "casework", "id": "localhost"}
    assert (asked["user"]["name"], asked["user"]["displayName"], asked["attestation"]) == ("jo", "Jo", "none")
    assert asked["authenticatorSelection"]["residentKey"] == "preferred"
    [excluded] = asked["excludeCredentials"]
    assert (excluded["id"], excluded["transports"]) == (known.credential, ["internal"])


def test_a_browser_is_asked_for_one_of_the_known_or_for_any_that_makes_sure_who_holds_it() -> None:
    known = kept(Device(), asked_to_make())
    asked = json.loads(to_use(HERE, CHALLENGE, [known], alone=False))
    assert ([one["id"] for one in asked["allowCredentials"]], asked["userVerification"]) == (
        [known.credential],
        "preferred",
    )
    asked = json.loads(to_use(HERE, CHALLENGE, [], alone=True))
    assert (asked["allowCredentials"], asked["userVerification"], asked["rpId"]) == ([], "required", "localhost")


def test_what_people_are_called_to_devices_is_of_one_site_and_person() -> None:
    assert len({handle_of("site", 1), handle_of("site", 2), handle_of("other", 1), handle_of("site", 11)}) == 4
    assert handle_of("site", 1) == HANDLE
    assert len(HANDLE) == 32


def test_a_passkey_of_another_site_or_challenge_is_not_kept() -> None:
    options = asked_to_make()
    for party in (ELSEWHERE, replace(HERE, origin="https://localhost:8000"), replace(HERE, id="example")):
        with pytest.raises(BadPasskey):
            made(HERE, Device(party).made(options), CHALLENGE)
    with pytest.raises(BadPasskey):
        made(HERE, Device().made(options), OTHER)


@pytest.mark.parametrize(
    "said", ["", "x", "[]", "{}", "null", '{"id": 1}', "[" * 50_000, "x" * (MOST + 1), '{"response": {}}', "1" * 9999]
)
def test_what_is_no_answer_is_refused(said: str) -> None:
    device = Device()
    passkey = kept(device, asked_to_make())
    with pytest.raises(BadPasskey):
        made(HERE, said, CHALLENGE)
    with pytest.raises(BadPasskey):
        used(HERE, said, CHALLENGE, passkey, HANDLE, alone=True)
    assert credential_in(said) == ""


def test_one_answer_is_not_another() -> None:
    device = Device()
    passkey = kept(device, asked_to_make())
    with pytest.raises(BadPasskey):
        made(HERE, device.used(to_use(HERE, CHALLENGE, [], alone=True)), CHALLENGE)
    with pytest.raises(BadPasskey):
        used(HERE, device.made(asked_to_make()), CHALLENGE, passkey, HANDLE, alone=False)


def test_a_passkey_is_used_for_this_site_this_challenge_and_this_person() -> None:
    device, options = Device(), to_use(HERE, CHALLENGE, [], alone=True)
    passkey = kept(device, asked_to_make())
    said = device.used(options)
    assert credential_in(said) == passkey.credential
    assert used(HERE, said, CHALLENGE, passkey, HANDLE, alone=True) == 1
    assert used(HERE, device.used(options, userHandle=None), CHALLENGE, passkey, HANDLE, alone=False) == 2
    wrong = [
        (said, OTHER, passkey, HANDLE),
        (said, CHALLENGE, passkey, handle_of("site", 2)),
        (said, CHALLENGE, kept(Device(), asked_to_make()), HANDLE),
        (replace(device, party=ELSEWHERE).used(options), CHALLENGE, passkey, HANDLE),
        (replace(device, party=replace(HERE, origin="http://localhost:9")).used(options), CHALLENGE, passkey, HANDLE),
        (replace(device, party=replace(HERE, id="example")).used(options), CHALLENGE, passkey, HANDLE),
        (device.used(options, signature="AAAA"), CHALLENGE, passkey, HANDLE),
        (device.used(options, userHandle="AAAA"), CHALLENGE, passkey, HANDLE),
        (Device(credential=device.credential, handle=HANDLE).used(options), CHALLENGE, passkey, HANDLE),
    ]
    for alone in (True, False):
        for answer, challenge, of, handle in wrong:
            with pytest.raises(BadPasskey):
                used(HERE, answer, challenge, of, handle, alone=alone)


def test_alone_it_needs_to_make_sure_who_holds_it_and_to_name_them() -> None:
    device, options = Device(verifies=False), to_use(HERE, CHALLENGE, [], alone=True)
    passkey = kept(device, asked_to_make())
    assert used(HERE, device.used(options), CHALLENGE, passkey, HANDLE, alone=False) == 1
    with pytest.raises(BadPasskey):
        used(HERE, device.used(options), CHALLENGE, passkey, HANDLE, alone=True)
    device.verifies = True
    with pytest.raises(BadPasskey, match="somebody else"):
        used(HERE, device.used(options, userHandle=None), CHALLENGE, passkey, HANDLE, alone=True)


def test_a_device_that_counts_goes_on() -> None:
    found = [(is_later(count, before), count, before) for count, before in ((1, 0), (0, 0), (1, 1), (0, 1), (2, 3))]
    assert [one for one, *_ in found] == [True, True, False, False, False]
