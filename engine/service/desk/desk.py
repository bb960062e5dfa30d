"""Desk: what people keep beside the cases, as `engine.desk` gives it: notes, drafts and saved views."""

from __future__ import annotations

from engine.service.cases.accesses import Accesses
from engine.service.cases.change import Changes
from engine.service.cases.reader import Reader
from engine.service.desk.drafts import Drafts
from engine.service.desk.notes import Notes
from engine.service.desk.saved_views import SavedViews
from engine.service.desk.typed_forms import TypedForms
from engine.service.site import Site


class Desk:
    """The notes, drafts, saved views and typed forms of one site; its methods are theirs."""

    def __init__(self, site: Site, reader: Reader, changes: Changes, accesses: Accesses) -> None:
        notes, drafts, saved_views = Notes(site, reader, accesses), Drafts(site, changes), SavedViews(site)
        typed_forms = TypedForms(site)
        self.write_note = notes.write_note
        self.notes = notes.notes
        self.note_page = notes.note_page
        self.begin_draft = drafts.begin_draft
        self.drafts = drafts.drafts
        self.draft_page = drafts.draft_page
        self.draft = drafts.draft
        self.keep_answers = drafts.keep_answers
        self.attach = drafts.attach
        self.detach = drafts.detach
        self.discard = drafts.discard
        self.send = drafts.send
        self.save_view = saved_views.save_view
        self.views = saved_views.views
        self.remove_view = saved_views.remove_view
        self.made_for = typed_forms.made_for
        self.keep_form = typed_forms.keep_form
        self.typed_form = typed_forms.typed_form
