"""The YAML language server from npm, asked over its standard input what it says of a file with our schemas."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any

from shepherd.flow.schema import KINDS

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "yaml-language-server"
SERVER = CACHE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
PACKAGE = "yaml-language-server@1"


def install() -> None:
    """Get the server with npm, unless it is there; raises where node or npm is missing."""
    if not SERVER.exists():
        command = ["npm", "install", "--silent", "--prefix", str(CACHE), PACKAGE]
        subprocess.run(command, check=True, timeout=240, stdin=subprocess.DEVNULL)


class LanguageServer:
    """A running server that knows our schemas by folder (``flows``, else the kind), as an editor's settings tell it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._number = self._files = 0
        schemas = {
            (ROOT / "schemas" / f"{kind}.schema.json").as_uri(): [f"{folder}/*.yaml"]
            for kind, folder in ((kind, "flows" if kind == "flow" else kind) for kind in KINDS)
        }
        self._settings = {"yaml": {"schemas": schemas, "validate": True, "schemaStore": {"enable": False}}}
        self._send("initialize", {"processId": None, "rootUri": ROOT.as_uri(), "capabilities": {}}, asks=True)
        self._until(lambda message: message.get("id") == self._number)
        self._send("initialized", {})
        self._send("workspace/didChangeConfiguration", {"settings": self._settings})

    def __enter__(self) -> LanguageServer:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def problems(self, name: str, text: str) -> list[tuple[int, str]]:
        """The (line, message) of everything that the server reports of *text* as the file *name*."""
        self._files += 1
        uri = f"file:///library/{self._files}/{name}"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send("textDocument/didOpen", {"textDocument": document})
        said = self._until(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri)
        self._send("textDocument/didClose", {"textDocument": {"uri": uri}})
        return [(d["range"]["start"]["line"] + 1, d["message"]) for d in said["params"]["diagnostics"]]

    def offers(self, name: str, text: str) -> set[str]:
        """What the server offers where ``|`` stands in *text*, as the file *name*."""
        self._files += 1
        before, _, after = text.partition("|")
        uri = f"file:///library/{self._files}/{name}"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": before + after}
        self._send("textDocument/didOpen", {"textDocument": document})
        self._until(lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri)
        at = {"line": before.count("\n"), "character": len(before.rpartition("\n")[2])}
        self._send("textDocument/completion", {"textDocument": {"uri": uri}, "position": at}, asks=True)
        number = self._number
        said = self._until(lambda m: m.get("id") == number and "method" not in m)
        self._send("textDocument/didClose", {"textDocument": {"uri": uri}})
        return {item["label"] for item in said["result"]["items"]}

    def _send(self, method: str, params: Any, *, asks: bool = False) -> None:
        message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        if asks:
            self._number += 1
            message["id"] = self._number
        self._write(message)

    def _write(self, message: dict[str, Any]) -> None:
        body = json.dumps(message).encode()
        assert self._process.stdin
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _until(self, wanted: Any) -> dict[str, Any]:
        """The first message that is *wanted*; the server's own questions are answered meanwhile."""
        while True:
            message = self._read()
            if "id" in message and "method" in message:
                settings = [self._settings.get(item.get("section")) for item in message["params"].get("items", ())]
                self._write({"jsonrpc": "2.0", "id": message["id"], "result": settings or None})
            elif wanted(message):
                return message

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        length = 0
        while (line := self._process.stdout.readline().strip()) or not length:
            if not line and self._process.poll() is not None:
                raise RuntimeError("The language server has ended.")
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        found: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return found
