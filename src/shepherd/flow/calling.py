"""Operations of connectors of kind ``http`` that could not be called as they are declared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from shepherd.flow.beside import Operation
from shepherd.flow.findings import Finding, Place, Rule, allowed, nearest
from shepherd.flow.http import Asked, asked, constant
from shepherd.flow.reader import names, pairs, place_of, plain
from shepherd.flow.refusal import Refusal
from shepherd.flow.source import Map, Node, Scalar
from shepherd.flow.types import check_field

PLACE_TWICE = Rule(
    "SHP630", "body-place-twice", "error", "A place in the body holds one value or a group of others, never both."
)
UNKNOWN_INPUT = Rule(
    "SHP631",
    "unknown-input-sent",
    "error",
    "A path, a query, a body, an echo or a sample names only inputs that the operation declares.",
)
UNKNOWN_REPLY = Rule(
    "SHP632",
    "unknown-in-replies",
    "error",
    "A line of `replies` names a result that the operation declares, and fields that this result has.",
)
NEVER_COMES = Rule(
    "SHP633",
    "result-never-comes",
    "error",
    "A result that no line of `replies` gives would never come, and the ways that flows have for it never be taken.",
)
GOES_NOWHERE = Rule(
    "SHP634",
    "input-goes-nowhere",
    "error",
    "An input that is neither in the path nor in the query nor in the body is asked for in vain.",
)
SECRET_WRITTEN = Rule(
    "SHP635",
    "secret-in-library",
    "error",
    "The library is read by many and kept for ever; a header that opens a door takes its secret from the environment.",
)
RESERVED_HEADER = Rule(
    "SHP636", "reserved-header", "error", "Some headers hold the request together, and only the client may write them."
)
WRONG_METHOD = Rule(
    "SHP637",
    "method-does-not-fit",
    "error",
    "Other systems and those between take GET for a reading, PUT, PATCH and DELETE for changes; GET has no body.",
)
SECRET_IN_ADDRESS = Rule(
    "SHP638",
    "secret-in-address",
    "error",
    "Addresses are written into logs on their way; a secret goes into the body.",
)
SAMPLE_UNFIT = Rule(
    "SHP639", "sample-does-not-fit", "error", "A sample gives every input that must be given, each a value of its type."
)
RULES = (
    PLACE_TWICE,
    UNKNOWN_INPUT,
    UNKNOWN_REPLY,
    NEVER_COMES,
    GOES_NOWHERE,
    SECRET_WRITTEN,
    RESERVED_HEADER,
    WRONG_METHOD,
    SECRET_IN_ADDRESS,
    SAMPLE_UNFIT,
)

RESERVED = frozenset(
    "host connection content-length content-type content-encoding transfer-encoding te trailer upgrade expect accept "
    "accept-encoding idempotency-key keep-alive proxy-authorization proxy-connection".split()
)
_OPENS = re.compile(r"(?i)auth|token|secret|cookie|key\b|password|passwd|credential|signature")
_NAMED = re.compile(r"\{[A-Z][A-Z0-9_]{0,63}\}")


def wrong_calls(node: Map, operations: Iterable[Operation], file: str) -> Iterator[Finding]:
    """What is wrong with the http connector in *node*, of which *operations* were read."""
    yield from _headers(node, file)
    written = {key.text: (key, value) for key, value in pairs(node.get("operations"))}
    for operation in operations:
        key, value = written[operation.name]
        if isinstance(value, Map):
            yield from _Call(operation, key, value, file).findings()


def _headers(node: Map, file: str) -> Iterator[Finding]:
    for key, value in pairs(node.get("headers")):
        if key.text.lower() in RESERVED:
            message = f'The header "{key.text}" is written by the client itself.'
            yield RESERVED_HEADER.at(key.place, message, file=file, hint="Leave it out.")
        elif _OPENS.search(key.text) and not _NAMED.search(plain(value)):
            message = f'The secret of the header "{key.text}" is written into the library.'
            hint = "Write {NAME} for it, and set the variable NAME, or NAME_FILE with the file that holds it."
            yield SECRET_WRITTEN.at(value.place, message, file=file, hint=hint)


class _Call:
    """One operation under judgement."""

    def __init__(self, operation: Operation, key: Scalar, node: Map, file: str):
        self.operation, self.key, self.node, self.file = operation, key, node, file
        self.asked: Asked = asked(operation)

    def findings(self) -> Iterator[Finding]:
        yield from self._inputs()
        yield from self._method()
        yield from self._body()
        yield from self._replies()
        yield from self._sample()

    def _at(self, rule: Rule, place: Place, message: str, hint: str) -> Finding:
        return rule.at(place, message, file=self.file, hint=hint)

    def _place(self, key: str) -> Place:
        node = self.node.get(key)
        return place_of(node) if isinstance(node, Scalar) else self._key_place(key)

    def _key_place(self, key: str) -> Place:
        return next((k.place for k, _ in self.node.entries if k.text == key), self.key.place)

    # --- what is sent ------------------------------------------------------------------------------

    def _inputs(self) -> Iterator[Finding]:
        known = self.operation.inputs
        for name, place in self._named():
            if name not in known:
                hint = nearest(name, known) or (f"Its inputs: {allowed(known)}." if known else "It has no inputs.")
                yield self._at(UNKNOWN_INPUT, place, f'"{self.operation.name}" has no input "{name[:64]}".', hint)
        body = self.asked.body or {}
        sent = {*self.asked.placeholders, *self.asked.query.values(), *body.values()}
        for key, _ in pairs(self.node.get("inputs")):
            if key.text not in sent:
                message = f'The input "{key.text}" is never sent.'
                yield self._at(
                    GOES_NOWHERE, key.place, message, "Name it in `path`, `query` or `body`, or leave it out."
                )

    def _named(self) -> Iterator[tuple[str, Place]]:
        """Every input that is named somewhere, and where."""
        for name in self.asked.placeholders:
            yield name, self._place("path")
        for part in ("query", "body"):
            for _, value in pairs(self.node.get(part)):
                if constant(plain(value)) is None:
                    yield plain(value), value.place
        echo: Node | None = self.node.get("echo")
        yield from ((n.text, n.place) for n in names(echo))
        yield from ((key.text, key.place) for key, _ in pairs(echo))
        yield from ((key.text, key.place) for key, _ in pairs(self.node.get("sample")))

    def _method(self) -> Iterator[Finding]:
        method, reads = self.asked.method, self.operation.reads
        if reads and method in ("PUT", "PATCH", "DELETE"):
            yield self._at(WRONG_METHOD, self._place("method"), f"{method} changes something.", "Use GET or POST.")
        elif not reads and method == "GET":
            hint = "Write `reads: true`, or another method."
            yield self._at(WRONG_METHOD, self._place("method"), "GET only reads.", hint)
        elif method == "GET" and self.asked.body is not None:
            yield self._at(WRONG_METHOD, self._key_place("body"), "GET has no body.", "Use `query`, or POST.")
        in_address = {*self.asked.placeholders, *self.asked.query.values()}
        for name, field in self.operation.inputs.items():
            if name in in_address and field.secret:
                yield self._secret(f'The secret "{name}" would stand in the address.')
        if self.operation.accepts_secret and not self.asked.body:
            yield self._secret("It takes a secret, and sends all that it takes in the address.")

    def _secret(self, message: str) -> Finding:
        return self._at(SECRET_IN_ADDRESS, self.key.place, message, "Use POST, and send it in the body.")

    def _body(self) -> Iterator[Finding]:
        body = self.node.get("body")
        places = {key.text for key, _ in pairs(body)}
        for key, _ in pairs(body):
            above = key.text.split(".")
            if any(".".join(above[:n]) in places for n in range(1, len(above))):
                message = f'"{key.text}" lies in what another line gives a value.'
                yield self._at(PLACE_TWICE, key.place, message, "Keep one of the two.")

    # --- what comes back ---------------------------------------------------------------------------

    def _replies(self) -> Iterator[Finding]:
        results = self.operation.results
        replies = self.node.get("replies")
        for line in getattr(replies, "items", ()):
            result = line.get("is") if isinstance(line, Map) else None
            if not isinstance(line, Map) or not isinstance(result, Scalar):
                continue
            if result.text not in results:
                hint = nearest(result.text, results) or f"Its results: {allowed(results)}."
                yield self._at(UNKNOWN_REPLY, result.place, f'"{result.text}" is no result of it.', hint)
                continue
            for key, _ in pairs(line.get("fields")):
                if key.text not in results[result.text]:
                    fields = results[result.text]
                    hint = nearest(key.text, fields) or f"Its fields: {allowed(fields) or 'none'}."
                    message = f'The result "{result.text}" has no field "{key.text}".'
                    yield self._at(UNKNOWN_REPLY, key.place, message, hint)
        given = {line.result for line in self.asked.replies}
        for key, _ in pairs(self.node.get("results")):
            if key.text not in given:
                hint = "Give it a line in `replies`, with the status or the words by which it is known."
                yield self._at(NEVER_COMES, key.place, f'No reply is "{key.text}".', hint)

    def _sample(self) -> Iterator[Finding]:
        node = self.node.get("sample")
        if node is None:
            return
        sample = {key.text: value for key, value in pairs(node)}
        for name, field in self.operation.inputs.items():
            if name not in sample:
                if not field.optional:
                    place = self._key_place("sample")
                    yield self._at(SAMPLE_UNFIT, place, f'The sample has no "{name}".', "Give every input a value.")
                continue
            value = check_field(field, plain(sample[name]))
            if isinstance(value, Refusal):
                message = f'The sample\'s "{name}" is not {field.type.words}, or not one that is declared.'
                yield self._at(SAMPLE_UNFIT, sample[name].place, message, value.sentence)
