"""casework: case processes written in YAML, run by a generic engine.

What is named here is the public Python API; `from casework import Engine` gives the same names where the program is
installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.case.charges.figures import (
        Figure,
        Figures,
    )
    from engine.case.command import (
        Actor,
    )
    from engine.case.entry import (
        Entry,
    )
    from engine.case.refusal import (
        Code,
        Refusal,
    )
    from engine.case.sight import (
        Action,
    )
    from engine.case.snapshot import (
        Snapshot,
    )
    from engine.case.step.possible import (
        Possible,
    )
    from engine.clock import (
        Clock,
        SetClock,
        SystemClock,
    )
    from engine.process.definition import (
        Process,
    )
    from engine.service import (
        Access,
        Answer,
        BadCursor,
        BadPerson,
        Case,
        Choice,
        Document,
        Engine,
        Fact,
        Finding,
        Grant,
        Organisation,
        Overview,
        Page,
        Person,
        Published,
        Ran,
        Report,
        Scope,
        Shown,
        Task,
        Timeline,
        Timer,
        Token,
        Told,
        UnknownCase,
        UnknownProcess,
        UnknownState,
        Verified,
        as_data,
    )
    from engine.service.charges.books import (
        NoCharges,
    )
    from engine.service.charges.charges import (
        Owed,
    )
    from engine.service.desk.drafts import (
        UnknownDraft,
        as_taken,
        seal_of,
    )
    from engine.service.desk.notes import (
        Note,
    )
    from engine.service.desk.saved_views import (
        SavedView,
    )
    from engine.service.lists.places import (
        PlaceFigures,
    )
    from engine.service.meetings.meeting import (
        Meeting,
    )
    from engine.service.meetings.meetings import (
        BadMeeting,
        ChangedMeeting,
        UnknownMeeting,
    )
    from engine.service.messages.outbox import (
        BadHook,
        Email,
        NotSent,
        Webhook,
    )
    from engine.service.people.ceremonies import (
        BadPasskey,
        RelyingParty,
        party_of,
    )
    from engine.service.people.deputies import (
        ActsNoMore,
        BadDeputy,
    )
    from engine.service.people.faults import (
        ChangedPerson,
        HasSecondFactor,
    )
    from engine.service.people.handovers import (
        Handover,
        Kept,
    )
    from engine.service.people.passkeys import (
        Ask,
    )
    from engine.service.people.sessions import (
        Session,
        Stage,
    )
    from engine.service.people.summaries import (
        Brief,
        Charge,
        Summary,
    )
    from engine.service.processes.publication import (
        Trial,
        VersionEntry,
    )
    from engine.source.fault import (
        CaseworkError,
        Invalid,
        TooBig,
        Unavailable,
        Unknown,
    )
    from engine.source.problem import (
        Problem,
        Refused,
    )
    from engine.store.database import (
        DatabaseUnavailable,
    )
    from engine.store.documents import (
        Arrived,
        Documents,
        DocumentTooBig,
    )
    from engine.store.keeping.archive import (
        BadArchive,
        Counted,
    )

__version__ = "0.1.0"
__all__ = [
    "Access",
    "Action",
    "Actor",
    "ActsNoMore",
    "Answer",
    "Arrived",
    "Ask",
    "BadArchive",
    "BadCursor",
    "BadDeputy",
    "BadHook",
    "BadMeeting",
    "BadPasskey",
    "BadPerson",
    "Brief",
    "Case",
    "CaseworkError",
    "ChangedMeeting",
    "ChangedPerson",
    "Charge",
    "Choice",
    "Clock",
    "Code",
    "Counted",
    "DatabaseUnavailable",
    "Document",
    "DocumentTooBig",
    "Documents",
    "Email",
    "Engine",
    "Entry",
    "Fact",
    "Figure",
    "Figures",
    "Finding",
    "Grant",
    "Handover",
    "HasSecondFactor",
    "Invalid",
    "Kept",
    "Meeting",
    "NoCharges",
    "NotSent",
    "Note",
    "Organisation",
    "Overview",
    "Owed",
    "Page",
    "Person",
    "PlaceFigures",
    "Possible",
    "Problem",
    "Process",
    "Published",
    "Ran",
    "Refusal",
    "Refused",
    "RelyingParty",
    "Report",
    "SavedView",
    "Scope",
    "Session",
    "SetClock",
    "Shown",
    "Snapshot",
    "Stage",
    "Summary",
    "SystemClock",
    "Task",
    "Timeline",
    "Timer",
    "Token",
    "Told",
    "TooBig",
    "Trial",
    "Unavailable",
    "Unknown",
    "UnknownCase",
    "UnknownDraft",
    "UnknownMeeting",
    "UnknownProcess",
    "UnknownState",
    "Verified",
    "VersionEntry",
    "Webhook",
    "__version__",
    "as_data",
    "as_taken",
    "party_of",
    "seal_of",
]

_HOMES = {
    "engine.case.charges.figures": ["Figure", "Figures"],
    "engine.service.charges.books": ["NoCharges"],
    "engine.service.charges.charges": ["Owed"],
    "engine.case.command": ("Actor",),
    "engine.case.entry": ("Entry",),
    "engine.case.sight": ("Action",),
    "engine.case.step.possible": ("Possible",),
    "engine.case.refusal": (
        "Code",
        "Refusal",
    ),
    "engine.case.snapshot": ("Snapshot",),
    "engine.clock": (
        "Clock",
        "SetClock",
        "SystemClock",
    ),
    "engine.process.definition": ("Process",),
    "engine.service": (
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
    ),
    "engine.service.desk.drafts": (
        "UnknownDraft",
        "as_taken",
        "seal_of",
    ),
    "engine.service.desk.notes": ("Note",),
    "engine.service.desk.saved_views": ("SavedView",),
    "engine.service.lists.places": ("PlaceFigures",),
    "engine.service.meetings.meeting": ("Meeting",),
    "engine.service.meetings.meetings": (
        "BadMeeting",
        "ChangedMeeting",
        "UnknownMeeting",
    ),
    "engine.service.messages.outbox": (
        "BadHook",
        "Email",
        "NotSent",
        "Webhook",
    ),
    "engine.service.people.handovers": (
        "Handover",
        "Kept",
    ),
    "engine.service.people.deputies": (
        "ActsNoMore",
        "BadDeputy",
    ),
    "engine.service.people.faults": ("ChangedPerson", "HasSecondFactor"),
    "engine.service.people.ceremonies": ("BadPasskey", "RelyingParty", "party_of"),
    "engine.service.people.passkeys": ("Ask",),
    "engine.service.people.sessions": (
        "Session",
        "Stage",
    ),
    "engine.service.people.summaries": ("Brief", "Charge", "Summary"),
    "engine.service.processes.publication": (
        "Trial",
        "VersionEntry",
    ),
    "engine.source.fault": (
        "CaseworkError",
        "Invalid",
        "TooBig",
        "Unavailable",
        "Unknown",
    ),
    "engine.source.problem": (
        "Problem",
        "Refused",
    ),
    "engine.store.keeping.archive": (
        "BadArchive",
        "Counted",
    ),
    "engine.store.database": ("DatabaseUnavailable",),
    "engine.store.documents": (
        "Arrived",
        "DocumentTooBig",
        "Documents",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import on first use: `casework --help` and `casework check` need no database."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOME_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
