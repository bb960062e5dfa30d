"""Server: the language server protocol over standard input and output, by pygls. It asks the desk, and decides nothing.

Nothing but the protocol is written to standard output: whatever else is printed goes to standard error.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from datetime import UTC, date
from pathlib import Path as File

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from engine import __version__
from engine.calendars.day import day_of
from engine.clock import SystemClock
from engine.lsp.desk import Desk, Found, end_of
from engine.lsp.position import offset_at, offset_of, position_at
from engine.source.problem import Problem, Severity

# So long nothing was typed before a text is checked; it is short enough not to be noticed.
PAUSE = 0.2
_SEVERITIES = {Severity.ERROR: types.DiagnosticSeverity.Error, Severity.WARNING: types.DiagnosticSeverity.Warning}
_ITEMS = {
    "key": types.CompletionItemKind.Property,
    "choice": types.CompletionItemKind.EnumMember,
    "word": types.CompletionItemKind.Keyword,
    "calendar": types.CompletionItemKind.File,
    "field": types.CompletionItemKind.Field,
    "event": types.CompletionItemKind.Event,
}
_SYMBOLS = {
    "state": types.SymbolKind.Class,
    "event": types.SymbolKind.Event,
    "field": types.SymbolKind.Field,
    "task": types.SymbolKind.Function,
    "document": types.SymbolKind.File,
    "role": types.SymbolKind.Interface,
    "place": types.SymbolKind.Object,
}


class _Server(LanguageServer):
    """The documents of one editor, and when which of them is checked."""

    def __init__(self) -> None:
        # Whole texts: what ends a line is then decided in one room, and not by the library as well.
        super().__init__("casework", __version__, types.TextDocumentSyncKind.Full)
        self.desk = Desk()
        self.waiting: dict[File, asyncio.Task[None]] = {}
        self.one_at_a_time = asyncio.Lock()

    def report_server_error(self, error: Exception, source: object) -> None:  # noqa: ARG002
        """What went wrong is told beside the protocol: windows that come up would disturb whoever types."""
        print(f"casework lsp: {type(error).__name__}", file=sys.stderr)  # noqa: T201

    @property
    def encoding(self) -> str:
        """In which units the editor counts."""
        return str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding) or "utf-16")

    def position(self, text: str, offset: int) -> types.Position:
        return types.Position(*position_at(text, offset, self.encoding))

    def range(self, text: str, start: int, end: int) -> types.Range:
        return types.Range(self.position(text, start), self.position(text, end))

    def offset(self, file: File, at: types.Position) -> int:
        return offset_at(self.desk.text(file), at.line, at.character, self.encoding)

    def diagnostic(self, file: File, problem: Problem) -> types.Diagnostic:
        text = self.desk.text(file)
        start = offset_of(text, problem.line, problem.column)
        return types.Diagnostic(
            range=self.range(text, start, end_of(text, problem)),
            message=f"{problem.message} {problem.mend}".rstrip(),
            severity=_SEVERITIES[problem.severity],
            code=problem.code,
            source="casework",
            related_information=self.related(file, problem) or None,
        )

    def related(self, file: File, problem: Problem) -> list[types.DiagnosticRelatedInformation]:
        """The other half of a problem, where it has one."""
        if problem.also is None:
            return []
        text, also = self.desk.text(file), problem.also
        place = self.position(text, offset_of(text, also.line, also.column))
        location = types.Location(from_fs_path(str(file)) or "", types.Range(place, place))
        return [types.DiagnosticRelatedInformation(location, also.said)]

    def edits(self, file: File, problem: Problem) -> list[types.TextEdit]:
        text = self.desk.text(file)
        return [types.TextEdit(self.range(text, one.start, one.end), one.text) for one in problem.edits]

    def location(self, found: Found) -> types.Location:
        uri = from_fs_path(str(found.file)) or ""
        return types.Location(uri, self.range(found.text, found.start, found.end))

    def look(self, file: File, uri: str, version: int | None) -> None:
        """Check a document soon; what was to be checked of it before is not any more."""
        if file in self.waiting:
            self.waiting[file].cancel()
        self.waiting[file] = asyncio.ensure_future(self._look(file, uri, version))

    async def _look(self, file: File, uri: str, version: int | None) -> None:
        await asyncio.sleep(PAUSE)
        async with self.one_at_a_time:
            text = self.desk.text(file)
            problems = await asyncio.to_thread(self.desk.problems, file, today())
        # What was typed meanwhile is checked by itself.
        if self.desk.text(file) == text:
            found = [self.diagnostic(file, one) for one in problems]
            self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, found, version))


def today() -> date:
    """By which day the end of a calendar is told."""
    return day_of(SystemClock().now(), UTC)


def file_of(uri: str) -> File:
    """The file of a document; one that was never saved is taken for one in the working folder."""
    return File(to_fs_path(uri) or uri.rpartition("/")[2] or "untitled.yaml")


def server() -> _Server:
    """The server, with everything that it answers."""
    made = _Server()
    _add_documents(made)
    _add_help(made)
    return made


def _add_documents(made: _Server) -> None:
    @made.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(ls: _Server, params: types.DidOpenTextDocumentParams) -> None:
        _put(ls, params.text_document.uri, params.text_document.text, params.text_document.version)

    @made.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(ls: _Server, params: types.DidChangeTextDocumentParams) -> None:
        document = params.text_document
        _put(ls, document.uri, ls.workspace.get_text_document(document.uri).source, document.version)

    @made.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(ls: _Server, _: types.DidSaveTextDocumentParams) -> None:
        # Others that are open may name it: scenarios their process, a process its calendar.
        for uri, document in ls.workspace.text_documents.items():
            ls.look(file_of(uri), uri, document.version)

    @made.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(ls: _Server, params: types.DidCloseTextDocumentParams) -> None:
        file = file_of(params.text_document.uri)
        if file in ls.waiting:
            ls.waiting.pop(file).cancel()
        ls.desk.take(file)
        ls.text_document_publish_diagnostics(types.PublishDiagnosticsParams(params.text_document.uri, []))


def _put(ls: _Server, uri: str, text: str, version: int | None) -> None:
    ls.desk.put(file_of(uri), text)
    ls.look(file_of(uri), uri, version)


def _add_help(made: _Server) -> None:
    @made.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", "[", "{", ","]))
    def completion(ls: _Server, params: types.CompletionParams) -> list[types.CompletionItem]:
        file = file_of(params.text_document.uri)
        found, start, end = ls.desk.offers(file, ls.offset(file, params.position))
        place = ls.range(ls.desk.text(file), start, end)
        return [
            types.CompletionItem(
                label=one.word,
                kind=_ITEMS.get(one.kind, types.CompletionItemKind.Value),
                detail=one.title or None,
                documentation=one.help or None,
                sort_text=f"{count:05}",
                text_edit=types.TextEdit(
                    place, f"{one.word}: " if one.kind == "key" and _is_bare(ls, file, end) else one.word
                ),
            )
            for count, one in enumerate(found)
        ]

    @made.feature(types.TEXT_DOCUMENT_HOVER)
    def hover(ls: _Server, params: types.HoverParams) -> types.Hover | None:
        file = file_of(params.text_document.uri)
        said, start, end = ls.desk.told(file, ls.offset(file, params.position), today())
        shown = types.MarkupContent(types.MarkupKind.Markdown, said)
        return types.Hover(shown, ls.range(ls.desk.text(file), start, end)) if said else None

    @made.feature(types.TEXT_DOCUMENT_DEFINITION)
    def definition(ls: _Server, params: types.DefinitionParams) -> list[types.Location]:
        file = file_of(params.text_document.uri)
        return [ls.location(one) for one in ls.desk.declarations(file, ls.offset(file, params.position))]

    @made.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(ls: _Server, params: types.DocumentSymbolParams) -> list[types.DocumentSymbol]:
        return [_symbol(ls, one) for one in ls.desk.outline(file_of(params.text_document.uri))]

    kinds = [types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll]

    @made.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=kinds))
    def actions(ls: _Server, params: types.CodeActionParams) -> list[types.CodeAction]:
        return _actions(ls, params)


def _symbol(ls: _Server, found: Found) -> types.DocumentSymbol:
    place = ls.range(found.text, found.start, found.end)
    kind = _SYMBOLS.get(found.name.noun, types.SymbolKind.Key)
    return types.DocumentSymbol(found.name.name, kind, place, place, found.name.title or None)


def _is_bare(ls: _Server, file: File, end: int) -> bool:
    """Whether a key has no colon behind it so far."""
    return ls.desk.text(file)[end : end + 1] != ":"


def _actions(ls: _Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """What mends the problems at a place, each by itself, and what mends all of the document."""
    uri, text = params.text_document.uri, ls.desk.text(file := file_of(params.text_document.uri))
    first, last = (ls.offset(file, at) for at in (params.range.start, params.range.end))
    known = [one for one in ls.desk.known_problems(file, today()) if one.edits]
    found = [
        types.CodeAction(
            title=_title(one),
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[ls.diagnostic(file, one)],
            is_preferred=True,
            edit=types.WorkspaceEdit({uri: ls.edits(file, one)}),
        )
        for one in known
        if offset_of(text, one.line, one.column) <= last and first <= end_of(text, one)
    ]
    after = ls.desk.mended(file, today()) if known else text
    if after != text:
        whole = types.TextEdit(ls.range(text, 0, len(text)), after)
        title, kind = "Mend everything that can be mended in one way", types.CodeActionKind.SourceFixAll
        found.append(types.CodeAction(title, kind, edit=types.WorkspaceEdit({uri: [whole]})))
    return found


def _title(problem: Problem) -> str:
    texts = [one.text for one in problem.edits if one.text.strip()]
    return f"Write {texts[0]}" if texts else problem.mend or "Mend it"


def run() -> None:
    """Answer an editor until it goes; where nobody listens there is nothing to do."""
    with contextlib.suppress(OSError), os.fdopen(os.dup(0), "rb") as asked, os.fdopen(os.dup(1), "wb") as answered:
        # Where standard error is closed, what is printed besides has nowhere to go, and must not go here either.
        kept, aside = os.dup(1), _aside()
        os.dup2(aside, 1)
        try:
            server().start_io(asked, answered)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(aside)


def _aside() -> int:
    try:
        return os.dup(2)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
