"""Provider: the sign-in of an organisation, by OpenID Connect (code flow with PKCE)."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2 as httpx
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from engine.source.fault import CaseworkError

SECONDS = 10
# For somebody who looks for the phone with their second factor.
WAIT_SECONDS = 600
# Whoever begins to sign in without end fills no memory: the oldest are forgotten.
MOST_WAITING = 10_000
# Never what a token names itself: "none", or a public key taken for a shared secret, would let anybody in.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


class SignInFailed(CaseworkError):
    """The provider cannot be reached, or what it said does not hold; the message never repeats a secret."""


@dataclass(frozen=True)
class Provider:
    """One provider. `issuer` is its address; what else is needed it describes itself."""

    issuer: str
    client_id: str
    client_secret: str
    title: str = "your organisation"

    def begin(self, back: str, wanted: str) -> tuple[str, dict[str, Any]]:
        """Where to send the browser, and what has to be remembered until it comes back.

        Raises:
            SignInFailed: the provider cannot be reached.
        """
        described, verifier, nonce = self._described(), secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        with self._client(back) as client:
            address, state = client.create_authorization_url(
                described["authorization_endpoint"], nonce=nonce, code_verifier=verifier
            )
        return address, {"state": state, "nonce": nonce, "verifier": verifier, "back": back, "next": wanted}

    def finish(self, address: str, remembered: dict[str, Any]) -> str:
        """The e-mail address that the provider vouches for.

        Raises:
            SignInFailed: it does not, or cannot be reached.
        """
        said = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        if not secrets.compare_digest(said.get("state", "").encode(), remembered["state"].encode()):
            raise SignInFailed("the state is another one")
        # RFC 9207: what one provider answers must not be taken for the answer of another.
        if said.get("iss", self.issuer).rstrip("/") != self.issuer.rstrip("/"):
            raise SignInFailed("another provider answered")
        described = self._described()
        try:
            with self._client(remembered["back"]) as client:
                token = client.fetch_token(
                    described["token_endpoint"],
                    code=said.get("code", ""),
                    grant_type="authorization_code",
                    code_verifier=remembered["verifier"],
                )
            keys = KeySet.import_key_set(httpx.get(described["jwks_uri"], timeout=SECONDS).raise_for_status().json())
        except Exception as error:  # the library raises errors of many kinds; none of them may reach the browser
            raise SignInFailed(type(error).__name__) from None
        return self._email(token.get("id_token", ""), keys, remembered["nonce"])

    def _email(self, id_token: str, keys: KeySet, nonce: str) -> str:
        try:
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
            registry = jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            registry.validate(claims)
        except (JoseError, ValueError) as error:
            raise SignInFailed(type(error).__name__) from None
        email = claims.get("email")
        # Not verified, it may be anybody's: who types the address of somebody else there would be let in here as them.
        if not isinstance(email, str) or claims.get("email_verified") is not True:
            raise SignInFailed("it vouches for no e-mail address")
        return email

    def _client(self, back: str) -> OAuth2Client:
        return OAuth2Client(
            self.client_id,
            self.client_secret,
            scope="openid email",
            redirect_uri=back,
            code_challenge_method="S256",
            timeout=SECONDS,
        )

    def _described(self) -> dict[str, Any]:
        try:
            address = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            found: dict[str, Any] = httpx.get(address, timeout=SECONDS).raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            raise SignInFailed(type(error).__name__) from None
        if found.get("issuer") != self.issuer:
            raise SignInFailed("it calls itself by another address")
        return found


class Waiting:
    """What has to be remembered while a browser is at the provider, for ten minutes, in this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, value: dict[str, Any]) -> None:
        """Remember something."""
        with self._lock:
            self._kept[key] = (time.monotonic(), value)
            while len(self._kept) > MOST_WAITING:
                self._kept.popitem(last=False)

    def take(self, key: str) -> dict[str, Any] | None:
        """What was remembered, once; None where it is unknown or too old."""
        with self._lock:
            begun, value = self._kept.pop(key, (0.0, {}))
        return value if value and time.monotonic() - begun < WAIT_SECONDS else None
