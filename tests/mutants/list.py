"""List: the changes that are tried. Each would harm somebody, and says how."""

from __future__ import annotations

from pathlib import Path

from tests.mutants.change import Change

_CALENDARS = ("calendar", "duration", "day", "schedule", "times", "definition")
_LANGUAGE = ("expressions", "patterns", "tokens", "times", "reader", "problem_codes")
_PATHS = ("paths", "flow", "circles", "checks", "definition", "decide", "reader", "problem_codes")
_FILE = ("context", "states", "loader", "meetings", "reader", "problem_codes", "decide", "schedule")
_FORM = ("form", "text", "decide")
_STEP = ("effects", "walk", "event", "tick", "reasons", "possible", "draft", "decide", "entry", "snapshot", "schedule", "agenda", "paths")  # fmt: skip
_CASE = (*_STEP, "integration/test_bounds.py", "integration/test_engine.py", "integration/test_due.py")
_SIGHT = ("sight", "agenda", "integration/test_sight.py", "integration/test_permissions.py")
_STORE = ("integration/test_change.py", "integration/test_engine.py", "integration/test_due.py", "integration/test_places.py", "integration/test_bounds.py", "integration/test_concurrency.py", "integration/test_verification.py", "integration/test_store_stateful.py")  # fmt: skip
_MEETINGS = ("integration/test_meetings.py", "integration/test_meeting.py")
_RESTORED = ("integration/test_counters.py", "integration/test_afterwards.py", "integration/test_archive.py")
_LATE = ("lateness",)
_SCHEDULER = ("integration/test_scheduler.py",)


def _in(file: str, tests: tuple[str, ...], *rows: tuple[str, str, str]) -> tuple[Change, ...]:
    own = sorted(tests, key=lambda name: name != Path(file).stem)  # first: what is noticed is noticed soon
    named = tuple(f"tests/{name}" if "/" in name else f"tests/unit/test_{name}.py" for name in own)
    return tuple(Change(what, f"engine/{file}", old, new, named) for what, old, new in rows)


CHANGES: tuple[Change, ...] = (
    *_in(
        "store/cases/cases.py",
        _STORE,
        (
            "an answer that is given again lacks its last step",
            "last is None or one.seq <= last]",
            "last is None or one.seq < last]",
        ),
    ),
    *_in(
        "service/cases/idempotency.py",
        ("integration/test_change.py", "integration/test_engine.py", "integration/test_concurrency.py"),
        ("a changed case is changed all the same", "if expected is not None and expected != found:", "if False:"),
    ),
    *_in(
        "case/step/retain.py",
        ("retain", "retention", "integration/test_retention.py"),
        (
            "one person erases alone",
            'if what == "erased" and case.retention["by"] == by.name:',
            "if False:",
        ),
        ("anybody erases", "if not may(by, Action.RETAIN, process):", "if False:"),
        ("a case is erased too early", "if until >= process.today(now):", "if False:"),
        (
            "an erasure is not asked for first",
            '"erased": frozenset({"asked"}),',
            '"erased": frozenset({"asked", "released"}),',
        ),
        (
            "what is held back can be asked for",
            '"asked": frozenset({"released"}),',
            '"asked": frozenset({"released", "held"}),',
        ),
    ),
    *_in(
        "case/time/retention.py",
        ("retention", "retain"),
        ("what may have to be kept is erased", "is not False\n", "is True\n"),
        (
            "a case is kept from its birthday, not its end",
            'return (said, rule) if said > last else (last, "end")',
            "return (said, rule)",
        ),
        ("figures are erased too", "return tuple(sorted(found - stays))", "return tuple(sorted(found))"),
    ),
    *_in(
        "case/private.py",
        ("private", "entry"),
        ("a value stays in the body", "value is not None and (names is None", "value is None and (names is None"),
        ("a changed value is not noticed", "if known.get((effect, name)) != digest(*one)]", "if False]"),
        ("a digest has no salt", 'f"{salt}\\n{canonical(value)}"', "canonical(value)"),
    ),
    *_in(
        "calendars/calendar.py",
        _CALENDARS,
        ("Saturday counts as a school day", "day.weekday() > 4", "day.weekday() > 5"),
        ("a closed day counts", "or day in self.closed or", "or"),
        ("bank holidays count", " or day in self._bank_holidays(day.year):", ":"),
        (
            "beyond the calendar nothing is a school day",
            "if self._is_written(day) else True",
            "if self._is_written(day) else False",
        ),
        ("days without school count", "count -= self.is_school_day(day)", "count -= 1"),
        ("the half term that begins today counts as the next", "span.first > day]", "span.first >= day]"),
        ("two half terms on is one half term on", "[: count - before]", "[:1]"),
        ("a named day that is today is next year's", "this_year >= day", "this_year > day"),
        ("the last Friday is the first", 'days[-1] if found[1] == "last"', 'days[0] if found[1] == "last"'),
        (
            "the last day of a term is none",
            "return self.first <= day <= self.last",
            "return self.first <= day < self.last",
        ),
    ),
    *_in(
        "calendars/duration.py",
        _CALENDARS,
        ("an hour is a minute", '(60 if unit == "hour" else 1)', '(1 if unit == "hour" else 1)'),
        ("a week has six days", '(7 if unit == "week" else 1)', '(6 if unit == "week" else 1)'),
        ("a year has eleven months", '(12 if unit == "year" else 1)', '(11 if unit == "year" else 1)'),
        ("the 31st of a short month is its first", "min(day.day, months.monthrange(year, month + 1)[1])", "1"),
        ("a duration of nothing is taken", "if not any(count for count, _ in parts):", "if not parts:"),
        ("rolling forward goes back", '1 if how == "forward" else -1', '-1 if how == "forward" else 1'),
        (
            "hours are counted on the wall clock",
            'if unit in {"minute", "hour"}:\n        return start.astimezone(UTC)',
            'if unit in {"minute", "hour"}:\n        return start.astimezone(zone)',
        ),
        (
            "an hour that happens twice is taken the second time",
            "datetime.combine(day, clock, tzinfo=zone).astimezone",
            "datetime.combine(day, clock, tzinfo=zone).replace(fold=1).astimezone",
        ),
        (
            "only the last part of a sum counts",
            "now = _add_part(count, unit, now, zone",
            "now = _add_part(count, unit, start, zone",
        ),
        ("the most of a unit is too much", "any(count > MOST for", "any(count >= MOST for"),
        ("a duration of centuries is taken", "> LONGEST_DAYS:", "> 10 * LONGEST_DAYS:"),
    ),
    *_in(
        "calendars/day.py",
        _CALENDARS,
        ("the day is that of UTC", "moment.astimezone(zone).date()", "moment.date()"),
        ("an offset to the west lies in the east", "timezone(-length if", "timezone(length if"),
        (
            "it is later in the west than in the east",
            "return day_of(moment, _FURTHEST_WEST), day_of(moment, _FURTHEST_EAST)",
            "return day_of(moment, _FURTHEST_EAST), day_of(moment, _FURTHEST_WEST)",
        ),
    ),
    *_in(
        "process/language/times.py",
        _LANGUAGE,
        ("months begin with one", "lambda day: day.month - 1", "lambda day: day.month"),
        ("Sunday is seven", "day.isoweekday() % 7", "day.isoweekday()"),
        ("days of the month begin with one", "lambda day: day.day - 1", "lambda day: day.day"),
        ("earlier and at the same time are one", '"_<_": operator.lt', '"_<_": operator.le'),
        ("a week earlier is a week later", "_moved(one, -length)", "_moved(one, length)"),
        ("a zone that is named is not looked at", "offset_or_zone(named) if named else zone", "zone"),
        ("an instant meets a day in UTC", "return day_of(aware(value), zone)", "return aware(value).date()"),
    ),
    *_in(
        "process/language/expressions.py",
        _LANGUAGE,
        (
            "an empty field is false",
            'return None if result.type().name() == "ERROR"',
            'return False if result.type().name() == "ERROR"',
        ),
        (
            "no guard is never open",
            "if expression is None:\n            return True",
            "if expression is None:\n            return None",
        ),
        (
            "within a state is only the state itself",
            'return state == name or state.startswith(name + ".")',
            "return state == name",
        ),
        ("a state with a longer name lies within", 'state.startswith(name + ".")', "state.startswith(name)"),
        ("places can be less than none", "max(places.get(name, 0), 0)", "places.get(name, 0)"),
        ("has() of what is there is false", "return name in documents", "return name not in documents"),
        (
            "an unknown choice is not told",
            "elif name in self.choices and value not in self.choices[name]:",
            "elif False:",
        ),
        (
            "an unknown document is not told",
            '                if name not in names:\n                    message = f"There is no {noun} {name}."',
            '                if False:\n                    message = ""',
        ),
    ),
    *_in(
        "process/checks.py",
        _PATHS,
        ("timers on an end are not told", "if state.timers:", "if False:"),
        ("a state that nothing leads to is not told", "if state.name not in reached:", "if False:"),
        ("a state without a way out is not told", "elif state.name not in leaving:", "elif False:"),
        ("a state without owner is not told", "if not process.owner(state.name):", "if False:"),
        ("a state without deadline is not told", "if not any(one.timers for one in around):", "if False:"),
        ("a dead alternative is not told", 'if always or text in seen or text == "false":', "if False:"),
        ("waiting inside is not told", "if _is_inside(hold.otherwise, state.name):", "if False:"),
        ("an event that nobody sends is not told", "if event.name not in sent | offered:", "if False:"),
        (
            "a state that leads only to itself has a way out",
            "leaving = flow.closure(flow.reverse(graph), ends)",
            "leaving = flow.closure(flow.reverse(graph), graph)",
        ),
    ),
    *_in(
        "process/flow.py",
        _PATHS,
        (
            "the circle of one is none",
            "if state in closure(steps, steps[state])",
            "if state in closure(steps, steps[state]) - {state}",
        ),
    ),
    *_in(
        "process/paths.py",
        _PATHS,
        (
            "a place is taken where none is held",
            "takes=tuple(states[name] for name in probe.entered if states[name].hold)",
            "takes=()",
        ),
        (
            "a place that is left is kept",
            "gives=tuple(states[name] for name in probe.left if states[name].hold)",
            "gives=()",
        ),
        (
            "an inner event does not replace the outer",
            "if probe.scope is not None and probe.scope != step.scope:",
            "if False:",
        ),
        (
            "the place given back is not there for the case",
            "given[state.hold.place.text] > 0:",
            "given[state.hold.place.text] > 1:",
        ),
        ("there is no way to wait", "elif state.name in waits:", "elif False:"),
        ("only where the case waits is a target", "return {self.to, *(path.to", "return {*(path.to"),
    ),
    *_in(
        "process/definition.py",
        _PATHS,
        ("an end has the events for everywhere", "if not self.states[state].final:", "if True:"),
        (
            "the outer event comes before the inner",
            "found = {**found, **{n: e for n, e in around.events.items() if n not in found}}",
            "found = {**found, **around.events}",
        ),
        (
            "the role of the state around moves a case on",
            "for around in self.around(state) if around.owner",
            "for around in reversed(self.around(state)) if around.owner",
        ),
        (
            "a case comes to rest in a state that has others inside",
            "while self.states[state].children:",
            "if self.states[state].children:",
        ),
    ),
    *_in(
        "case/answers/form.py",
        _FORM,
        (
            "what is required may be left out",
            "if required and name not in faults and values.get(name) is None:",
            "if False:",
        ),
        ("what nobody asked for is taken", "if name not in form:", "if False:"),
        ("a name is given before there is consent", "and not shown(process, name, merged)", "and False"),
        ("the least is too little", "found < field.min", "found <= field.min"),
        ("the most is too much", "found > field.max", "found >= field.max"),
        (
            "what is not of the choices is taken",
            "known.get(_seen(raw)) if isinstance(raw, str)",
            "raw if isinstance(raw, str)",
        ),
        ("a pattern is not looked at", "if field.pattern and not matches(field.pattern, text):", "if False:"),
        ("text of any length is taken", "if len(text) > most:", "if False:"),
        ("yes is no", '"yes": True, "true": True', '"yes": False, "true": True'),
        (
            "consent in the same form does not count",
            "View({**view.data, **values}, view.state",
            "View(view.data, view.state",
        ),
        (
            "who may still see a field does not",
            "return bool(roles & process.fields[name].still_seen_by) or shown",
            "return shown",
        ),
    ),
    *_in(
        "case/time/schedule.py",
        _CASE,
        ("a date that has passed falls due in the past", "return [max(times[0], at), *times[1:]]", "return times"),
        ("each time that was missed is made up for", "if timer.missed_each:", "if True:"),
        ("no missed time is made up for", "if timer.missed_each:", "if False:"),
        (
            "a repeated timer counts from the time before",
            "after(process, anchor, timer.every.times(count))",
            "after(process, anchor, timer.every)",
        ),
        ("escalation counts from the raising", 'task.get("due", task["raised"])', 'task["raised"]'),
        ("a task has no due time", "if kind.due:", "if False:"),
        (
            "a time is moved off a holiday though it is not asked",
            'if timer.roll == "none":',
            'if timer.roll != "none":',
        ),
        (
            "a named day is looked for from the day of UTC",
            "today = process.today(from_text(at))",
            "today = from_text(at).date()",
        ),
        ("a repeated timer fires twice at the present", "[0] <= present:", "[0] < present:"),
        (
            "each time to try again that was missed is made up for",
            "max(at, to_text(now))",
            "at",
        ),
    ),
    *_in(
        "case/step/decide.py",
        _CASE,
        ("an event may lie in the future", "if at > to_text(facts.now):", "if False:"),
        ("an event may lie before the last", "at < snapshot.last_at and", "False and"),
        ("a case begins anywhere", "if state not in process.initial:", "if False:"),
        ("anybody begins a case", "if not has_role(process, command.by, process.opening.by):", "if False:"),
        ("anybody adds a document", "if not may(command.by, Action.CHANGE, process, draft.snapshot):", "if False:"),
        ("a task that an event does is ticked off", "    if done_by:\n", "    if False:\n"),
        (
            "a task is taken from a colleague",
            "if holder and holder != command.by.name and command.task not in draft.facts.stranded:",
            "if False:",
        ),
        ("a task is postponed into the past", "if until <= command.at:", "if False:"),
        ("anybody does a task", "if not may(by, Action.DO_TASK, process, draft.snapshot, task=task):", "if False:"),
        ("a task that is done escalates", "stopped = (key,) if key in draft.snapshot.timers else ()", "stopped = ()"),
        (
            "a task that was escalated is so again",
            'in draft.process.tasks and not task.get("escalated")',
            "in draft.process.tasks",
        ),
        (
            "whoever opens a case for another organisation loses it to theirs",
            "if own and own not in given and",
            "if own and",
        ),
        (
            "a case is opened that its opener may not see",
            "if not may(command.by, Action.SEE, process, replace(draft.current, data=filled)):",
            "if False:",
        ),
        ("a task that goes back to its role stays with somebody", 'if key != "person"}', "}"),
    ),
    *_in(
        "case/step/event.py",
        _CASE,
        ("a chain of automatic ways is cut to one step", "for _ in range(MOST_AUTOMATIC + 1):", "for _ in range(1):"),
        ("rules are not looked at", "if broken is not None or not paths:", "if not paths:"),
        ("an event after the end happens", "if case.ended:", "if False:"),
        ("anybody fires an event", "if not may(command.by, Action.FIRE, process, case, event):", "if False:"),
    ),
    *_in(
        "case/step/tick.py",
        _CASE,
        ("a timer sends nothing", "if timer.send:", "if False:"),
        ("an unfinished step stays after a refusal", "del draft.entries[count:]", "pass"),
        ("a timer that comes back at once does so for ever", "elif draft.facts.fired >= MOST_AT_ONCE:", "elif False:"),
        (
            "what was sent in vain is nobody's to look into",
            "raises = timer.refused_raises or (() if timer.refused_again else (LOOK_INTO.name,))",
            "raises = timer.refused_raises",
        ),
        (
            "what was sent in vain is not tried again",
            "    if timer.refused_again:\n        timers[key]",
            "    if False:\n        timers[key]",
        ),
        (
            "a late tick is written at its due time",
            "at = max(to_text(command.at), case.last_at)",
            "at = to_text(command.at)",
        ),
    ),
    *_in(
        "case/time/lateness.py",
        _LATE,
        (
            "an escalated task without a date is never overdue",
            '(task["raised"] if task.get("escalated") else None)',
            "None",
        ),
        (
            "a task that says that another is late counts by its own date",
            'task.get("late") or task.get("due")',
            'task.get("due") or task.get("late")',
        ),
        ("days late are those of UTC", "(day_of(now, zone) - day_of(since, zone)).days", "(now - since).days"),
        (
            "a task is late before it is raised",
            'since = (late_from(other) or other["raised"]) if other else at',
            "since = at",
        ),
    ),
    *_in(
        "case/step/effects.py",
        _CASE,
        ("tasks of a state that was left stay open", 'found[name] = "cancelled"', "pass"),
        ("an event does not do its task", 'found[name] = "done"', "pass"),
        ("a task that is open is raised again", "if name not in case.tasks or name in closed:", "if True:"),
        ("timers of a state that was left run on", 'if key.partition("/")[0] in path.left]', "if False]"),
        (
            "an emptied date leaves its timer running",
            "undated += [key] if key in case.timers and not times else []",
            "pass",
        ),
        ("a changed date leaves the old time", "redated |= {key: times} if times else {}", "pass"),
        ("an end has no outcome", 'process.states[leaf].outcome if process.states[leaf].final else ""', '""'),
        ("a place is not given back", "tuple(scope for scope in case.held if scope in path.left)", "()"),
        (
            "what a state raises on entry is not raised",
            "for state in path.entered for name in process.states[state].raises}",
            "for state in () for name in process.states[state].raises}",
        ),
        (
            "a case that waits loses its turn",
            'now if now != wait or (path and wait["state"] in path.left) else {}',
            "{}",
        ),
        (
            "a task that was cancelled escalates",
            "stopped += [key for name in closed if (key := schedule.escalation_key(name)) in case.timers]",
            "pass",
        ),
        ("tasks of the states around stay open", 'elif task["scope"] in left:', 'elif task["scope"] == case.state:'),
    ),
    *_in(
        "case/step/walk.py",
        _CASE,
        (
            "the last alternative is taken",
            "                walk.changes = changes\n                break\n",
            "                walk.changes = changes\n",
        ),
        (
            "a place that the case gives back is not there for it",
            "needed[place] > given[place] + draft.room(place)",
            "needed[place] > draft.room(place)",
        ),
        ("one place does for two states", "needed[place] += 1", "needed[place] = 1"),
        (
            "a case that waits goes to the end of the queue",
            'if to is None or (waits and (waits["for"] == found.state.name or to.to == draft.snapshot.state)):',
            "if to is None:",
        ),
        (
            "a way is open as long as nobody knows that it is not",
            "(path.way.when, view) is True:",
            "(path.way.when, view) is not False:",
        ),
    ),
    *_in(
        "case/snapshot.py",
        _CASE,
        ("an emptied field keeps its value", "if value is not None}", "}"),
        (
            "a closed task stays",
            "tasks=_without(before.tasks, entry.closed) | entry.tasks",
            "tasks=dict(before.tasks) | entry.tasks",
        ),
        (
            "a stopped timer stays",
            "timers=_without(before.timers, entry.stopped) | entry.timers",
            "timers=dict(before.timers) | entry.timers",
        ),
        (
            "the task that is due last counts",
            "return min(filter(None, map(late_from",
            "return max(filter(None, map(late_from",
        ),
        (
            "a case that went elsewhere waits on",
            '{} if before.waiting.get("state") in entry.left else before.waiting',
            "before.waiting",
        ),
        ("a place that was exchanged counts twice", "    changes.subtract(had.values())\n", ""),
    ),
    *_in(
        "case/sight.py",
        _SIGHT,
        (
            "a role of another process counts",
            '{role.removeprefix(own) for role in roles if role.startswith(own) or "/" not in role}',
            '{role.rpartition("/")[2] for role in roles}',
        ),
        (
            "every case is one's own",
            "self.organisation is not None and named in (self.organisation, *self.spelt)",
            "True",
        ),
        (
            "who sees one process sees all",
            "for sight, labels in sights.items()\n        if sight != Sight()",
            "for sight, labels in sights.items()",
        ),
        (
            "agendas of every series are heard",
            "(meeting, series) in self.agendas",
            "meeting in {one for one, _ in self.agendas}",
        ),
        (
            "no agenda is heard without an area",
            "if held & kind.members and (area or not kind.per)",
            "if held & kind.members and area",
        ),
        ("tasks go to other organisations", "(bool(own) and theirs == own)", "True"),
        ("anybody administers", 'return by.is_engine or role in by.roles or f"/{role}" in by.roles', "return True"),
        ("lists show more than cases", "() if len(sights) == 1 else tuple(labels)", "()"),
        (
            "who hears a case changes it",
            "return action is not Action.CHANGE or (sight.owns(process, case) and",
            "return action is not Action.CHANGE or (",
        ),
        ("what was erased is written on again", 'and case.retained != "erased")', ")"),
        (
            "an auditor sees every case",
            "if action is Action.SEE_HISTORY and is_of_house(by, AUDITOR):",
            "if is_of_house(by, AUDITOR):",
        ),
        (
            "who has a task has it in cases that they may not see",
            "    if not sight.covers(process, case):\n        return False\n    if action is Action.FIRE:",
            "    if action is not Action.DO_TASK and not sight.covers(process, case):\n        return False\n    if action is Action.FIRE:",
        ),
        (
            "whom a task was escalated to cannot do it",
            'frozenset({task["role"], task.get("escalated") or task["role"]})',
            'frozenset({task["role"]})',
        ),
    ),
    *_in(
        "service/cases/transaction.py",
        _STORE,
        ("a place that comes free is offered to nobody", "self._freed[process, place] = after.last_at", "pass"),
        ("a lost race goes unnoticed", "        if stored is None:\n            raise LostRace\n", ""),
        ("who was refused is asked for ever or taken twice", "self._refused_offers.add(work.id)", "return True"),
        (
            "the timers of a case fire at the present",
            "self.do(work, Tick(key, from_text(at)))",
            "self.do(work, Tick(key, until))",
        ),
        (
            "places given back are not counted",
            "place_store.give_back_place(self.connection, process, place, -count)",
            "pass",
        ),
        (
            "the scheduler is not told of timers",
            "self.earliest = due if self.earliest is None else min(self.earliest, due)",
            "pass",
        ),
        ("timers that are due now wait", "if times[0] <= until)", "if times[0] < until)"),
        ("who may not see a case changes it", "if not may(by, Action.SEE, work.process, work.snapshot):", "if False:"),
        ("what is taken within a transaction is free in it", "free[place] = free.get(place, 0) - count", "pass"),
        (
            "who gave a place back gets it before those who wait",
            "            if offering and self._freed:\n                self.write()\n",
            "",
        ),
        (
            "an offer that leaves a case waiting is taken up",
            'decided.snapshot.waiting.get("for") != waiting["for"]:',
            "True:",
        ),
        ("nobody counts how often a timer fired at once", "return sum(one.kind", "return 0 * sum(one.kind"),
        (
            "who comes gets a new place before those who wait",
            "if not any(self.offer(process.name, one, command.at, case) for one, count in wanted if count > 0):",
            "if True:",
        ),
        (
            "a case that cannot be decided keeps others from a place",
            "            self.undecided[case] = type(error).__name__\n",
            "            raise\n",
        ),
    ),
    *_in(
        "service/cases/due.py",
        _STORE,
        ("timers fire in the order of cases", "due, case, key = heapq.heappop(queue)", "due, case, key = queue.pop()"),
        (
            "one case that cannot be decided stops all",
            "stuck[case] = Stuck(type(error).__name__",
            "raise\n            stuck[case] = Stuck(type(error).__name__",
        ),
        ("a timer that was set meanwhile waits for the next run", "heapq.heappush(queue, timer)", "pass"),
        ("a timer that does not run any more fires", 'if work.snapshot.timers.get(key, [""])[0] != due:', "if False:"),
        ("free places are offered to nobody", "taken += transaction.offer(process, place, now)", "pass"),
        (
            "timers fire while another process fires",
            "if not store.take_turn(transaction.connection):",
            "if not store.take_turn(transaction.connection) and False:",
        ),
        (
            "what is set anew fires before what the next batch holds",
            "horizon = found[-1][0] if len(found) == limit else present",
            "horizon = present",
        ),
        ("an outage is caught up in one transaction", "while queue and fired < most:", "while queue:"),
        ("a place that comes free is offered when all have fired", "if held != work.snapshot.held:", "if False:"),
    ),
    *_in(
        "service/cases/change.py",
        _STORE,
        (
            "timers that were due do not fire before an event",
            "    tx.catch_up(work, min(moment, tx.now), offering=True)\n",
            "",
        ),
        ("a key is forgotten", "    asked.remember(tx, work.id, first, snapshot.seq)\n", ""),
        ("a key does for another request", "if seen.fingerprint != asked.fingerprint:", "if False:"),
        (
            "an event that is dated back follows the timers after it",
            "tx.catch_up(work, min(moment, tx.now), offering=True)",
            "tx.catch_up(work, tx.now, offering=True)",
        ),
        (
            "what could happen passes over those who wait for a place",
            "tx.catch_up(work, min(moment, tx.now), offering=True)",
            "tx.catch_up(work, min(moment, tx.now))",
        ),
        (
            "somebody else's key does",
            '["fire", case, event, actor.name, given, at]',
            '["fire", case, event, given, at]',
        ),
        (
            "an answer is given again unseen",
            '        self._accesses.note_in(tx.connection, seen.case, (work.process, work.snapshot), by, "answer given again")\n',
            "",
        ),
    ),
    *_in(
        "running/scheduler.py",
        _SCHEDULER,
        (
            "a scheduler that never looks again",
            "trigger = Steady(seconds=int(every.total_seconds()), timezone=UTC)",
            'trigger = "date"',
        ),
        ("a sooner timer does not wake it", "if at < job.next_run_time:", "if False:"),
        (
            "a failing run ends it",
            '            _tell("run failed", error)\n            return\n',
            "            raise SystemExit from error\n",
        ),
        (
            "what falls due in the middle of a look waits for the next",
            "        if ahead < PULSE:\n            self._woken.set()\n",
            "",
        ),
        ("a clock that was set back stops it", "found = self._most - ahead > PULSE / 2", "found = False"),
        (
            "a run in the middle of a clock being set back is left far ahead",
            "found or self._again, found",
            "found, found",
        ),
        ("small steps back of a clock are forgotten", "ahead if found else max(self._most, ahead)", "ahead"),
        ("what cannot fire keeps it looking", "self._engine.next_due(after=looked)", "self._engine.next_due()"),
        (
            "a clock that was set forward costs every time that was missed",
            "last = max(previous_fire_time, now) if previous_fire_time else None",
            "last = previous_fire_time",
        ),
    ),
    *_in(
        "process/language/patterns.py",
        _LANGUAGE,
        ("a part that fits is enough", "^(?:{pattern})$", "^{pattern}$"),
    ),
    *_in(
        "process/circles.py",
        _PATHS,
        ("a date that is set ahead leads in a circle", "timer.at_field not in set_anew", "True"),
        (
            "what follows by itself leads in no circle",
            "for step in paths_of(process).on(rests, AUTOMATIC):",
            "for step in ():",
        ),
    ),
    *_in(
        "process/file/context.py",
        _FILE,
        ("what stands between is passed over", 'scope = scope.rpartition(".")[0]', 'scope = ""'),
    ),
    *_in(
        "process/file/states.py",
        _FILE,
        (
            "missed times are made up for unasked",
            'missed_each=raw.get("missed") == "each"',
            'missed_each=raw.get("missed") != "each"',
        ),
        ("a deadline stays on a holiday", "roll=_roll(context, deadline, here)", 'roll="none"'),
        ("what an event sets outweighs its alternative", "shared + way.assign", "way.assign + shared"),
    ),
    *_in(
        "process/file/loader.py",
        _FILE,
        (
            "what must never be must always be",
            'return Rule(expression, key == "never", say)',
            'return Rule(expression, key == "always", say)',
        ),
    ),
    *_in(
        "case/step/reasons.py",
        _CASE,
        (
            "a requirement that nobody knows of is met",
            "(need.check, view) is not True:",
            "(need.check, view) is False:",
        ),
        (
            "of several documents all are needed",
            "not any(name in view.documents for",
            "not all(name in view.documents for",
        ),
    ),
    *_in(
        "case/step/possible.py",
        _CASE,
        ("what happens by itself is offered to people", " if event.by != frozenset()]", "]"),
        (
            "what the form will say is missed before it is filled in",
            "need.check is None or not need.check.names & asked)\n    view",
            "True)\n    view",
        ),
    ),
    *_in(
        "case/step/draft.py",
        _CASE,
        (
            "a rule is broken by what nobody knows",
            "if self.process.language.truth(rule.check, view) is rule.broken_when:",
            "if bool(self.process.language.truth(rule.check, view)) is rule.broken_when:",
        ),
        (
            "what a case gives back is lost where capacity was lowered",
            "return max(0, self.facts.free.get(place, 0)) - self.taken[place]",
            "return self.facts.free.get(place, 0) - self.taken[place]",
        ),
        (
            "a place that was just taken is free for a guard",
            "self.facts.free.get(name, 0) - self.taken.get(name, 0)",
            "self.facts.free.get(name, 0)",
        ),
    ),
    *_in(
        "case/entry.py",
        _CASE,
        ("the chain forgets what came before", 'f"{previous}\\n{body}"', 'f"{body}"'),
    ),
    *_in(
        "case/agenda.py",
        _SIGHT,
        ("a case in a state inside is on no agenda", "if kind.state in around and", "if kind.state == case.state and"),
    ),
    *_in(
        "service/site.py",
        _STORE,
        ("a race is run for ever", "for _ in range(ATTEMPTS):", "while True:"),
        ("a lost race is told", "            except LostRace:\n                continue\n", ""),
    ),
    *_in(
        "store/lists/places.py",
        _STORE,
        (
            "the newest case is offered a place first",
            ".order_by(waiting.c.since, waiting.c.case_id)",
            ".order_by(waiting.c.since.desc(), waiting.c.case_id)",
        ),
        (
            "one more is taken than there are",
            '<= bindparam("capacity", type_=Integer)',
            '<= bindparam("capacity", type_=Integer) + 1',
        ),
    ),
    *_in(
        "service/meetings/meetings.py",
        _MEETINGS,
        ("a meeting that was held is moved or cancelled", "    if stored.held:\n", "    if False:\n"),
        ("a meeting is cancelled under the cases on its agenda", "if stored.booked:", "if False:"),
        (
            "cases stay on the day that a meeting was moved from",
            "return stands and before",
            "return not stands and before",
        ),
        ("a case moves that is on the agenda no more", "return stands and before", "return before"),
        ("some cases of a meeting move and some stay", "raise _Stays(left)", "pass"),
    ),
    *_in(
        "store/keeping/counters.py",
        _RESTORED,
        ("numbers that were lost come again", "+ max(ROOM, int(rows))", "+ 0"),
        ("numbers of what is gone come again", "int(given.get(table.name, 0))", "0"),
    ),
    *_in(
        "service/people/colleagues.py",
        ("integration/test_colleagues.py", "integration/test_holders.py", "integration/test_permissions.py"),
        (
            "a task is given to who is not active",
            "if found is not None and found.active and may_be_given",
            "if found is not None and may_be_given",
        ),
    ),
    *_in(
        "case/step/correct.py",
        ("correct", "integration/test_corrections.py"),
        ("a correction names any entry", "if command.seq == draft.facts.wrote:", "if True:"),
        ("what was erased is corrected", 'if case.retained == "erased":', "if False:"),
        ("a correction corrects nothing", "faults = faults or _no_other(draft, values)", "pass"),
        ("what hangs on a corrected value stays as it was", "return settle(draft, at, command.by.name)", "return None"),
    ),
    *_in(
        "store/cases/due.py",
        _STORE,
        (
            "what is due at this very moment waits",
            '    .where(timers.c.due <= bindparam("now"))\n',
            '    .where(timers.c.due < bindparam("now"))\n',
        ),
    ),
    *_in(
        "source/moment.py",
        ("moment",),
        ("a day of 2200 cannot be meant", "YEARS = range(1900, 2201)", "YEARS = range(1900, 2200)"),
        ("a time of day is read where a moment is meant", "[T ]{_CLOCK.pattern}", "(?:[T ]{_CLOCK.pattern})?"),
        ("any sign stands between a day and its time", "}[T ]{", "}.{"),
        ("an offset is lost", "(?:Z|[-+][0-9]{{2}}:[0-9]{{2}})?", "Z?"),
        ("a moment is taken for a day", " and not isinstance(written, datetime):", ":"),
        ("a day alone is always a moment", "elif or_day and isinstance(", "elif isinstance("),
        ("a year that cannot be meant is taken", "    if not is_told(found):", "    if False:"),
        ("what stands behind a moment is not read", "and form.fullmatch(written)):", "and form.match(written)):"),
        ("a day that there is not fails without a word", "    except ValueError:", "    except KeyError:"),
    ),
    *_in(
        "source/number.py",
        ("number",),
        (
            "digits of other scripts are numbers",
            '_WHOLE = re.compile(rf"[-+]?[0-9]{{',
            '_WHOLE = re.compile(rf"[-+]?\\d{{',
        ),
        (
            "yes is the number 1",
            "isinstance(value, int) and not isinstance(value, bool) and abs",
            "isinstance(value, int) and abs",
        ),
        (
            "a number of more digits than can be kept is taken",
            "abs(value) < 10**MOST_DIGITS:\n        return value",
            "abs(value) <= 10**MOST_DIGITS:\n        return value",
        ),
        ("a count lies below nothing", "if not 0 <= found <=", "if not found <="),
        ("nothing is no count", "if not 0 <= found <=", "if not 0 < found <="),
        ("a count is more than a database can count", "found <= MOST_COUNTED", "found <= MOST_COUNTED + 1"),
        ("noughts before a number are digits too many", '.lstrip("0")) <= MOST_DIGITS', ") <= MOST_DIGITS"),
        ("as many digits as can be kept are too many", '.lstrip("0")) <= MOST_DIGITS', '.lstrip("0")) < MOST_DIGITS'),
        ("nothing that was written has a sign", "return float(value) + 0.0  # never", "return float(value)  # never"),
        ("yes is the number 1.0", "(int, float)) and not isinstance(value, bool) and", "(int, float)) and"),
        ("what is rounded is taken as it was written", " and value == kept(value):", " and kept(value) is not None:"),
        (
            "a number that is too long to be typed again is kept",
            "if not abs(value) < 10**MOST_DIGITS:",
            "if not abs(value) <= 10**MOST_DIGITS:",
        ),
        ("a hundred is shown as one", '.rstrip(".") if "." in text else text', '.rstrip(".")'),
    ),
    *_in(
        "calendars/day.py",
        ("day", "calendar", "times"),
        ("the clocks are set after the end", "[one for one in found if one <= until]", "found"),
        ("clocks that are set at the end are not", "if one <= until]", "if one < until]"),
        ("the clocks are set a second late", "seconds=bisect_left(", "seconds=1 + bisect_left("),
        ("every second day is looked at", "        last += ONE_DAY", "        last += 2 * ONE_DAY"),
        ("what a machine has is a zone of the list", "if name not in zone_names():", "if False:"),
        ("a zone that nobody set is one", ' - {"Factory"}', ""),
        ("an offset has whole hours", 'minutes=int(found["minutes"])', "minutes=0"),
        ("a name in small letters is not found", "one.casefold() == name.casefold()", "one == name"),
        ("a folder is a zone", "(ZoneInfoNotFoundError, ValueError, OSError)", "(ZoneInfoNotFoundError, ValueError)"),
    ),
    *_in(
        "case/agenda.py",
        ("agenda",),
        ("a case that ended is heard", "or case.ended or", "or"),
        ("a day keeps its hour", "str(case.data[kind.date])[:10]", "str(case.data[kind.date])"),
        ("a case without a day is on an agenda", " and case.data.get(kind.date)\n", "\n"),
        ("a case is heard wherever it is", "if kind.state in around and", "if"),
        (
            "a case without a series has one of that name",
            'str(case.data.get(kind.per) or "")',
            "str(case.data.get(kind.per))",
        ),
        (
            "a meeting is read by whichever version is first",
            "if series in series_of(one, meeting)), knowing",
            "), knowing",
        ),
        ("a series of old makes its meeting unreadable", "knowing[0] if knowing else None", "None"),
        ("a meeting without a series has none", 'if per else ("",)', "if per else ()"),
    ),
    *_in(
        "store/lines.py",
        ("integration/test_lines.py",),
        ("one connection is lent twice", "if line is not None and line.is_busy:", "if False:"),
        ("more threads keep one than may", "if len(self._all) >= self._most:", "if False:"),
        ("one less than may keep one", "if len(self._all) >= self._most:", "if len(self._all) >= self._most - 1:"),
        (
            "one is closed under who uses it",
            "            if not self._busy:\n                self._close()",
            "            self._close()",
        ),
        ("one that ended is kept", "            if self._ended:\n                self._close()\n", ""),
        ("one that was closed is taken", "if self.connection.closed or time", "if time"),
        ("one that rested for long is taken", "time.monotonic() - self._rests_since > REST_SECONDS", "False"),
        (
            "a connection that broke is kept",
            "return not (self.connection.closed or self.connection.invalidated)",
            "return True",
        ),
        (
            "a broken connection is lent again",
            "        if not self._own.line.rest():",
            "        if self._own.line.rest() is None:",
        ),
        ("one to spare is kept", 'if self.connection.info.get("spare"):', "if False:"),
        ("those that rest are not closed", "            line.end()\n", "            pass\n"),
    ),
    *_in(
        "store/site.py",
        ("integration/test_store_site.py",),
        ("what is kept under another name is read", 'site.c.name == bindparam("of")', 'site.c.name >= bindparam("of")'),
        ("two installations have one id", "return secrets.token_hex(16)", 'return "0" * 32'),
        ("forgetting one forgets all", "delete(site).where(site.c.name == name)", "delete(site)"),
        ("what was forgotten stays", "    connection.execute(delete(site).where(site.c.name == name))", "    pass"),
        (
            "what is kept a second time is not",
            "    _PUT.change(connection, name=name, value=value)",
            "    read(connection, name) or _PUT.change(connection, name=name, value=value)",
        ),
    ),
)
