"""The server for editors, as an editor talks to it: a process of its own, over standard input and output."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

from engine.authoring.check import check_text
from tests.conftest import LOAN, ROOT

TEXT = LOAN.read_text().replace("Equipment loan", "😀 Équipment loan", 1)
PATIENCE = 60.0


class Editor:
    """An editor with documents open, and what it was told of them last."""

    def __init__(self) -> None:
        self.client = LanguageClient("editor", "1")
        self.told: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def tell(params: types.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

    async def begin(self, encodings: list[str] | None = None) -> types.InitializeResult:
        await self.client.start_io(sys.executable, "-m", "engine.cli", "lsp", cwd=ROOT)
        general = types.GeneralClientCapabilities(position_encodings=encodings) if encodings else None  # type: ignore[arg-type]
        result = await self.client.initialize_async(
            types.InitializeParams(capabilities=types.ClientCapabilities(general=general), root_uri=ROOT.as_uri())
        )
        self.client.initialized(types.InitializedParams())
        return result

    def open(self, file: Path, text: str) -> None:
        document = types.TextDocumentItem(file.as_uri(), "yaml", 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(document))

    def type(self, file: Path, text: str, version: int) -> None:
        document = types.VersionedTextDocumentIdentifier(version, file.as_uri())
        change = types.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def problems(self, version: int) -> list[types.Diagnostic]:
        while True:
            told = await asyncio.wait_for(self.told.get(), PATIENCE)
            if told.version == version:
                return list(told.diagnostics)

    async def end(self) -> int:
        await self.client.shutdown_async(None)
        self.client.exit(None)
        server = self.client._server
        assert server
        code = await asyncio.wait_for(server.wait(), PATIENCE)
        await self.client.stop()
        return code


def edit(
    folder: Path, act: Callable[[Editor, Path], Coroutine[Any, Any, None]], encodings: list[str] | None = None
) -> None:
    """Let an editor do something with a file that it has not saved, and end the server."""

    async def all_of_it() -> None:
        editor = Editor()
        await editor.begin(encodings)
        await act(editor, folder / "loan.yaml")
        assert await editor.end() == 0

    asyncio.run(all_of_it())


def at(text: str, place: str, more: int = 0) -> types.Position:
    """Where something stands, in units of UTF-16."""
    before = text[: text.index(place) + more]
    return types.Position(before.count("\n"), len(before.rpartition("\n")[2].encode("utf-16-le")) // 2)


def applied(text: str, edits: list[types.TextEdit]) -> str:
    def offset(place: types.Position) -> int:
        lines = text.split("\n")
        line = lines[place.line].encode("utf-16-le")[: place.character * 2].decode("utf-16-le")
        return sum(len(one) + 1 for one in lines[: place.line]) + len(line)

    for one in sorted(edits, key=lambda edit: offset(edit.range.start), reverse=True):
        text = text[: offset(one.range.start)] + one.new_text + text[offset(one.range.end) :]
    return text


def test_problems_are_told_while_somebody_types_as_check_tells_them(tmp_path: Path) -> None:
    shutil.copy(LOAN.with_name("equipment-repair.yaml"), tmp_path)  # a loan is linked to its repair

    async def act(editor: Editor, file: Path) -> None:
        editor.open(file, TEXT)
        assert await editor.problems(1) == []
        wrong = TEXT.replace("roles:", "rolse:", 1)
        editor.type(file, wrong, 2)
        found = await editor.problems(2)
        expected = check_text(wrong, file)
        assert [(one.range.start.line + 1, one.code) for one in found] == [(one.line, one.code) for one in expected]
        assert found[0].source == "casework"
        assert found[0].severity is types.DiagnosticSeverity.Error
        editor.type(file, TEXT + "title: Again\n", 3)
        [twice] = await editor.problems(3)
        assert twice.related_information
        [first] = twice.related_information
        assert (first.message, first.location.uri) == ("here first", file.as_uri())
        assert TEXT.split("\n")[first.location.range.start.line].startswith("title: ")
        editor.type(file, TEXT + "x: [", 4)
        assert [one.code for one in await editor.problems(4)] == ["not-yaml"]
        editor.type(file, TEXT, 5)
        assert await editor.problems(5) == []

    edit(tmp_path, act)


@pytest.mark.parametrize(("encodings", "units"), [(None, 3), (["utf-32"], 2), (["utf-8"], 6)])
def test_places_are_counted_as_the_editor_counts(tmp_path: Path, encodings: list[str] | None, units: int) -> None:
    text = 'process: x\nstates: {first: {"é😀": 1, ovner: clerk}}\n'
    before = len('states: {first: {"') + len('": 1, ')

    async def act(editor: Editor, file: Path) -> None:
        editor.open(file, text)
        [found] = [one for one in await editor.problems(1) if "ovner" in one.message]
        assert (found.range.start.line, found.range.start.character) == (1, before + units)
        assert found.range.end.character == before + units + len("ovner")

    edit(tmp_path, act, encodings)


def test_what_mends_a_problem_is_offered_and_mends_it(tmp_path: Path) -> None:
    wrong = TEXT.replace("title: 😀", 'description: "é😀", tilte: 😀').replace('description: "é😀", ', "", 1)
    wrong = wrong.replace("roles:", "rolse:", 1)

    async def act(editor: Editor, file: Path) -> None:
        editor.open(file, wrong)
        found = await editor.problems(1)
        [rolse] = [one for one in found if "rolse" in one.message]
        actions = await editor.client.text_document_code_action_async(
            types.CodeActionParams(
                types.TextDocumentIdentifier(file.as_uri()), rolse.range, types.CodeActionContext([rolse])
            )
        )
        assert actions
        assert [one.title for one in actions] == ["Write roles", "Mend everything that can be mended in one way"]
        texts = []
        for one in actions:
            assert isinstance(one, types.CodeAction)
            assert one.edit
            assert one.edit.changes
            texts.append(applied(wrong, list(one.edit.changes[file.as_uri()])))
        assert texts == [wrong.replace("rolse:", "roles:"), TEXT]

    edit(tmp_path, act)


def test_names_and_keys_are_offered_explained_and_found(tmp_path: Path) -> None:
    async def act(editor: Editor, file: Path) -> None:
        editor.open(file, TEXT)
        await editor.problems(1)
        document = types.TextDocumentIdentifier(file.as_uri())
        role = TEXT[TEXT.index("owner: ") + 7 :].split()[0].strip(",}")
        offered = await editor.client.text_document_completion_async(
            types.CompletionParams(document, at(TEXT, "owner: ", 8))
        )
        assert isinstance(offered, list)
        assert role in [one.label for one in offered]
        hover = await editor.client.text_document_hover_async(types.HoverParams(document, at(TEXT, "owner: ", 2)))
        assert hover
        assert isinstance(hover.contents, types.MarkupContent)
        assert "The role that has to move the case on" in hover.contents.value
        found = await editor.client.text_document_definition_async(
            types.DefinitionParams(document, at(TEXT, "owner: ", 8))
        )
        assert isinstance(found, list)
        assert found[0].uri == file.as_uri()
        line = TEXT.split("\n")[found[0].range.start.line]
        assert line.strip().startswith(f"{role}:")
        symbols = await editor.client.text_document_document_symbol_async(types.DocumentSymbolParams(document))
        assert symbols
        assert role in [one.name for one in symbols]

    edit(tmp_path, act)


def test_what_is_half_typed_ends_nothing_and_a_closed_document_has_no_problems(tmp_path: Path) -> None:
    async def act(editor: Editor, file: Path) -> None:
        editor.open(file, TEXT)
        document = types.TextDocumentIdentifier(file.as_uri())
        for version, typed in enumerate(
            ("x: [", "\t", "&a *a !", '"', "states: 7\nroles: [", "\u0007", "- é😀"), start=2
        ):
            editor.type(file, TEXT[: len(TEXT) // 2] + typed, version)
            assert await editor.problems(version)
            place = at(TEXT, "owner: ", 8)
            await editor.client.text_document_completion_async(types.CompletionParams(document, place))
            await editor.client.text_document_hover_async(types.HoverParams(document, place))
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(document))
        while (told := await asyncio.wait_for(editor.told.get(), PATIENCE)).diagnostics:
            pass
        assert told.uri == file.as_uri()

    edit(tmp_path, act)


def test_it_ends_with_its_editor_and_prints_nothing_but_the_protocol() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "engine.cli", "lsp"],
        input=b"",
        capture_output=True,
        cwd=ROOT,
        timeout=PATIENCE,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, b"")


def test_without_the_library_it_is_told_what_to_install() -> None:
    code = "import sys; sys.modules['pygls'] = None; from engine.cli.main import main; sys.argv[1:] = ['lsp']; main()"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, timeout=PATIENCE, check=False)
    assert ended.returncode == 2, ended.stderr
    assert b"pip install 'casework[editor]'" in ended.stderr
