"""Provider: the sign-in of an organisation, by OpenID Connect (code flow with PKCE)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
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
# Never what a token names itself: "none", or a public key taken for a shared secret, would let anybody in.
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


class SignInFailed(CaseworkError):
    """The provider cannot be reached, or what it said does not hold; the message never repeats a secret."""


def claim_and_value(text: str) -> tuple[str, str]:
    """What stands before and behind the sign in `CLAIM=VALUE`.

    Raises:
        ValueError: one of them is missing.
    """
    claim, _, value = (part.strip() for part in text.partition("="))
    if not (claim and value):
        raise ValueError("a claim and its value")
    return claim, value


@dataclass(frozen=True)
class Provider:
    """One provider. `issuer` is its address; what else is needed it describes itself.

    `trusted`: a claim and its value, `CLAIM=VALUE`, by which addresses are believed of a provider that calls none
    verified; empty for one that does.
    """

    issuer: str
    client_id: str
    client_secret: str
    title: str = "your organisation"
    trusted: str = ""

    def begin(self, back: str, wanted: str) -> tuple[str, dict[str, str]]:
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

    def finish(self, address: str, remembered: Mapping[str, str]) -> str:
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
        if not isinstance(email, str) or not self._vouches(claims):
            raise SignInFailed("it vouches for no e-mail address")
        return email

    def _vouches(self, claims: Mapping[str, Any]) -> bool:
        """Whether the e-mail address is that of who signed in. One that is said not to be is believed in no case."""
        said = claims.get("email_verified")
        if not self.trusted or said is False or str(said).lower() == "false":
            return said is True
        claim, value = claim_and_value(self.trusted)
        found = claims.get(claim)
        # As JSON has it: true is another value than "true" there, and providers give both.
        return (str(found).lower() if isinstance(found, bool) else found) == value

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
        # OpenID Connect Discovery asks for it: else one provider could speak for another.
        if found.get("issuer") != self.issuer:
            raise SignInFailed("it calls itself by another address")
        return found
