"""Order: lists and searches find everything once, whatever the names and the language of the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine import Engine
from engine.store.cases.index import reading_order, split
from engine.store.database import Database
from engine.store.lists.find import SORTS
from engine.store.tables import cases, words
from tests.conftest import LOAN, REFERRAL
from tests.steps import PUPIL, done

OLD = "0004"
ALPHABET = st.sampled_from("aAbBeEzZ09 -'’.éÉöÖÓßſﬁçñΩшНאا中한🎉_|\u0301")
NAMES = st.text(ALPHABET | st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
KNOWN = ("Ann", "ann", "Änne", "Anna-Lee", "anna lee", "O'Neil", "ONeil", "Zoë", "zoe", "Ólafur", "Oskar", "Åsa", "1st")


def open_named(engine: Engine, name: str, school: str = "Hilltop") -> int:
    data = {**PUPIL, "pupil_name": name, "school": school}
    return done(engine.open_case("hbep-referral", "coordinator", data, state="panel")).id


def all_pages(ask: Callable[[str], Any], name: Callable[[Any], Any]) -> list[Any]:
    """What the pages of a list hold, from the first to the last."""
    found, after = [], ""
    while True:
        page = ask(after)
        found += [name(one) for one in page.items]
        if not page.next:
            return found
        after = page.next


def is_shown(name: str) -> bool:
    """Whether a name is kept as it is: forms trim what is typed and take no signs that cannot be seen."""
    return name.strip() == name and name.isprintable()


SOME = st.lists(NAMES.filter(is_shown), min_size=12, max_size=20)
FEW = settings(max_examples=3, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


def check(engine: Engine, names: list[str], schools: list[str]) -> None:
    """Open cases of these names; every beginning of one finds it, and pages in every order hold each row once."""
    for index, name in enumerate((*names, *KNOWN)):
        number = open_named(engine, name, schools[index % len(schools)])
        for begin in (name[:end] for end in range(1, len(name) + 1)):
            assert not split(begin) or number in numbers_of(engine, begin, limit=1000, search=begin)
    for school in schools:
        done(engine.open_case("equipment-loan", "clerk", {"club": school, "item": "saw"}))
    everybody = set(numbers_of(engine, "all", limit=1000))
    narrowed: list[dict[str, Any]] = [{}, {"state": "panel"}, {"owner": "coordinator"}, {"organisation": schools[0]}]
    for sort in (*SORTS, *(f"-{one}" for one in SORTS)):
        for wanted in narrowed:
            found = numbers_of(engine, (sort, wanted), limit=7, sort=sort, **wanted)
            assert wanted or set(found) == everybody, sort
    tasks = all_pages(lambda after: engine.tasks(limit=7, after=after), lambda one: (one.case, one.task))
    assert len(tasks) == len(set(tasks)) >= len(schools)


def numbers_of(engine: Engine, why: Any, **wanted: Any) -> list[int]:
    """The numbers of cases on all pages, each of which is there once."""
    found = all_pages(lambda after: engine.cases(after=after, **wanted), lambda one: one.id)
    assert len(found) == len(set(found)), why
    return found


@FEW
@given(names=SOME, schools=SOME)
def test_every_beginning_finds_the_case_and_pages_hold_each_row_once(
    engine: Engine, names: list[str], schools: list[str]
) -> None:
    check(engine, names, schools)


READ = ["anna", "Anna-Lee", "anna lee", "de Souza", "Dean", "Edgar", "Édith", "edna", "Łódź", "Oakley", "O’Neil"]
READ += ["ONeil", "O'Neill", "Zoë", "zoe b"]


def test_lists_stand_as_people_look_for_names(engine: Engine) -> None:
    for name in reversed(READ):
        open_named(engine, name, name)
        engine.people.add_organisation(name)
    same = {"Anna-Lee": "anna lee", "O’Neil": "ONeil"}
    for sort in ("label", "organisation"):
        page = engine.cases(sort=sort, limit=1000, by="coordinator").items
        found = [one.organisation if sort == "organisation" else one.label for one in page]
        assert [same.get(str(one), one) for one in found] == [same.get(one, one) for one in READ], sort
        back = [one.id for one in engine.cases(sort=f"-{sort}", limit=1000, by="coordinator").items]
        assert back == [one.id for one in reversed(page)]
    listed = [same.get(one.name, one.name) for one in engine.people.organisations()]
    assert listed == [same.get(one, one) for one in READ]
    assert engine.verify().findings == ()


def test_a_name_with_an_apostrophe_is_found_with_it_and_without(engine: Engine) -> None:
    for name in ("Mary O'Neil", "Mary O’Neil", "Mary Oʼneíl", "Mary ONeil"):
        open_named(engine, name, "Hilltop")
    open_named(engine, "Mary Onei", "Hilltop")
    for typed in ("oneil", "ONEI mary", "one", "oneíl"):
        found = {one.id for one in engine.cases(search=typed, by="coordinator").items}
        assert {1, 2, 3, 4} <= found, typed
    for typed in ("neil", "o'neil", "o’ne"):
        assert [one.id for one in engine.cases(search=typed, by="coordinator").items][:2] == [1, 2], typed
    assert engine.verify().findings == ()


def test_names_are_found_by_the_letters_that_people_have(engine: Engine) -> None:
    names = ("Łukasz Wójcik", "Lukas Sørensen", "Lukasz Strauß", "Þór Æsason", "Işık İnci", "Σοφία Ιωάννου", "李 小明")
    for name in names:
        open_named(engine, name, "Hilltop")
        engine.people.add_organisation(f"{name} School")
    wanted = {"lukasz": [1, 3], "lukas": [1, 2, 3], "sorensen": [2], "SØR": [2], "strauss": [3], "strauß": [3]}
    wanted |= {"thor aesa": [4], "isik inci": [5], "ISIK": [5], "σοφια": [6], "小明": [7], "wojcik łuk": [1]}
    for typed, numbers in wanted.items():
        assert sorted(numbers_of(engine, "", search=typed)) == numbers, typed
        found = [one.name for one in engine.directory.organisations(search=typed).items]
        assert sorted(found) == sorted(f"{names[one - 1]} School" for one in numbers), typed
    by_name = numbers_of(engine, "", sort="label")
    assert by_name[:4] == [5, 2, 3, 1]  # Łukasz beside Lukasz, not behind Z
    assert engine.verify().findings == ()


def test_signs_find_nothing_and_nothing_finds_all(engine: Engine) -> None:
    open_named(engine, "Ann 100% O'Neil-Lee.", "Hill_top")
    engine.people.add_organisation("100% Hill_top.")
    engine.people.add("ann", "Ann_ O'Neil-Lee", [])
    for signs in ("%", "'", "---", ".", "\0", "*", "_", "a%", "%%%", "\\"):
        expected = [1] if signs == "a%" else []
        assert numbers_of(engine, "", search=signs) == expected, signs
        if signs not in ("_", "a%"):
            assert engine.directory.organisations(search=signs).items == (), signs
            assert engine.directory.people(search=signs).items == (), signs
    assert numbers_of(engine, "", search="  ") == [1]
    assert len(engine.directory.organisations(search="  ").items) == 1
    for typed in ("1", "#1", "case 1", "Case 1"):
        assert numbers_of(engine, "", search=typed) == [1], typed
    assert numbers_of(engine, "", search=" ".join(map(chr, range(97, 123))) + " x" * 80) == []
    assert numbers_of(engine, "", search="ann " * 1000) == [1]


def test_names_of_a_database_that_is_older_are_found_by_plain_letters(url: str, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path / "documents")
    engine.publish(REFERRAL)
    number = open_named(engine, "Łukasz Sørensen", "Þór School")
    engine.people.add_organisation("Þór School")
    engine.people.add("lukasz", "Łukasz Æ", [])
    with engine.database.writing() as connection:
        for statement in (
            "UPDATE words SET word = 'łukasz' WHERE word = 'lukasz'",
            "UPDATE cases SET label = 'łukasz sørensen', organisation_order = 'þór school'",
            "UPDATE people SET name_order = 'łukasz æ'",
            "UPDATE organisations SET name_order = 'þór school'",
        ):
            connection.exec_driver_sql(statement)
    engine.close()
    migrate(url, command.downgrade, "0024")
    Engine.prepare(url)
    again = Engine(url, documents=tmp_path / "documents")
    assert again.verify().findings == ()
    assert numbers_of(again, "", search="lukasz sorensen thor") == [number]
    assert [one.name for one in again.directory.organisations(search="thor").items] == ["Þór School"]
    assert [one.login for one in again.directory.people(search="łukasz ae").items] == ["lukasz"]
    again.close()


def test_a_name_with_a_hyphen_is_found_with_it_and_without(engine: Engine) -> None:
    for name in ("Anne-Marie Smith-Jones", "Anne\u2011Marie Smith\u2013Jones", "AnneMarie SmithJones"):
        open_named(engine, name, "Hilltop")
    open_named(engine, "Anne - Marie Smith Jones", "Hill-Top O'Neil-Lee")
    for typed in ("annemarie", "SMITHJO", "annem smithj", "smithjones"):
        found = [one.id for one in engine.cases(search=typed, by="coordinator").items]
        assert sorted(found) == [1, 2, 3], typed
    for typed in ("anne-marie", "smith-jones", "anne jones", "marie"):
        found = [one.id for one in engine.cases(search=typed, by="coordinator").items]
        assert sorted(found) == [1, 2, 4], typed
    found = [one.id for one in engine.cases(search="smith ann", by="coordinator").items]  # several words begin so
    assert sorted(found) == [1, 2, 3, 4]
    for typed in ("hilltop oneillee", "hill-top", "neil lee"):
        assert 4 in {one.id for one in engine.cases(search=typed, by="coordinator").items}, typed
    assert engine.verify().findings == ()


@pytest.mark.postgres
def test_the_same_in_a_database_without_a_language(empty_postgres: Callable[..., str], tmp_path: Path) -> None:
    address = empty_postgres("C")
    Engine.prepare(address)
    engine = Engine(address, documents=tmp_path / "documents")
    engine.publish(REFERRAL)
    engine.publish(LOAN)
    check(engine, ["Ünal", "ünal", "-"], ["Öst", "ost", "Z"])
    engine.close()


@pytest.mark.postgres
def test_a_database_made_for_a_language_comes_over_with_what_it_holds(
    empty_postgres: Callable[..., str], tmp_path: Path
) -> None:
    address = empty_postgres()
    Engine.prepare(address)
    engine = Engine(address, documents=tmp_path / "documents")
    engine.publish(REFERRAL)
    numbers = {name: open_named(engine, name) for name in KNOWN}
    before = engine.verify().cases
    engine.close()
    migrate(address, command.downgrade, OLD)
    assert "C" not in collations(address).values()
    migrate(address, command.upgrade, "head")
    assert set(collations(address).values()) == {"C"}
    again = Engine(address, documents=tmp_path / "documents")
    for name, number in numbers.items():
        assert number in [one.id for one in again.cases(search=name[:2]).items]
    assert again.verify().cases == before == len(KNOWN)
    assert again.verify().findings == ()
    again.close()


def migrate(address: str, way: Callable[[Config, str], None], revision: str) -> None:
    database, config = Database(address), Config()
    config.set_main_option("script_location", "engine.store:migrations")
    with database.writing() as connection:
        config.attributes["connection"] = connection
        way(config, revision)
    database.dispose()


def collations(address: str) -> dict[str, str]:
    """The order of each text in the tables, by table and column."""
    query = (
        "SELECT table_name || '.' || column_name, coalesce(collation_name, 'default') FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type IN ('text', 'character varying')"
        " AND table_name <> 'alembic_version'"
    )
    database = Database(address)
    with database.reading() as connection:
        found = {row[0]: row[1] for row in connection.execute(sqlalchemy.text(query))}
    database.dispose()
    return found


@pytest.mark.postgres
def test_every_text_has_the_order_of_its_code_points(fresh_postgres: Callable[[], str]) -> None:
    found = collations(fresh_postgres())
    assert len(found) > 50
    assert set(found.values()) == {"C"}


NUMBERED = """
process: numbered
version: "1"
title: Numbered
effective_from: 2000-01-01
initial: begun
label: figure
roles: {keeper: {title: The keeper}}
fields: {figure: {title: The figure, type: number}}
open: {by: [keeper], form: {figure: optional}}
states:
  begun:
    title: Begun
    owner: keeper
    deadline: {within: 10 years, raise: look}
    events: {end: {title: End, by: [keeper], to: over}}
  over: {title: Over, final: true, outcome: Over}
tasks: {look: {title: Look, role: keeper, due: 1 day}}
"""
FIGURES = ["-100", "-20.5", "-20.25", "-3", "-0.1", "0", "0.000001", "0.5", "2", "9", "9.5", "10", "123456789012345"]


def test_a_case_that_is_called_by_a_number_stands_by_it(engine: Engine) -> None:
    """On every page of the list and both ways, in a database for English too; and as one of before it comes there."""
    engine.publish(NUMBERED)
    for figure in ("", *FIGURES[::2], *reversed(FIGURES[1::2])):
        done(engine.open_case("numbered", "keeper", {"figure": figure}))

    def listed(sort: str) -> list[str]:
        return all_pages(lambda after: engine.cases(sort=sort, limit=3, after=after), lambda one: one.label)

    def check_order() -> None:
        assert listed("label") == [*FIGURES, "case 1"]
        assert listed("-label") == [*FIGURES[::-1], "case 1"]

    check_order()
    assert {one.label for one in engine.cases(search="-20.5").items} == {"-20.5"}
    # No word of a case is the text that stands for its number in order.
    with engine.database.reading() as connection:
        assert max(len(row[0]) for row in connection.execute(sqlalchemy.select(words.c.word))) == len(FIGURES[-1])
    with engine.database.writing() as connection:
        before = {one.label: reading_order(one.label) for one in engine.cases(limit=100).items}
        for number, figure in enumerate(("", *FIGURES[::2], *reversed(FIGURES[1::2])), 1):
            old = sqlalchemy.update(cases).where(cases.c.id == number).values(label=before.get(figure))
            connection.execute(old)
    assert listed("label") != [*FIGURES, "case 1"]
    assert [one.mended for one in engine.doctor.examine(mend=True) if one.where == "index"] == [True]
    check_order()
    assert engine.verify().findings == ()
