"""Tokens: as they are stored, so they are told, without their secret."""

from __future__ import annotations

from datetime import timedelta

from engine import Engine
from engine.case.time.instants import to_text
from engine.service.people.tokens import Scope, Token, token_of
from engine.store.people.people import StoredToken
from tests.conftest import START


def test_a_token_is_told_as_it_is_stored() -> None:
    day = timedelta(days=1)
    stored = StoredToken(7, "sam", "report", ("read",), to_text(START), to_text(START + day), None)
    assert token_of(7, stored) == Token(7, "sam", "report", (Scope.READ,), START, START + day)
    revoked = StoredToken(7, "sam", "report", ("read",), to_text(START), to_text(START + day), to_text(START))
    assert token_of(7, revoked).revoked == START


def test_a_token_that_was_issued_is_told_the_same_in_each_list(engine: Engine) -> None:
    engine.people.add("sam", "", ["auditor"])
    secret, token = engine.people.issue_token("sam", "report", ["write", "read"], 30)
    assert (token.scopes, token.issued, token.expires) == (("read", "write"), START, START + timedelta(days=30))
    assert list(engine.directory.tokens().items) == engine.people.tokens("sam") == [token]
    assert secret not in str(token)
    engine.people.revoke_token(token.id)
    assert [one.revoked for one in engine.directory.tokens("sam").items] == [START]
