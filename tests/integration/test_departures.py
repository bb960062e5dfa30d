"""What ends for good when somebody may act no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine import Engine
from tests.conftest import START
from tests.integration.site import settle


def test_nothing_that_let_somebody_in_waits_for_their_return(engine: Engine) -> None:
    settle(engine)
    secret, _ = engine.people.issue_token("sam", "sync", ["read"], 30)
    feed = engine.accounts.new_feed("sam")
    today = START.date()
    for person, deputy in (("sam", "jo"), ("jo", "sam"), ("jo", "max")):
        engine.deputies.appoint(person, deputy, today, today + timedelta(days=9), by="/administrator")
    for active in (False, True):
        engine.people.change(replace(engine.people.person("sam"), active=active), by="/administrator")
    assert engine.people.identify(secret) is None
    assert engine.accounts.feed_of(feed) is None
    assert [one.login for one, _ in engine.deputies.acted_for("jo")] == []
    assert engine.deputies.acted_for("sam") == []
    assert [one.login for one, _ in engine.deputies.acted_for("max")] == ["jo"]
    done = [(one.kind, one.did, one.about) for one in engine.journal("/administrator", kind="deputy").items]
    assert ("deputy", "taken back", "jo") in done
    assert ("deputy", "taken back", "sam") in done
