"""The use cases, one transaction each. The public Python API is `Engine`.

Lives here: what a transaction does with cases, and the views that are told of them. It asks
`engine.case` what is to happen and `engine.store` to keep it; no rule about cases is decided here.
"""

from engine.service.cases.due import Ran
from engine.service.cases.transaction import UnknownCase
from engine.service.cases.views import Case, Document, Page, Task, Timer, as_data
from engine.service.cases.words import Access, Choice, Overview, Report, Shown
from engine.service.engine import Engine
from engine.service.history.told import Answer, Fact, Timeline, Told
from engine.service.keeping.proof import Finding
from engine.service.keeping.verification import Verified
from engine.service.lists.cursors import BadCursor
from engine.service.lists.finder import UnknownState
from engine.service.people.faults import BadPerson
from engine.service.people.people import Grant, Organisation, Person
from engine.service.people.tokens import Scope, Token
from engine.service.processes.catalogue import UnknownProcess
from engine.service.processes.publication import Published

__all__ = [
    "Access",
    "Answer",
    "BadCursor",
    "BadPerson",
    "Case",
    "Choice",
    "Document",
    "Engine",
    "Fact",
    "Finding",
    "Grant",
    "Organisation",
    "Overview",
    "Page",
    "Person",
    "Published",
    "Ran",
    "Report",
    "Scope",
    "Shown",
    "Task",
    "Timeline",
    "Timer",
    "Token",
    "Told",
    "UnknownCase",
    "UnknownProcess",
    "UnknownState",
    "Verified",
    "as_data",
]
