"""The language server: messages in, questions to the bench, answers out. No rule lives here."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from shepherd.author.formatting import Unfaithful, Unreadable, formatted
from shepherd.author.hovering import Part
from shepherd.author.rename import CannotRename
from shepherd.cli.bench import Bench
from shepherd.desk.clock import days
from shepherd.flow.files import home_of
from shepherd.flow.findings import Finding, Place
from shepherd.flow.schema import KINDS

#: Seconds without a key pressed after which the library is checked.
REST = 0.2
#: How a file of a library begins.
KIND = re.compile(rf"(?:\s*(?:#.*|---.*)?\n)*(?:{'|'.join(KINDS)}):")
_KINDS = {"step": "Function", "flow": "Module", "outcome": "EnumMember", "operation": "Interface", "field": "Field"}
_KINDS |= {"name": "Variable", "fact": "Variable", "input": "Variable", "function": "Function", "text": "Text"}
_PARTS = {"step": "Function", "outcome": "EnumMember", "scenario": "Event", "group": "Namespace", "input": "Variable"}


class Server(LanguageServer):
    """Benches by the folders of their libraries, and what was last said of their files."""

    def __init__(self, find: Callable[[], Path], today: date | None = None):
        super().__init__("shepherd", version("shepherd"))
        self.find, self.library, self.today = find, Path(), days(today)
        self.benches: dict[Path | None, Bench] = {None: Bench(None, self.today)}
        self.ours: dict[str, bool] = {}
        self.opened: dict[Path, str] = {}
        self.said: dict[Path | None, set[str]] = {}
        self.waiting: dict[Path | None, asyncio.Task[None]] = {}

    def begin(self, root: str | None) -> None:
        """Look for the library from the folder that the editor has open."""
        path = to_fs_path(root) if root else None
        if path and Path(path).is_dir():
            os.chdir(path)
        self.library = self.find().resolve()

    def is_ours(self, uri: str, text: str) -> bool:
        """Whether a file belongs to a library: it lies in the one that was found, or begins as the files of one do."""
        path = to_fs_path(uri) if uri.startswith("file:") else None
        inside = path is not None and self.library in Path(path).resolve().parents
        return inside or (path is not None and KIND.match(text) is not None)

    def place(self, uri: str) -> tuple[Bench, str]:
        """The bench of a file, and the file's name on it; an empty bench for what belongs to no library."""
        if not self.ours.get(uri):
            return self.benches[None], uri
        path = Path(to_fs_path(uri) or "/").resolve()
        self.opened[path] = uri
        folder = home_of(path, self.library).resolve()
        if folder not in self.benches:
            self.benches[folder] = Bench(folder, self.today)
        return self.benches[folder], path.relative_to(folder).as_posix()

    def uri(self, bench: Bench, file: str) -> str:
        """The address of a file: that by which the editor opened it, if it has."""
        path = (bench.folder or Path()) / file
        return self.opened.get(path) or from_fs_path(str(path)) or ""

    def lines(self, bench: Bench, file: str) -> list[str]:
        """The lines of a file, by which characters are counted as the editor counts them."""
        return bench.sources().get(file, "").split("\n")

    def point(self, uri: str, position: lsp.Position) -> tuple[Bench, str, int, int]:
        """The bench, the file, the line and the column (from 0, in characters) of a position."""
        bench, file = self.place(uri)
        at = self.workspace.position_codec.position_from_client_units(self.lines(bench, file), position)
        return bench, file, at.line, at.character

    def range(self, lines: list[str], place: Place) -> lsp.Range:
        """*place* as the editor counts."""
        start = lsp.Position(line=place.line - 1, character=place.column - 1)
        end = lsp.Position(line=place.end_line - 1, character=place.end_column - 1)
        return self.workspace.position_codec.range_to_client_units(lines, lsp.Range(start=start, end=end))

    def location(self, bench: Bench, file: str, place: Place) -> lsp.Location:
        """*place* of *file* as an address."""
        return lsp.Location(uri=self.uri(bench, file), range=self.range(self.lines(bench, file), place))

    # --- findings -----------------------------------------------------------------------------------

    def check_soon(self, bench: Bench) -> None:
        """Check the library once nobody has typed for a moment."""
        before = self.waiting.get(bench.folder)
        if before is not None:
            before.cancel()
        self.waiting[bench.folder] = asyncio.ensure_future(self._check(bench))

    async def _check(self, bench: Bench) -> None:
        await asyncio.sleep(REST)
        self.publish(bench, await asyncio.to_thread(bench.findings))

    def publish(self, bench: Bench, findings: list[Finding]) -> None:
        """Say what is wrong with each file; nothing with those that were wrong before and no longer are."""
        by_file: dict[str, list[Finding]] = {file: [] for file in bench.typed}
        for finding in findings:
            by_file.setdefault(finding.file, []).append(finding)
        for file in {*by_file, *self.said.get(bench.folder, ())}:
            found = [self.diagnostic(bench, finding) for finding in by_file.get(file, ())]
            uri = self.uri(bench, file)
            number = self.workspace.get_text_document(uri).version if file in bench.typed else None
            params = lsp.PublishDiagnosticsParams(uri=uri, diagnostics=found, version=number)
            self.text_document_publish_diagnostics(params)
        self.said[bench.folder] = {file for file, found in by_file.items() if found}

    def diagnostic(self, bench: Bench, finding: Finding) -> lsp.Diagnostic:
        """A finding, with the steps of its path as places to go to."""
        severity = lsp.DiagnosticSeverity.Error if finding.severity == "error" else lsp.DiagnosticSeverity.Warning
        path = []
        for hop in finding.path:
            for made in bench.made(hop.step):
                where = self.location(bench, made.file, made.place)
                path.append(lsp.DiagnosticRelatedInformation(location=where, message=f"{hop.step} ({hop.by})"))
        return lsp.Diagnostic(
            range=self.range(self.lines(bench, finding.file), finding.place),
            message=f"{finding.message}\n{finding.hint}".strip(),
            severity=severity,
            code=finding.code,
            source="shepherd",
            related_information=path or None,
        )

    def symbol(self, lines: list[str], part: Part) -> lsp.DocumentSymbol:
        """A part of a file for the outline."""
        return lsp.DocumentSymbol(
            name=part.name or "?",
            detail=part.detail,
            kind=lsp.SymbolKind[_PARTS.get(part.kind, "Variable")],
            range=self.range(lines, part.place),
            selection_range=self.range(lines, part.at),
            children=[self.symbol(lines, below) for below in part.parts],
        )


def serve(find: Callable[[], Path], today: date | None = None) -> None:
    """Answer an editor over stdin and stdout until it ends the talk; *find* gives the library, *today* the day."""
    server = Server(find, today)
    _listen(server)
    _answer(server)
    _write(server)
    server.start_io()


def _listen(server: Server) -> None:
    """What the editor tells of its files."""

    @server.feature(lsp.INITIALIZE)
    def begun(params: lsp.InitializeParams) -> None:
        folders = params.workspace_folders
        server.begin(folders[0].uri if folders else params.root_uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        document = params.text_document
        server.ours[document.uri] = server.is_ours(document.uri, document.text)
        changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def typed(params: lsp.DidChangeTextDocumentParams) -> None:
        changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        bench, file = server.place(params.text_document.uri)
        if bench.folder is not None:
            bench.close(file)
            server.check_soon(bench)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    @server.feature(lsp.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: object) -> None:
        for bench in server.benches.values():
            if bench.folder is not None:
                server.check_soon(bench)

    def changed(uri: str) -> None:
        bench, file = server.place(uri)
        if bench.folder is None:
            return
        bench.type(file, server.workspace.get_text_document(uri).source)
        server.check_soon(bench)


def _answer(server: Server) -> None:
    """What the editor asks."""

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        bench, file, line, column = server.point(params.text_document.uri, params.position)
        found = bench.definitions(file, line + 1, column + 1)
        return [server.location(bench, m.file, m.place) for m in found]

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        bench, file, line, column = server.point(params.text_document.uri, params.position)
        found = bench.references(file, line + 1, column + 1, defining=params.context.include_declaration)
        return [server.location(bench, m.file, m.place) for m in found]

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        bench, file, line, column = server.point(params.text_document.uri, params.position)
        found = bench.hover(file, line + 1, column + 1)
        if found is None:
            return None
        said, mention = found
        words = lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=said)
        return lsp.Hover(contents=words, range=server.range(server.lines(bench, file), mention.place))

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[":", " ", ".", "/", "{"]))
    def complete(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        bench, file, line, column = server.point(params.text_document.uri, params.position)
        word, offers = bench.offers(file, line, column)
        here = server.range(server.lines(bench, file), Place(line + 1, column + 1 - len(word), line + 1, column + 1))
        return [
            lsp.CompletionItem(
                label=offer.word,
                kind=lsp.CompletionItemKind[_KINDS.get(offer.kind, "Value")],
                detail=f"{offer.kind}: {offer.detail}" if offer.detail else offer.kind,
                text_edit=lsp.TextEdit(range=here, new_text=offer.word),
            )
            for offer in offers
        ]

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def symbols(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        bench, file = server.place(params.text_document.uri)
        lines = server.lines(bench, file)
        return [server.symbol(lines, part) for part in bench.outline(file)]


def _write(server: Server) -> None:
    """What the editor lets be written."""

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare(params: lsp.PrepareRenameParams) -> lsp.Range | None:
        bench, file, line, column = server.point(params.text_document.uri, params.position)
        try:
            return server.range(server.lines(bench, file), bench.step_at(file, line + 1, column + 1).place)
        except CannotRename:
            return None

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        bench, file, line, column = server.point(params.text_document.uri, params.position)
        try:
            edits = bench.rename(file, line + 1, column + 1, params.new_name)
        except CannotRename as error:
            said = lsp.ShowMessageParams(type=lsp.MessageType.Warning, message=error.sentence)
            server.window_show_message(said)
            return None
        changes = {}
        for name, one in edits.items():
            lines = server.lines(bench, name)
            made = [lsp.TextEdit(range=server.range(lines, edit.place), new_text=edit.text) for edit in one]
            changes[server.uri(bench, name)] = made
        return lsp.WorkspaceEdit(changes=changes)

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def format_(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        bench, file = server.place(params.text_document.uri)
        text = bench.sources().get(file, "")
        try:
            made = formatted(text, file)
        except (Unreadable, Unfaithful):
            return []
        lines = text.split("\n")
        whole = server.range(lines, Place(1, 1, len(lines), len(lines[-1]) + 1))
        return [lsp.TextEdit(range=whole, new_text=made)] if made != text else []
