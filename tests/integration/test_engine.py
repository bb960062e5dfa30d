"""Engine on both databases: the use cases one by one."""

from __future__ import annotations

import contextlib
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from engine import Actor, Engine
from engine.case.refusal import Code
from engine.clock import SetClock
from engine.service import UnknownCase, UnknownProcess, UnknownState
from engine.service.lists.cursors import BadCursor
from engine.source.problem import Refused
from engine.store.database import DatabaseUnavailable
from engine.store.documents import DocumentTooBig
from engine.store.site_documents import MARK
from tests.conftest import LOAN, REFERRAL, START
from tests.steps import PUPIL, REVIEW, done, in_panel, in_placement, offered, refusal

TEXT = REFERRAL.read_text()
CALENDAR_TEXT = (REFERRAL.parent / "calendars" / "leicestershire.yaml").read_text()


# Publishing


def test_the_same_text_again_is_no_new_version(engine: Engine) -> None:
    assert engine.publish(REFERRAL).is_new is False
    assert engine.processes() == {"equipment-loan": ["1"], "hbep-referral": ["2023-24.2"]}


def test_a_version_label_cannot_be_used_for_another_text(engine: Engine) -> None:
    with pytest.raises(Refused) as refused:
        engine.publish(TEXT.replace("capacity: 25", "capacity: 24"), CALENDAR_TEXT)
    assert [problem.code for problem in refused.value.problems] == ["version-reused"]
    assert engine.process("hbep-referral").places["ks3"].capacity == 25


def test_a_text_with_problems_is_not_kept(engine: Engine) -> None:
    with pytest.raises(Refused):
        engine.publish(TEXT.replace("2023-24.2", "2").replace("to: returned", "to: nowhere"), CALENDAR_TEXT)
    assert engine.processes()["hbep-referral"] == ["2023-24.2"]


def publish_second(engine: Engine, **changes: str) -> None:
    text = TEXT.replace("version: 2023-24.2", "version: 2024-25.1").replace("2023-09-01", "2024-09-01")
    for old, new in changes.items():
        text = text.replace(old, new)
    assert engine.publish(text, CALENDAR_TEXT).is_new


def test_new_cases_begin_on_the_version_in_force_and_open_ones_stay_on_theirs(engine: Engine, clock: SetClock) -> None:
    old = in_panel(engine)
    publish_second(engine)
    assert in_panel(engine).process_version == "2023-24.2"
    clock.set(datetime(2024, 9, 2, 9, tzinfo=UTC))
    assert in_panel(engine).process_version == "2024-25.1"
    moved = done(engine.fire(old.id, "managed_move", "coordinator"))
    assert moved.process_version == "2023-24.2"
    backdated = in_panel(engine, at=datetime(2024, 8, 30, 9, tzinfo=UTC))
    assert backdated.process_version == "2023-24.2"


def test_before_the_first_version_no_case_can_begin(engine: Engine) -> None:
    result = engine.open_case("hbep-referral", "coordinator", PUPIL, at=datetime(2023, 8, 31, 9, tzinfo=UTC))
    assert refusal(result).code is Code.NO_SUCH_EVENT
    with pytest.raises(UnknownProcess):
        engine.open_case("nothing", "coordinator")


def test_more_places_of_a_new_version_are_offered_to_those_who_wait(url: str, clock: SetClock, tmp_path: Path) -> None:
    engine = Engine(url, documents=tmp_path, clock=clock)
    engine.publish(TEXT.replace("KS3 place, capacity: 25", "KS3 place, capacity: 0"), CALENDAR_TEXT)
    waiting = offered(engine)
    assert waiting.waiting_for == "ks3"
    clock.set(START + timedelta(days=1))
    engine.publish(
        TEXT.replace("KS3 place, capacity: 25", "KS3 place, capacity: 1").replace("2023-24.2", "b"), CALENDAR_TEXT
    )
    assert engine.case(waiting.id).state == "programme.admission"
    engine.close()


def test_a_new_edition_of_a_calendar_counts_from_then_on(engine: Engine) -> None:
    changed = CALENDAR_TEXT.replace(
        "half_term: {from: 2023-10-16, to: 2023-10-20}", "half_term: {from: 2023-10-23, to: 2023-10-27}"
    )
    assert engine.publish(TEXT, changed).new_calendar
    case = in_placement(engine)
    due = {timer.timer: timer.due for timer in case.timers}
    assert due["programme/visit_due"].date() == date(2023, 10, 6)


# Cases


def test_a_case_tells_what_it_is(engine: Engine) -> None:
    case = in_placement(engine)
    assert (case.state, case.state_title, case.owner, case.organisation) == (
        "programme.placement",
        "Placement",
        "coordinator",
        "Hilltop",
    )
    assert case.places == ("ks3",)
    assert engine.free_places("hbep-referral") == {"ks3": 24, "ks4": 25}
    assert [timer.timer for timer in case.timers] == [
        "programme/visit_due",
        "programme.placement/review_due",
        "programme.placement/review_overdue",
        "programme/year_11_ends",
        "programme/year_10_begins",
    ]
    assert case == engine.case(case.id)


def test_what_may_be_done_and_why_not_the_rest(engine: Engine) -> None:
    case = done(
        engine.open_case("hbep-referral", "coordinator", {"school": "Hilltop", "key_stage": "KS3"}, state="panel")
    )
    found = {one.event.name: one.refusal for one in engine.possible_events(case.id, "coordinator")}
    assert found["managed_move"] is None
    assert refusal(found["offer_programme"]).missing == (
        "referral_form",
        "rrs_baseline",
        "send_plan",
        "ehcna",
        "ehcp",
        "consent",
    )
    school = {one.event.name: one.refusal for one in engine.possible_events(case.id, "x:school@Hilltop")}
    assert refusal(school["offer_programme"]).code is Code.NOT_ALLOWED
    assert school["withdraw"] is None


def test_somebody_of_another_organisation_finds_nothing(engine: Engine) -> None:
    case = in_panel(engine)
    stranger = Actor("x", frozenset({"school"}), "Elsewhere")
    for ask in (engine.case, engine.history, engine.report, engine.possible_events):
        with pytest.raises(UnknownCase):
            ask(case.id, stranger)
    with pytest.raises(UnknownCase):
        engine.document(case.id, "referral_form", stranger)
    assert engine.cases(by=stranger).items == ()
    assert engine.tasks(by=stranger).items == ()
    with pytest.raises(UnknownCase):
        engine.fire(case.id, "withdraw", stranger, {"reason": "x"})
    assert [one.id for one in engine.cases(by="y:school@Hilltop").items] == [case.id]
    assert engine.cases(by="y:school@Hilltop", organisation="Elsewhere").items == ()
    assert engine.cases(by="nobody").items == ()


def test_a_refusal_writes_nothing(engine: Engine) -> None:
    case = in_panel(engine)
    before = (engine.case(case.id), engine.history(case.id))
    refusal(engine.fire(case.id, "offer_programme", "coordinator", {"programme": "wrong"}))
    refusal(engine.fire(case.id, "hold_review", "coordinator"))
    refusal(engine.add_document(case.id, "nothing", b"x", "coordinator"))
    refusal(engine.add_document(case.id, "ehcp", b"", "coordinator"))
    assert (engine.case(case.id), engine.history(case.id)) == before
    assert engine.verify().findings == ()


def test_the_expected_version_guards_against_what_happened_meanwhile(engine: Engine) -> None:
    case = in_panel(engine)
    done(engine.fire(case.id, "add_details", "coordinator", {"tried": "A mentor"}, expected_version=case.version))
    late = refusal(engine.fire(case.id, "managed_move", "coordinator", expected_version=case.version))
    assert late.code is Code.CHANGED
    assert engine.case(case.id).state == "panel"


def test_an_idempotency_key_has_one_effect(engine: Engine) -> None:
    first = done(engine.open_case("hbep-referral", "coordinator", PUPIL, idempotency_key="a"))
    assert done(engine.open_case("hbep-referral", "coordinator", PUPIL, idempotency_key="a")).id == first.id
    case = in_panel(engine)
    moved = done(engine.fire(case.id, "add_details", "coordinator", {"tried": "x"}, idempotency_key="b"))
    done(engine.fire(case.id, "managed_move", "coordinator"))
    again = done(engine.fire(case.id, "add_details", "coordinator", {"tried": "x"}, idempotency_key="b"))
    assert (again.version, again.state, again.data) == (moved.version, "panel", moved.data)
    other = refusal(engine.fire(case.id, "add_details", "coordinator", {"tried": "y"}, idempotency_key="b"))
    assert other.code is Code.CHANGED
    added = done(engine.add_document(first.id, "ehcp", b"one", "coordinator", idempotency_key="c"))
    assert (
        done(engine.add_document(first.id, "ehcp", b"one", "coordinator", idempotency_key="c")).version == added.version
    )
    assert (
        refusal(engine.add_document(first.id, "ehcp", b"two", "coordinator", idempotency_key="c")).code is Code.CHANGED
    )


def test_a_refused_request_may_be_mended_under_its_key(engine: Engine) -> None:
    case = in_panel(engine)
    refusal(engine.fire(case.id, "school_continues", "coordinator", {}, idempotency_key="k"))
    done(engine.fire(case.id, "school_continues", "coordinator", {"advice": "x"}, idempotency_key="k"))


def test_timers_count_from_when_it_happened(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine)
    clock.set(START + timedelta(weeks=6))
    held = datetime(2023, 10, 20, 14)
    done(engine.fire(case.id, "hold_review", "coordinator", REVIEW, at=held))
    again = done(engine.fire(case.id, "continue_placement", "coordinator", at=held))
    due = {timer.timer: timer.due.strftime("%Y-%m-%d %H:%M") for timer in again.timers}
    assert due["programme.placement/review_due"] == "2023-11-24 14:00"
    entry = engine.history(case.id)[-1]
    assert (entry.at, entry.recorded) == ("2023-10-20T13:00:00.000000Z", "2023-10-23T08:00:00.000000Z")


def test_an_event_first_fires_what_was_due_before_it(engine: Engine, clock: SetClock) -> None:
    case = in_placement(engine)
    clock.set(START + timedelta(weeks=9))
    done(engine.fire(case.id, "hold_review", "coordinator", REVIEW))
    told = [one.what for one in engine.report(case.id).history]
    assert told[-5:] == [
        "Hold the six-weekly review: came up",
        "Visit the pupil this half term: escalated to Partnership Coordinator",
        "Review overdue: came up",
        "Review overdue: escalated to Inclusion Support Manager",
        "Review held",
    ]


def test_what_consent_covers_is_hidden_when_it_is_taken_back(engine: Engine) -> None:
    case = in_panel(engine)
    assert engine.case(case.id).label == "A Pupil"
    done(engine.fire(case.id, "record_consent", "coordinator", {"consent": "no"}))
    hidden = engine.report(case.id)
    assert hidden.case.label == f"case {case.id}"
    assert "A Pupil" not in str(hidden)
    assert "A Pupil" not in str(engine.history(case.id))
    assert "A Pupil" not in str(engine.tasks(case=case.id))
    assert "A Pupil" not in str(engine.timers())


def test_an_unknown_case_is_told(engine: Engine) -> None:
    with pytest.raises(UnknownCase, match="There is no case 999"):
        engine.fire(999, "withdraw", "coordinator", {"reason": "x"})
    with pytest.raises(UnknownCase):
        engine.case(999)


# Documents


def test_the_same_content_is_kept_once_and_an_earlier_document_stays(engine: Engine, tmp_path: Path) -> None:
    case = in_panel(engine)
    done(engine.add_document(case.id, "ehcp", b"same", "coordinator", name="../../etc/passwd"))
    done(
        engine.add_document(
            case.id, "ehcna", b"same", "coordinator", name="C:\\x\\plan.txt", media_type="application/pdf"
        )
    )
    done(engine.add_document(case.id, "ehcp", io.BytesIO(b"newer"), "coordinator"))
    found = [(one.document, one.name, one.type, one.size) for one in engine.case(case.id).documents]
    found = [one for one in found if one[0].startswith("ehc")]
    assert sorted(found) == [
        ("ehcna", "plan.txt", "text/plain", 4),
        ("ehcp", "ehcp", "text/plain", 5),
        ("ehcp", "passwd", "text/plain", 4),
    ]
    with engine.document(case.id, "ehcp") as content:
        assert content.read() == b"newer"
    kept = [file for file in (tmp_path / "documents").rglob("*") if file.is_file() and file.name != MARK]
    assert len(kept) == 5
    assert {oct(file.stat().st_mode & 0o777) for file in kept} == {"0o400"}


def test_the_folder_of_documents_may_be_named_by_a_text(url: str, tmp_path: Path) -> None:
    with contextlib.closing(Engine(url, documents=str(tmp_path / "papers"))) as made:
        made.publish(REFERRAL)
        case = done(made.open_case("hbep-referral", "coordinator", PUPIL, state="panel"))
        done(made.add_document(case.id, "ehcp", b"paper", "coordinator", name="paper.txt"))
    assert [one for one in (tmp_path / "papers").rglob("*") if one.is_file()]


def test_a_document_that_is_too_big_leaves_nothing_behind(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.store.documents.MOST_BYTES", 10)
    case = in_panel_without_papers(engine)
    with pytest.raises(DocumentTooBig):
        engine.add_document(case, "ehcp", b"x" * 11, "coordinator")
    assert [file.name for file in (tmp_path / "documents").rglob("*") if file.is_file()] == [MARK]


def in_panel_without_papers(engine: Engine) -> int:
    return done(engine.open_case("hbep-referral", "coordinator", PUPIL, state="panel")).id


# Tasks


def test_a_task_is_claimed_assigned_and_done(engine: Engine, clock: SetClock) -> None:
    case = done(engine.open_case("equipment-loan", "ann:member@Hobby", {"club": "Hobby", "item": "saw"}))
    clock.set(START + timedelta(hours=5))
    [task] = engine.tasks(roles=("clerk",), overdue=True).items
    assert (task.task, task.overdue, task.done_by) == ("answer", True, ("accept", "refuse"))
    claimed = done(engine.claim_task(case.id, "answer", "bob:clerk"))
    assert claimed.tasks[0].person == "bob"
    assert refusal(engine.claim_task(case.id, "answer", "eve:clerk")).code is Code.NOT_ALLOWED
    assert [one.case for one in engine.tasks(person="bob").items] == [case.id]
    assert done(engine.assign_task(case.id, "answer", "eve", "bob:clerk")).tasks[0].person == "eve"
    assert done(engine.assign_task(case.id, "answer", None, "bob:clerk")).tasks[0].person is None
    assert refusal(engine.complete_task(case.id, "answer", "bob:clerk")).code is Code.REQUIREMENT
    assert refusal(engine.complete_task(case.id, "answer", "ann:member@Hobby")).code is Code.NOT_ALLOWED
    assert refusal(engine.complete_task(case.id, "remind", "bob:clerk")).code is Code.NO_SUCH_EVENT
    keyed = done(engine.assign_task(case.id, "answer", "kim", "bob:clerk", idempotency_key="k"))
    assert done(engine.assign_task(case.id, "answer", "kim", "bob:clerk", idempotency_key="k")).version == keyed.version
    assert refusal(engine.claim_task(case.id, "answer", "kim:clerk", idempotency_key="k")).code is Code.CHANGED
    assert done(engine.fire(case.id, "refuse", "bob:clerk")).tasks == ()
    assert engine.verify().findings == ()


# Lists


def test_pages_of_cases_and_tasks_hold_each_once(engine: Engine, clock: SetClock) -> None:
    numbers = [
        done(engine.open_case("equipment-loan", "ann:member@Hobby", {"club": "Hobby", "item": "saw"})).id
        for _ in range(7)
    ]
    clock.set(START + timedelta(days=1))
    for overdue in (False, True):
        seen, after = [], ""
        while True:
            page = engine.cases(process="equipment-loan", overdue=overdue, limit=3, after=after)
            seen += [case.id for case in page.items]
            after = page.next
            if not after:
                break
        assert seen == numbers
    tasks, after = [], ""
    while True:
        found = engine.tasks(limit=2, after=after)
        tasks += [task.case for task in found.items]
        after = found.next
        if not after:
            break
    assert tasks == numbers
    with pytest.raises(BadCursor):
        engine.cases(after="wrong")
    with pytest.raises(BadCursor):
        engine.tasks(after="x|y|z")


def test_cases_are_found_by_what_is_asked(engine: Engine) -> None:
    panel, placed = in_panel(engine), in_placement(engine)
    done(engine.fire(panel.id, "managed_move", "coordinator"))
    by_state = {
        state: [one.id for one in engine.cases(state=state).items]
        for state in ("managed_move", "programme", "placement", "forum")
    }
    assert by_state == {"managed_move": [panel.id], "programme": [placed.id], "placement": [placed.id], "forum": []}
    assert [one.id for one in engine.cases(open_only=True).items] == [placed.id]
    assert [one.id for one in engine.cases(owner="coordinator").items] == [placed.id]
    assert [one.id for one in engine.cases(organisation="Hilltop").items] == [panel.id, placed.id]
    with pytest.raises(UnknownState):
        engine.cases(state="nowhere")
    with pytest.raises(UnknownProcess):
        engine.cases(process="nowhere")


# Databases


def test_a_database_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    for url, said in [
        (f"sqlite:///{tmp_path}/none.db", "casework init"),
        (f"sqlite:///{tmp_path}/none/none.db", "casework init"),
        ("mysql://x/y", "not supported"),
        ("nonsense", "cannot be read"),
        ("postgresql://user:secret@127.0.0.1:1/none", "cannot be reached"),
    ]:
        with pytest.raises(DatabaseUnavailable) as unavailable:
            Engine(url)
        assert said in str(unavailable.value)
        assert "secret" not in str(unavailable.value)


def test_preparing_again_does_nothing(url: str, clock: SetClock) -> None:
    engine = Engine(url, clock=clock)
    engine.publish(LOAN)
    done(engine.open_case("equipment-loan", "clerk", {"club": "Hobby", "item": "saw"}))
    Engine.prepare(url)
    assert len(engine.cases().items) == 1
    engine.close()
