"""People, organisations and tokens on both databases."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine import Engine
from engine.clock import SetClock
from engine.service import BadPerson, Organisation, Person
from engine.service.people.faults import NeedsOrganisation
from tests.conftest import LOAN, START


@pytest.fixture
def sam(engine: Engine) -> Person:
    engine.people.add_organisation("Hilltop", "hinckley")
    return engine.people.add("sam", "Sam Reed", ["school"], "Hilltop")


def test_people_are_kept_and_changed(engine: Engine, sam: Person) -> None:
    jo = engine.people.add("jo", "", ["coordinator", "administrator", "coordinator"])
    assert (jo.name, jo.roles, jo.organisation) == ("jo", ("administrator", "hbep-referral/coordinator"), None)
    assert engine.people.everybody() == [jo, sam]
    assert engine.people.organisations() == [Organisation("Hilltop", "hinckley")]
    changed = engine.people.change(replace(sam, name="Sam R", roles=("senco",), active=False))
    assert engine.people.person("sam") == changed
    assert changed.actor.organisation == "Hilltop"


@pytest.mark.parametrize(
    ("login", "roles", "organisation", "said"),
    [
        ("sam", ["school"], "Hilltop", "Somebody signs in as sam already."),
        ("Sam R", ["school"], None, "A login has small letters"),
        ("engine", ["school"], "Hilltop", "As engine this program writes down what it does by itself."),
        ("program", ["school"], "Hilltop", "As program this program writes down what it does by itself."),
        ("kim", ["scool"], None, "There is no role scool. Did you mean school?"),
        ("kim", ["equipment-loan/school"], None, "There is no role equipment-loan/school."),
        ("kim", ["hbep-referral/administrator"], None, "There is no role hbep-referral/administrator."),
        ("kim", ["school"], "Hiltop", "There is no organisation Hiltop. Did you mean Hilltop?"),
    ],
)
def test_what_cannot_be_is_refused(
    engine: Engine, sam: Person, login: str, roles: list[str], organisation: str | None, said: str
) -> None:
    with pytest.raises(BadPerson) as bad:
        engine.people.add(login, "", roles, organisation)
    assert str(bad.value).startswith(said)
    assert engine.people.everybody() == [sam]


def test_a_role_that_several_processes_have_is_named_with_its_process(engine: Engine) -> None:
    engine.publish(LOAN.read_text().replace("equipment-loan", "other-loan"))
    with pytest.raises(BadPerson) as bad:
        engine.people.add("kim", "", ["clerk"])
    assert str(bad.value) == (
        "Several processes have a role clerk. Write it with its process: equipment-loan/clerk or other-loan/clerk."
    )
    kim = engine.people.add("kim", "", ["other-loan/clerk", "coordinator"])
    assert kim.roles == ("hbep-referral/coordinator", "other-loan/clerk")
    assert kim.actor.roles == {"hbep-referral/coordinator", "other-loan/clerk"}
    assert engine.people.add("ada", "", ["administrator"]).actor.roles == {"/administrator"}


def test_a_role_that_sees_its_own_cases_is_not_held_without_an_organisation(engine: Engine, sam: Person) -> None:
    for roles in (["school"], ["coordinator", "equipment-loan/member"]):
        with pytest.raises(NeedsOrganisation) as bad:
            engine.people.add("kim", "", roles)
        title = "Referring school" if roles == ["school"] else "Member"
        assert str(bad.value) == f"Name their organisation: as {title} they see only the cases of their own."
    kim = engine.people.add("kim", "", ["coordinator"])
    for refused in (
        replace(sam, organisation=None),
        replace(sam, organisation=None, active=False),
        replace(kim, roles=("coordinator", "school")),
    ):
        with pytest.raises(NeedsOrganisation):
            engine.people.change(refused)
    assert engine.people.everybody() == [kim, sam]
    assert engine.people.add("lee", "", ["panel_member"]).organisation is None


def test_a_version_that_makes_a_role_see_its_own_cases_names_who_lacks_an_organisation(
    engine: Engine, sam: Person, clock: SetClock
) -> None:
    ann = engine.people.add("ann", "", ["clerk"])
    assert engine.people.without_organisation() == []
    day = (START + timedelta(days=10)).date().isoformat()
    text = re.sub(r"version: .*", "version: strict", LOAN.read_text(), count=1)
    text = re.sub(r"effective_from: .*", f"effective_from: {day}", text, count=1)
    engine.publish(text.replace("clerk: {title: Clerk}", "clerk: {title: Clerk, sees: own}"))
    assert engine.people.without_organisation() == [ann]  # before its day too: there is time to mend it
    with pytest.raises(NeedsOrganisation):
        engine.people.change(replace(ann, name="Ann"))
    assert engine.people.change(replace(ann, active=False)).active is False
    with pytest.raises(NeedsOrganisation):
        engine.people.change(ann)
    assert engine.people.change(replace(ann, organisation="Hilltop")).organisation == "Hilltop"
    assert engine.people.without_organisation() == []


def test_an_invitation_of_an_earlier_start_holds_until_one_is_used(engine: Engine, clock: SetClock) -> None:
    engine.people.add("ada", "", ["administrator"])
    first, is_other = engine.accounts.invite_again("ada")
    assert not is_other
    clock.set(START + timedelta(days=1))
    second, is_other = engine.accounts.invite_again("ada")
    assert is_other
    assert [engine.accounts.invited(one) for one in (first, second)] == ["ada", "ada"]
    clock.set(START + timedelta(days=7))
    assert [engine.accounts.invited(one) for one in (first, second)] == [None, "ada"]
    third, is_other = engine.accounts.invite_again("ada")
    assert is_other
    assert engine.accounts.accept(second, "correct horse battery") == "ada"
    assert engine.accounts.invited(third) is None
    third, fourth = (engine.accounts.invite("ada") for _ in range(2))
    assert [engine.accounts.invited(one) for one in (third, fourth)] == [None, "ada"]


def test_organisations_have_names_of_their_own(engine: Engine, sam: Person) -> None:
    for name in ("Hilltop", " Hilltop ", "", "x" * 201):
        with pytest.raises(BadPerson):
            engine.people.add_organisation(name)
    with pytest.raises(BadPerson):
        engine.people.change(Person("nobody", "", ()))
    with pytest.raises(BadPerson):
        engine.people.person("nobody")


def test_a_token_holds_until_it_expires_or_is_revoked(engine: Engine, sam: Person, clock: SetClock) -> None:
    secret, token = engine.people.issue_token("sam", "report", ["read"], 30)
    grant = engine.people.identify(secret)
    assert grant is not None
    assert (grant.person, grant.scopes, grant.token) == (sam, {"read"}, token.id)
    assert engine.people.identify(secret + "x") is None
    clock.set(START + timedelta(days=30))
    assert engine.people.identify(secret) is None
    second, other = engine.people.issue_token("sam", "", ["write", "read"], 1)
    assert other.scopes == ("read", "write")
    engine.people.revoke_token(other.id)
    assert engine.people.identify(second) is None
    with pytest.raises(BadPerson):
        engine.people.revoke_token(other.id)
    assert [one.title for one in engine.people.tokens("sam")] == ["report", "token"]
    assert engine.people.tokens("nobody") == []


def test_one_who_is_not_active_can_do_nothing(engine: Engine, sam: Person) -> None:
    secret, _ = engine.people.issue_token("sam", "", ["read"], 30)
    engine.people.change(replace(sam, active=False))
    assert engine.people.identify(secret) is None


def test_who_was_inactive_comes_back_without_what_let_them_in_before(engine: Engine, sam: Person) -> None:
    """A token in an old script, an address in an old telephone, a letter with an invitation: none of them waits."""
    secret, _ = engine.people.issue_token("sam", "script", ["read"], 30)
    feed, invitation = engine.accounts.new_feed("sam"), engine.accounts.invite("sam")
    engine.people.change(replace(sam, active=False))
    back = engine.people.change(replace(sam, active=True))
    assert back.active
    assert engine.people.identify(secret) is None
    assert engine.accounts.feed_of(feed) is None
    assert engine.accounts.invited(invitation) is None
    [kept] = engine.people.tokens("sam")
    assert kept.revoked is not None
    told = [(one.kind, one.did) for one in engine.journal("ada:administrator").items if one.about == "sam"]
    assert ("token", "revoked") in told
    assert engine.people.identify(engine.people.issue_token("sam", "new", ["read"], 30)[0]) is not None


def test_the_secret_of_a_token_is_not_kept(engine: Engine, sam: Person) -> None:
    secret, _ = engine.people.issue_token("sam", "", ["read"], 30)
    with engine.database.reading() as connection:
        rows = str(connection.execute(text("SELECT * FROM tokens")).all())
    assert secret not in rows
    assert secret.removeprefix("cw_") not in rows


@pytest.mark.parametrize(("scopes", "days"), [([], 30), (["all"], 30), (["read"], 0), (["read"], 367)])
def test_a_token_that_cannot_be_is_refused(engine: Engine, sam: Person, scopes: list[str], days: int) -> None:
    with pytest.raises(BadPerson):
        engine.people.issue_token("sam", "", scopes, days)
    with pytest.raises(BadPerson):
        engine.people.issue_token("nobody", "", ["read"], 30)
    assert engine.people.tokens() == []
