"""Tables of registers: taken out and in again, tried first, by line and column; the same one twice changes nothing."""

from __future__ import annotations

import pytest

from engine import Engine
from engine.case.refusal import Code, Refusal
from engine.service.lists.registers import UnknownRegister
from engine.service.lists.sheets import Sheet
from tests.integration.test_lists_registers import CLERK, GUEST, HILL, MEMBER, clock, engine
from tests.lending import LENDING
from tests.steps import done

__all__ = ["clock", "engine"]
TABLE = "Name;Street;Rate an hour;Safety audit: done on\nHill Forge;Mill Lane;12.50;\nNew Forge;;9;2025-01-12\n"


def tried(engine: Engine, text: str | bytes, *, apply: bool = False, register: str = "workshops") -> Sheet:
    content = text if isinstance(text, bytes) else text.encode()
    found = engine.import_rows(register, content, CLERK, apply=apply)
    assert isinstance(found, Sheet)
    return found


def test_a_table_is_tried_then_written_once(engine: Engine) -> None:
    hill = done(engine.open_case("lending.workshops", CLERK, HILL)).id
    first = tried(engine, TABLE)
    assert [(one.line, one.what, one.number) for one in first.lines] == [
        (2, "changed", hill),
        (3, "new", None),
    ]
    assert first.lines[0].values == {"street": "Mill Lane"}
    assert (first.written, [one.title for one in engine.rows("workshops", by=CLERK).items]) == (False, ["Hill Forge"])
    second = tried(engine, TABLE, apply=True)
    assert (second.written, second.counts) == (True, {"new": 1, "same": 0, "changed": 1, "refused": 0})
    new = engine.case(second.lines[1].number or 0)
    assert (new.data["rate"], new.data["audit_until"]) == ("9.00", "2026-01-12")
    assert tried(engine, TABLE, apply=True).counts == {"new": 0, "same": 2, "changed": 0, "refused": 0}
    assert engine.case(hill).version == 2
    # What goes out comes in again as the same.
    text = engine.export_rows("workshops", CLERK)
    head = ["Number", "Name", "Street", "Rate an hour", "Safety audit: done on", "Insurance: done on"]
    assert text.splitlines()[0].lstrip("\ufeff").split(",")[:6] == head
    assert tried(engine, text).counts == {"new": 0, "same": 2, "changed": 0, "refused": 0}


def test_one_refused_line_and_nothing_is_written(engine: Engine) -> None:
    hill = done(engine.open_case("lending.workshops", CLERK, HILL)).id
    table = (
        "number,name,rate,audit_on\n"
        ",Good,5,\n"
        ",Bad,much,\n"
        ",Good,6,\n"
        f"{hill},Hill Forge,12.5,2025-01-11\n"
        "99,Other,1,\n"
        ",,7,\n"
        ",Late,,2030-01-01\n"
    )
    found = tried(engine, table, apply=True)
    assert (found.written, found.counts["refused"]) == (False, 6)
    said = [one.said for one in found.lines]
    assert said[0] == "line 2: new, Good"
    assert said[1].startswith("line 3: refused, Bad (Rate an hour: Rate an hour must be an amount of money.")
    assert said[2] == "line 4: refused, Good (It stands in line 2 already.)"
    assert said[3] == "line 5: refused, Hill Forge (Safety audit: done on: It is not changed by a table.)"
    assert said[4] == "line 6: refused, Other (Number: There is no current row 99.)"
    assert said[5] == "line 7: refused,  (Name: Name must be filled in.)"
    assert "Safety audit: done on" in found.lines[6].faults
    assert [one.number for one in engine.rows("workshops", by=CLERK).items] == [hill]


def test_who_may(engine: Engine) -> None:
    refused = engine.import_rows("workshops", TABLE.encode(), MEMBER, apply=True)
    assert isinstance(refused, Refusal)
    assert refused.code is Code.NOT_ALLOWED
    with pytest.raises(UnknownRegister):
        engine.import_rows("workshops", TABLE.encode(), GUEST)
    with pytest.raises(UnknownRegister):
        engine.export_rows("workshops", GUEST)


def test_the_same_table_means_something_again_once_a_row_was_changed_or_ended(engine: Engine) -> None:
    hill = done(engine.open_case("lending.workshops", CLERK, HILL)).id
    new = tried(engine, TABLE, apply=True).lines[1].number
    assert new is not None
    done(engine.fire(hill, "change", CLERK, {"street": "High Street"}))
    done(engine.fire(new, "end", CLERK, {"why_ended": "Closed"}))
    again = tried(engine, TABLE, apply=True)
    assert [one.what for one in again.lines] == ["changed", "new"]
    assert engine.case(hill).data["street"] == "Mill Lane"
    assert again.lines[1].number not in (None, new)
    assert not engine.case(again.lines[1].number or 0).ended
    assert tried(engine, TABLE, apply=True).counts["same"] == 2


def test_a_change_that_its_process_refuses_is_told_by_its_line(engine: Engine) -> None:
    street = "street: {title: Street, type: text, optional: true"
    stricter = LENDING.replace(street, f"{street}, check: 'street != \"Nowhere\"', say: There is no such street.")
    engine.publish(stricter.replace('version: "1"', 'version: "2"').replace("2000-01-01", "2000-01-02"))
    done(engine.open_case("lending.workshops", CLERK, HILL))
    found = tried(engine, "Name,Street\nHill Forge,Nowhere\n", apply=True)
    assert (found.written, [one.said for one in found.lines]) == (
        False,
        ["line 2: refused, Hill Forge (Street: There is no such street.)"],
    )
