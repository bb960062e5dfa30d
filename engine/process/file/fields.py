"""Fields: what a process file says of each thing that is known about a case. Pure."""

from __future__ import annotations

import json
import re
from typing import Any

from engine.process.codes import CheckSign, Code
from engine.process.definition import Bound, Field
from engine.process.file.context import NOTHING, Context
from engine.process.language import amounts, tokens
from engine.process.language.expressions import Expression
from engine.process.register import ORGANISATION, PERSON
from engine.source.moment import NotAMoment, day_written
from engine.source.reader import Path
from engine.source.words import said_day

DATED = frozenset({"date", "time"})
FIGURES = frozenset({"integer", "number", "money"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LENGTH = re.compile(r"[0-9]+ [a-z ]+")


def read_field(
    context: Context, name: str, raw: dict[str, Any], around: Path = ("fields",), guards: Context | None = None
) -> Field:
    """One field; what is wrong with it becomes a problem in `context`. `guards` reads its `when`, if not that one."""
    path: Path = (*around, name)
    choices = raw.get("choices", {})
    if (raw["type"] in {"choice", "choices"}) != bool(choices):
        mend = "Fields of the type choice or choices list their choices; others have none."
        context.problem(path, "missing-key", f"The type of {name} and its choices do not fit.", mend)
    return Field(
        name=name,
        title=raw["title"],
        type=raw["type"],
        choices=choices if isinstance(choices, dict) else {choice: choice for choice in choices},
        personal=raw.get("personal", False),
        when=(guards or context).condition(raw.get("when"), (*path, "when")),
        still_seen_by=context.roles(raw.get("still_seen_by"), (*path, "still_seen_by")) or frozenset(),
        hint=raw.get("hint", ""),
        pattern=_pattern(context, raw, path),
        min=_limit(context, raw, "min", path),
        max=_limit(context, raw, "max", path),
        earliest=_bound(context, raw, "min", path),
        latest=_bound(context, raw, "max", path),
        check=context.condition(raw.get("check"), (*path, "check")),
        say=raw.get("say", ""),
        currency=_currency(context, raw, path),
        code=_code(context, raw, path),
        default=_default(context, name, raw, (*path, "default")),
        roles=_roles(context, raw, path),
        organisation=_organisation(context, raw, path),
        dated=raw.get("dated", False),
    )


def _roles(context: Context, raw: dict[str, Any], path: Path) -> frozenset[str] | None:
    """The roles of which a person must hold one who may be chosen; None where any will do."""
    if "role" in raw and raw["type"] != PERSON:
        context.problem((*path, "role"), "wrong-value", f"role: means nothing for the type {raw['type']}.")
        return None
    if raw.get("role") == []:
        context.problem((*path, "role"), "wrong-value", "role: names none, and nobody could be chosen.", "Name one.")
    return context.roles(raw.get("role"), (*path, "role"))


def _organisation(context: Context, raw: dict[str, Any], path: Path) -> str:
    """The field that names the organisation of which a person must be who may be chosen."""
    name: str = raw.get("organisation", "")
    here = (*path, "organisation")
    if name and raw["type"] != PERSON:
        context.problem(here, "wrong-value", f"organisation: means nothing for the type {raw['type']}.")
        return ""
    if not name or not context.known("field", name, here):
        return ""
    kind = context.language.fields.get(name)
    if kind not in {"text", "choice", ORGANISATION, None}:
        message = f"organisation: needs a field that names an organisation; {name} is of the type {kind}."
        context.problem(here, "wrong-value", message, "Name a field of the type organisation or text.")
    return name


def check_heads(context: Context, data: dict[str, Any]) -> None:
    """What the head of a process says by a field cannot be a person: what people are called changes."""
    for key in ("label", "organisation", "area"):
        name = data.get(key, "")
        if data.get("fields", {}).get(name, {}).get("type") == PERSON:
            message = f"{key}: cannot be {name}, which is a person: what people are called changes."
            context.problem((key,), "wrong-value", message, "Name a field of another type.")


def _default(context: Context, name: str, raw: dict[str, Any], path: Path) -> Expression | None:
    """What a field says as long as nobody says anything else: a value, or an expression as in `set:`."""
    given = raw.get("default")
    if given is None or name not in context.language.fields:
        return None
    found = context.expression(_written(raw, given), path, context.language.result_type(name))
    return found if found is not NOTHING else None


def _written(raw: dict[str, Any], given: Any) -> str:
    """A default as an expression: numbers, yes and no, days and choices may stand there as they are."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float) and raw["type"] == "money":
        return f'money("{given}")'
    if isinstance(given, int | float):
        return str(float(given) if raw["type"] == "number" else given)
    if isinstance(given, list):
        return json.dumps(given, ensure_ascii=False)
    if raw["type"] == "choice" and given in raw.get("choices", ()):
        return json.dumps(given, ensure_ascii=False)
    if raw["type"] == "choices" and given in raw.get("choices", ()):
        return json.dumps([given], ensure_ascii=False)
    text: str = given
    return f'date("{text}")' if raw["type"] == "date" and _DAY.fullmatch(text) else text


def _limit(context: Context, raw: dict[str, Any], key: str, path: Path) -> float | None:
    limit: float | str | None = raw.get(key)
    if limit is None or raw["type"] in DATED:
        return None
    allowed = {"min": {*FIGURES}, "max": {*FIGURES, "text", "long_text"}}
    if raw["type"] not in allowed[key]:
        context.problem((*path, key), "wrong-value", f"{key}: means nothing for the type {raw['type']}.")
    elif isinstance(limit, str):
        message = f"{key}: of a field of the type {raw['type']} is a number."
        context.problem((*path, key), "wrong-type", message, "Days are limits of the types date and time.")
    elif raw["type"] == "money" and amounts.written(limit) is None:
        mend = "It has at most two digits behind the point."
        context.problem((*path, key), "wrong-value", f"{key}: {limit} is no amount of money.", mend)
    return None if isinstance(limit, str) else limit


def _bound(context: Context, raw: dict[str, Any], key: str, path: Path) -> Bound | None:
    """The first or last day of a field of a date or time: a day that is written, or one that is worked out."""
    limit, here = raw.get(key), (*path, key)
    if limit is None or raw["type"] not in DATED:
        return None
    if not isinstance(limit, str):
        message = f"{key}: of a field of the type {raw['type']} is a day."
        context.problem(here, "wrong-type", message, "Write today, opened, a field, or a day as 2024-03-22.")
        return None
    if not _DAY.fullmatch(limit):
        found = context.expression(limit, here, "TIMESTAMP")
        return Bound(found, _said(context, limit)) if found is not NOTHING else None
    try:
        day = day_written(limit)
    except NotAMoment as bad:
        context.problem(here, "bad-date", str(bad), "Write it as 2024-03-22.")
        return None
    return Bound(context.expression(f'date("{limit}")', here, "TIMESTAMP"), said_day(day))


def _said(context: Context, text: str) -> str:
    """A day that is worked out, as people are told of it: `2 weeks after Planned start`."""
    first, *moves = re.split(r"(?=[+-])", " ".join(text.split()))
    said = _named(context, first.strip())
    for move in moves:
        length = move[1:].strip()
        if said is None or not _LENGTH.fullmatch(length):
            return _follows(context, text)
        said = f"{length} {'after' if move[0] == '+' else 'before'} {said}"
    return said or _follows(context, text)


def _named(context: Context, name: str) -> str | None:
    if name in context.language.fields:
        return _titles(context)[name]
    known = {"today": "today", "now": "now", "opened": "the day on which the case was begun"}
    days = dict(context.calendar.days) if context.calendar else {}
    return known.get(name) or (name.replace("_", " ") if name in days else None)


def _follows(context: Context, text: str) -> str:
    """Of what is more than a day and durations: the fields on which it hangs."""
    known = _titles(context)
    words = [one.name for one in tokens.words(text) if not (one.member or one.call)]
    titles = [known[name] for name in dict.fromkeys(words) if name in known]
    return f"what follows from {' and '.join(titles)}" if titles else "what the process says"


def _titles(context: Context) -> dict[str, str]:
    fields = {**context.source.data.get("fields", {}), **context.row}
    return {name: raw["title"] for name, raw in fields.items()}


def _currency(context: Context, raw: dict[str, Any], path: Path) -> str:
    """The currency of an amount of money, which the process names."""
    if raw["type"] != "money":
        return ""
    named: str = context.source.data.get("currency", "")
    if not named:
        mend = "Name its currency at the top: currency: GBP."
        context.problem((*path, "type"), "missing-key", "An amount of money is of a currency.", mend)
    return named


def _code(context: Context, raw: dict[str, Any], path: Path) -> Code | None:
    """How a code is written, its check sign and the form that is flagged."""
    said: dict[str, Any] | None = raw.get("code")
    if (raw["type"] == "code") != (said is not None):
        mend = "Fields of the type code say in code: how it is written; others have none."
        context.problem(path, "missing-key", f"The type of {path[-1]} and its code do not fit.", mend)
    if said is None:
        return None
    flagged = said.get("flagged", {})
    for keys in (("pattern",), ("flagged", "pattern")):
        text = (flagged if len(keys) > 1 else said).get("pattern", "")
        if (fault := pattern_fault(text)) is not None:
            context.problem((*path, "code", *keys), "bad-pattern", f"This is no regular expression: {fault}.")
            return None
    check = _check_sign(context, said["check"], (*path, "code", "check")) if "check" in said else None
    return Code(said["pattern"], check, flagged.get("pattern", ""), flagged.get("say", ""))


def _check_sign(context: Context, raw: dict[str, Any], path: Path) -> CheckSign | None:
    signs = raw["signs"]
    twice = next((one for one in signs if signs.count(one) > 1), "")
    if twice or len(signs) > raw["modulus"]:
        said = (
            f"{twice} stands for two remainders" if twice else f"there are more signs than {raw['modulus']} remainders"
        )
        context.problem((*path, "signs"), "wrong-value", f"signs: {said}.", "Each remainder has a sign of its own.")
        return None
    return CheckSign(tuple(raw["weights"]), raw["modulus"], signs, raw.get("at", "first"), raw.get("rest", False))


def _pattern(context: Context, raw: dict[str, Any], path: Path) -> str:
    pattern: str = raw.get("pattern", "")
    if not pattern:
        return ""
    if raw["type"] != "text":
        context.problem((*path, "pattern"), "wrong-value", f"pattern: means nothing for the type {raw['type']}.")
    elif (fault := pattern_fault(pattern)) is not None:
        context.problem((*path, "pattern"), "bad-pattern", f"This is no regular expression: {fault}.")
    return pattern


def pattern_fault(pattern: str) -> str | None:
    """Why `pattern` is no regular expression that runs in bounded time; None if it is one."""
    from engine.process.language.patterns import matches

    try:
        matches(pattern, "")
    except ValueError as error:
        return str(error)
    return None
