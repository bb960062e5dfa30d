"""Links as a case keeps them."""

from __future__ import annotations

from engine.case.entry import Entry
from engine.case.links import (
    ends_by_link,
    is_linked,
    is_told,
    is_waiting,
    kept_far,
    kept_near,
    linked,
    mirrored,
    same_link,
)
from engine.case.snapshot import Snapshot
from tests.sets import REPAIRS, loaded

PROCESS, REPAIR = loaded(), loaded(REPAIRS)


def test_both_sides_of_a_link_find_each_other() -> None:
    for kind, sides in (("same", ("both", "both")), ("before", ("near", "far"))):
        near = kept_near(PROCESS, PROCESS.links[kind], 7, "")
        far = kept_far(near, 3, PROCESS, "")
        assert ((near["side"], near["case"]), (far["side"], far["case"])) == ((sides[0], 7), (sides[1], 3))
        assert same_link({"4": far}, near, 3) == "4"
        assert same_link({"2": near}, far, 7) == "2"
        assert same_link({"2": near}, far, 8) == ""
        assert is_linked({"2": near}, near)
        assert not is_linked({"2": near}, {**near, "case": 8})
    assert mirrored("near") == "far"


def test_only_the_side_that_asks_awaits_the_end() -> None:
    near = kept_near(PROCESS, PROCESS.links["repair"], 7, "")
    assert (is_waiting(near), "waits" in kept_far(near, 3, REPAIR, "")) == (True, False)
    assert is_told({"1": kept_far(near, 3, REPAIR, "")})
    assert not is_told({"1": near, "2": kept_near(PROCESS, PROCESS.links["same"], 7, "")})
    assert not is_waiting(kept_near(PROCESS, PROCESS.links["repair"], 7, "Mended"))
    assert "waits" not in kept_near(PROCESS, PROCESS.links["same"], 7, "")


def test_the_far_side_of_a_link_is_none_of_its_own() -> None:
    near = kept_near(PROCESS, PROCESS.links["before"], 7, "")
    far = kept_far(near, 3, PROCESS, "")
    assert ends_by_link("loans", {"2": near}) == {"before": [""]}
    assert ends_by_link("loans", {"2": far}) == {}
    repair = {str(n): kept_near(PROCESS, PROCESS.links["repair"], n, end) for n, end in ((10, "Mended"), (9, ""))}
    assert ends_by_link("loans", repair) == {"repair": ["", "Mended"]}


def entry(seq: int, **effects: object) -> Entry:
    return Entry(seq, "linked", "2024-01-08T09:00:00.000000Z", "2024-01-08T09:00:00.000000Z", "jo", "1", **effects)  # type: ignore[arg-type]


def test_links_are_made_known_more_of_and_removed() -> None:
    kept = kept_near(PROCESS, PROCESS.links["repair"], 7, "")
    made = linked({}, entry(2, links={"2": kept}))
    heard = linked(made, entry(3, links={"2": {"outcome": "Mended"}}))
    assert heard["2"] == {**kept, "outcome": "Mended"}
    assert linked(heard, entry(4, links={"2": kept}, unlinked=("2",))) == {}
    # What was erased of a history is no link any more.
    assert linked({}, entry(2, links={"2": ""})) == {}


def test_a_case_without_links_is_written_as_it_was_before_there_were_any() -> None:
    case = Snapshot("loans", "1", 1, "shelf", "", "")
    assert '"links"' not in case.as_json()
    assert "links" not in entry(2).plain()
    kept = {"2": kept_near(PROCESS, PROCESS.links["same"], 7, "")}
    with_one = Snapshot("loans", "1", 1, "shelf", "", "", links=kept)
    assert Snapshot.from_json(with_one.as_json()) == with_one


def test_which_case_it_is_stands_beside_the_entry_and_can_be_erased() -> None:
    kept = kept_near(PROCESS, PROCESS.links["same"], 7123, "")
    written = entry(2, links={"2": kept}).written(iter(["salt"]))
    assert "7123" not in written.body
    assert Entry.from_written(written.body, written.private).links == {"2": kept}
    assert Entry.from_written(written.body, written.without({"links/2"})).missing == ("links/2",)
