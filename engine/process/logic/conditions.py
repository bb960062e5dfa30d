"""Conditions: an expression as something that can be asked of many cases at once, as far as it can be told. Pure.

Fields compared with what is written down, empty or not, the state, documents, `&&`, `||`, `!` and `? :` are told by
the rules of CEL. Anything else has a name of its own, and may be true, false or unknown.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.process.language.tokens import TEXT, bare, is_text, literal
from engine.source.sign import composed

Truth = bool | None
Values = Mapping[str, Any]
"""By the name of a field its value, None where it is empty; STATE; documents and what cannot be told by their text."""
STATE = "state"
OTHER = "?"
"""Stands before the text of what cannot be told."""
_Ask = Callable[[Values], Truth]

_RELATION = re.compile(r"==|!=|<=|>=|<|>|(?<!\w)in(?!\w)")
_CALL = re.compile(rf"(has|within)\s*\(\s*{TEXT}\s*\)")
_WHOLE, _DECIMAL = re.compile(r"-?[0-9]+"), re.compile(r"-?[0-9]+\.[0-9]+")
_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_EQUAL = frozenset({"==", "!="})
# What can stand beside a field of each type, and how it may be compared.
_FITTING: dict[str, tuple[type, frozenset[str]]] = {
    "choice": (str, _EQUAL),
    "text": (str, _EQUAL),
    "long_text": (str, _EQUAL),
    "yes_no": (bool, _EQUAL),
    "integer": (int, frozenset(_SIGNS)),
    "number": (float, frozenset(_SIGNS)),
}


@dataclass
class Condition:
    """One condition. `cuts`: the fields that it asks for, each with what it is compared with.

    `documents` are keys of those it asks for, `others` of what cannot be told: both have values as fields have.
    """

    ask: _Ask = lambda _: None
    cuts: dict[str, set[Any]] = field(default_factory=dict)
    documents: set[str] = field(default_factory=set)
    others: set[str] = field(default_factory=set)
    asks_state: bool = False

    @property
    def hangs_on_case(self) -> bool:
        """Whether it could be one thing in one case, and another in another."""
        return bool(self.cuts or self.documents or self.others or self.asks_state)


def read_condition(text: str, types: Mapping[str, str]) -> Condition:
    """The condition that a checked expression is; `types` has the type of each field by its name."""
    found = Condition()
    plain = bare(text)
    # Comments are blanks; texts stay, though they are quotes in the bare text.
    text = "".join(" " if seen == " " else sign for sign, seen in zip(text, plain, strict=True))
    found.ask = _Reader(found, types).node(text)
    return found


@dataclass
class _Reader:
    """Reads one expression, from the loosest sign to the tightest, and notes in `into` what it asks for."""

    into: Condition
    types: Mapping[str, str]

    def node(self, text: str) -> _Ask:
        """What a part of the expression comes to."""
        text = text.strip()
        plain = bare(text)
        chosen = _ternary(plain)
        if chosen:
            first, second = chosen
            return _choose(self.node(text[:first]), self.node(text[first + 1 : second]), self.node(text[second + 1 :]))
        for sign, joined in (("||", _any), ("&&", _all)):
            parts = _split(text, plain, sign)
            if len(parts) > 1:
                return joined([self.node(one) for one in parts])
        relations = [one for one in _RELATION.finditer(plain) if _depth(plain, one.start()) == 0]
        if relations:
            return self._related(text, relations)
        return self._single(text, plain)

    def _single(self, text: str, plain: str) -> _Ask:
        if plain.startswith("!"):
            return _negated(self.node(text[1:]))
        if plain.startswith("(") and plain.endswith(")") and all(_depth(plain, at) for at in range(1, len(plain))):
            return self.node(text[1:-1])
        if text in {"true", "false"}:
            return lambda _: text == "true"
        if self.types.get(text) == "yes_no":
            self.into.cuts.setdefault(text, set())
            return lambda values: values[text]
        called = _CALL.fullmatch(plain)
        said = literal(text[called.start(2) : called.end(2)]) if called else None
        if called is None or said is None:
            return self._other(text)
        return self._document(said) if called[1] == "has" else self._within(said)

    def _document(self, name: str) -> _Ask:
        key = document_key(name)
        self.into.documents.add(key)
        return lambda values: values[key]

    def _within(self, name: str) -> _Ask:
        self.into.asks_state = True
        return lambda values: values[STATE] == name or values[STATE].startswith(f"{name}.")

    def _other(self, text: str) -> _Ask:
        key = OTHER + " ".join(text.split())
        self.into.others.add(key)
        return lambda values: values[key]

    def _related(self, text: str, relations: list[re.Match[str]]) -> _Ask:
        found, sign = relations[0], relations[0][0]
        left, right = text[: found.start()].strip(), text[found.end() :].strip()
        ask = None
        if len(relations) == 1:
            if sign == "in":
                ask = self._listed(left, right)
            else:
                ask = self._compared(left, sign, right) or self._compared(right, _TURNED.get(sign, sign), left)
        return ask or self._other(text)

    def _compared(self, name: str, sign: str, written: str) -> _Ask | None:
        if written == "null" and name in self.types and sign in _EQUAL:
            self.into.cuts.setdefault(name, set())
            return lambda values: (values[name] is None) == (sign == "==")
        value = constant(written)
        if not self._fits(name, value, sign):
            return None
        compare = _SIGNS[sign]
        return self._told(name, {value}, lambda found: compare(found, value))

    def _listed(self, name: str, written: str) -> _Ask | None:
        if not (written.startswith("[") and written.endswith("]")):
            return None
        inside = written[1:-1]
        values = [constant(one) for one in _split(inside, bare(inside), ",")] if inside.strip() else []
        if not all(self._fits(name, one, "==") for one in values) or name not in {*self.types, STATE}:
            return None
        return self._told(name, set(values), lambda found: found in values)

    def _fits(self, name: str, value: Any, sign: str) -> bool:
        if name == STATE and name not in self.types:
            return isinstance(value, str) and sign in _EQUAL
        kind, signs = _FITTING.get(self.types.get(name, ""), (None, _EQUAL))
        # `bool` is an `int` to Python, and not to an author.
        return kind is not None and type(value) is kind and sign in signs

    def _told(self, name: str, values: set[Any], test: Callable[[Any], bool]) -> _Ask:
        if name == STATE and name not in self.types:
            self.into.asks_state = True
        else:
            self.into.cuts.setdefault(name, set()).update(values)
        return lambda found: None if found[name] is None else test(found[name])


def document_key(name: str) -> str:
    """By what a document is asked for among the values of a case."""
    return f'has("{name}")'


def constant(written: str) -> Any:
    """What is written down outright; None where it is worked out."""
    written = written.strip()
    if written in {"true", "false"}:
        return written == "true"
    if _WHOLE.fullmatch(written):
        return int(written)
    if _DECIMAL.fullmatch(written):
        return float(written)
    # A text with letters in front of its quotes is read by other rules.
    said = literal(written) if is_text(written) and written[0] in "\"'" else None
    return None if said is None else composed(said)


def _depth(plain: str, at: int) -> int:
    """How many brackets are open before a place."""
    return sum((sign in "([{") - (sign in ")]}") for sign in plain[:at])


def _split(text: str, plain: str, sign: str) -> list[str]:
    places = [one.start() for one in re.finditer(re.escape(sign), plain) if _depth(plain, one.start()) == 0]
    starts = [0, *(place + len(sign) for place in places)]
    return [text[start:end] for start, end in zip(starts, [*places, len(text)], strict=True)]


def _ternary(plain: str) -> tuple[int, int] | None:
    """Where the first `?` stands that no bracket holds, and its `:`."""
    marks = [(at, sign) for at, sign in enumerate(plain) if sign in "?:" and _depth(plain, at) == 0]
    open_ones = 0
    for at, sign in marks:
        open_ones += 1 if sign == "?" else -1
        if open_ones == 0:
            return marks[0][0], at
    return None


def _all(parts: list[_Ask]) -> _Ask:
    return lambda values: _joined([one(values) for one in parts], decisive=False)


def _any(parts: list[_Ask]) -> _Ask:
    return lambda values: _joined([one(values) for one in parts], decisive=True)


def _joined(found: list[Truth], *, decisive: bool) -> Truth:
    """One part that decides it is enough, whatever is unknown beside it."""
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _negated(part: _Ask) -> _Ask:
    def ask(values: Values) -> Truth:
        found = part(values)
        return None if found is None else not found

    return ask


def _choose(condition: _Ask, yes: _Ask, no: _Ask) -> _Ask:
    def ask(values: Values) -> Truth:
        found = condition(values)
        return None if found is None else (yes if found else no)(values)

    return ask


def asked_together(conditions: Iterable[Condition]) -> Condition:
    """What some conditions ask for, all together."""
    whole = Condition()
    for one in conditions:
        for name, values in one.cuts.items():
            whole.cuts.setdefault(name, set()).update(values)
        whole.documents |= one.documents
        whole.others |= one.others
        whole.asks_state = whole.asks_state or one.asks_state
    return whole
