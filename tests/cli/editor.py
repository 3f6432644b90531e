"""An editor: the real server as a process of its own, and the messages of the protocol over its standard channels."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Any

SRC = Path(__file__).resolve().parents[2] / "src"
LONG = 60.0
#: What the server is told to take for today.
TODAY = "2026-03-01"


class Editor:
    """An editor with one library open; places count from 0, characters in UTF-16, as most editors do."""

    def __init__(self, library: Path, *, named: bool = True, root: Path | None = None):
        self.library, self.number = library, 0
        flag = ["--library", str(library)] if named else []
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.messages: Queue[dict[str, Any]] = Queue()
        self.told: dict[str, dict[str, Any]] = {}
        self.shown: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "shepherd.cli", "lsp", *flag],
            env={"PYTHONPATH": str(SRC), "PATH": os.environ["PATH"], "SHEPHERD_TODAY": TODAY},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        Thread(target=self._listen, daemon=True).start()
        opened = (root or library).as_uri()
        self.can = self.ask("initialize", processId=None, rootUri=opened, capabilities={})["capabilities"]
        self.tell("initialized")

    def __enter__(self) -> Editor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait()

    def leave(self) -> int:
        """End the talk as the protocol says; the server's exit code."""
        self.ask("shutdown")
        self.tell("exit")
        return self.process.wait(LONG)

    def uri(self, file: str) -> str:
        return file if file.startswith("untitled:") else (self.library / file).as_uri()

    def open(self, file: str, text: str | None = None) -> None:
        self.texts[file] = text if text is not None else (self.library / file).read_text()
        self.versions[file] = 1
        document = {"uri": self.uri(file), "languageId": "yaml", "version": 1, "text": self.texts[file]}
        self.tell("textDocument/didOpen", textDocument=document)

    def type(self, file: str, text: str) -> None:
        """The whole text is another; it is not saved."""
        self.texts[file] = text
        self.versions[file] += 1
        document = {"uri": self.uri(file), "version": self.versions[file]}
        self.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def at(self, file: str, word: str, within: int = 0) -> dict[str, Any]:
        """Where *word* first stands in *file*, as the parameters of a question."""
        before = self.texts[file][: self.texts[file].index(word) + within]
        line = before.rpartition("\n")[2]
        position = {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}
        return {"textDocument": {"uri": self.uri(file)}, "position": position}

    def cut(self, where: dict[str, Any]) -> str:
        """What stands at a range or location of a file."""
        file = where["uri"].rpartition("/")[2] if "uri" in where else ""
        text = self.texts.get(file) or (self.library / file).read_text()
        start, end = where["range"]["start"], where["range"]["end"]
        line = text.split("\n")[start["line"]].encode("utf-16-le")
        return line[start["character"] * 2 : end["character"] * 2].decode("utf-16-le")

    def problems(self, file: str) -> list[dict[str, Any]]:
        """What is said to be wrong with *file*, as it is typed now."""
        uri = self.uri(file)
        while uri not in self.told or self.told[uri].get("version") != self.versions.get(file):
            self._take(self.messages.get(timeout=LONG))
        found: list[dict[str, Any]] = self.told[uri]["diagnostics"]
        return found

    def ask(self, method: str, **params: Any) -> Any:
        self.number += 1
        self._write({"id": self.number, "method": method, "params": params})
        while True:
            message = self.messages.get(timeout=LONG)
            if message.get("id") == self.number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._take(message)

    def tell(self, method: str, **params: Any) -> None:
        self._write({"method": method, "params": params})

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "textDocument/publishDiagnostics":
            self.told[message["params"]["uri"]] = message["params"]
        elif message.get("method") == "window/showMessage":
            self.shown.append(message["params"]["message"])

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.process.stdin.flush()

    def _listen(self) -> None:
        stream = self.process.stdout
        assert stream
        while head := stream.readline():
            length = int(head.partition(b":")[2]) if head.lower().startswith(b"content-length") else 0
            while head.strip():
                head = stream.readline()
            if length:
                self.messages.put(json.loads(stream.read(length)))
