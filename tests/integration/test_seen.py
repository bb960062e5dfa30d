"""What thousands see who hold tasks is one condition: asked for each of them it would be more than SQLite takes."""

from __future__ import annotations

from sqlalchemy import insert, select

from engine import Engine
from engine.service.lists.finder import TasksWanted
from engine.store.tables import organisations, people, tasks
from tests.integration.site import settle
from tests.steps import PUPIL, done


def test_thousands_who_hold_tasks_are_asked_about_together(engine: Engine) -> None:
    settle(engine)
    case = done(engine.open_case("hbep-referral", "coordinator", {**PUPIL, "school": "Hilltop"}, state="panel")).id
    rows = range(1200)
    with engine.database.writing() as connection:
        told = [{"name": f"O{n}", "area": "", "name_order": f"o{n}", "processes": "[]"} for n in rows]
        connection.execute(insert(organisations), told)
        known = connection.execute(select(organisations.c.name, organisations.c.id))
        numbers = {row[0]: row[1] for row in known}
        held = {"name": "x", "roles": '["hbep-referral/school"]', "active": True}
        of = [numbers["Hilltop" if n % 2 else f"O{n}"] for n in rows]
        who = [{**held, "login": f"h{n}", "organisation_id": where} for n, where in zip(rows, of, strict=True)]
        connection.execute(insert(people), who)
        opened = {"case_id": case, "role": "school", "raised": "2023"}
        connection.execute(insert(tasks), [{**opened, "task": f"t{n}", "person": f"h{n}"} for n in rows])
    with engine.finder() as finder:
        # Those of other organisations cannot do theirs.
        assert finder.count_tasks(TasksWanted(stranded=True), None, 5000) == 600
