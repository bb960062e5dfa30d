"""Records: values corrected, tasks put off, documents kept, and cases held back and erased in mid-walk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from engine.case.entry import Entry
from engine.case.refusal import Refusal
from engine.case.snapshot import Snapshot, replay
from engine.case.time.instants import from_text, to_text
from engine.process.rows import day_after, days_of, on_day, values_of
from engine.service.keeping.retention import Certificate, Decided
from tests.walking.people import PeopleWalk


def _undoing(history: Iterable[Entry]) -> list[int]:
    return [one.seq for one in history if one.undoes]


@dataclass
class RecordsWalk(PeopleWalk):
    """A walk in which what stands in cases is put right, and erased when its time has come."""

    erased: set[int] = field(default_factory=set)

    def correct(self, case: int, name: str, value: Any, right: bool) -> None:
        """Put another value in the place of the one that stands in a field; or name an entry that did not bring it."""
        number = self.cases[case]
        in_row = "." in name
        found = [one for one in self.engine.history(number) if name in one.data]
        came = [one.corrected_row or one.seq if in_row else one.seq for one in found]
        entry = (came[-1] if came else 1) + (0 if right else 1)
        known = self.one(number)
        result = self.engine.correct(number, entry, name, value, "It was written down wrong.", "clerk")
        if self.told(result):
            assert right
            assert known.retained != "erased"
            history = self.engine.history(number)
            one = next(one for one in reversed(history) if one.kind == "correction")
            assert entry == (one.corrected_row if in_row else one.note["corrects"])
            assert one.data[name] == value
            # What is worked out of the value in its row is worked out anew.
            assert set(one.data) <= {name, name.partition("_from.")[0], "visit.twice"}

    def undo(self, case: int) -> None:
        """Take back what was done last: the case stands as before it, but for what fell due since."""
        number = self.cases[case]
        result = self.engine.undo(number, "It was done by mistake.", "clerk")
        if self.told(result):
            history = self.engine.history(number)
            at, entry = next((at, one) for at, one in enumerate(history) if one.seq == max(_undoing(history)))
            before, after = replay(history[: entry.undoes - 1]), replay(history[: at + 1])
            assert before is not None
            assert after is not None
            assert after == replace(before, seq=entry.seq, undone=after.undone, retention=after.retention)
            assert after.retained == before.retained or after.retention["by"] == "clerk"

    def postpone(self, case: int, task: str, hours: int) -> None:
        """Put a task off; it must lie ahead."""
        number, until = self.cases[case], self.clock.now() + timedelta(hours=hours)
        result = self.engine.postpone_task(number, task, until, "They are away.", "clerk")
        if self.told(result):
            assert hours > 0
            assert self.one(number).tasks[task]["due"] == to_text(until)

    def document(self, case: int, ago: int = 0) -> None:
        """Keep a document, that came now or so many hours ago."""
        number, at = self.cases[case], self.ago(ago)
        self.told(self.engine.add_document(number, "paper", b"paper", "clerk", name="paper.txt", at=at))

    def retain(self, case: int, what: Decided) -> None:
        """Hold a case back, release it, ask for its erasure or take that back."""
        number = self.cases[case]
        known = self.one(number)
        if self.told(self.engine.retain(number, what, "As was said.", "clerk")):
            assert known.outcome or what != "asked"

    def erase(self, case: int) -> None:
        """Somebody else confirms that a case is erased."""
        number = self.cases[case]
        known = self.one(number)
        result = self.engine.erase(number, "second:clerk")
        if self.told(result):
            assert isinstance(result, Certificate)
            assert known.retained == "asked"
            assert known.outcome
            self.erased.add(number)
        elif known.retained == "asked":
            assert isinstance(result, Refusal)
            # It was due when it was asked for: the clock was set back since, or a correction moved its day.
            assert result.message.startswith(("It is kept until", "What is written in it"))

    def check_days(self, number: int, case: Snapshot) -> None:
        """What stands in a dated field is what the rows say of the day of the last step; the next one is awaited."""
        day = self.of[number].today(from_text(case.last_at)).isoformat()
        for name in ("kind", "first"):
            rows = values_of(case.data, days_of(name))
            holds, ahead = on_day(rows, day), day_after(rows, day)
            if case.timers.get(f"from:{name}", ["~"])[0] <= case.last_at:
                continue  # taken back to before a day that has come: it comes again at the next look
            assert holds is None or holds.get(name) == case.data.get(name) or case.retained == "erased"
            assert (f"from:{name}" in case.timers) == (ahead is not None and not case.outcome)

    def check_beside(self, now: dict[int, Snapshot]) -> None:
        """What was erased is named, is gone, and only what was."""
        assert {one.case for one in self.engine.verify().erased} == self.erased
        for number, one in now.items():
            self.check_days(number, one)
            for row in values_of(one.data, "visit"):
                assert row.get("twice") == (2.0 * row["hours"] if "hours" in row else None)
            keep = self.of[number].keep
            assert (one.retained == "erased") == (number in self.erased)
            if number in self.erased:
                assert keep is not None
                assert set(one.data) <= keep.leaves
                assert not one.documents
        super().check_beside(now)
