"""A library: flows that have passed every check, ready to be run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shepherd.check import examine
from shepherd.check.armed import armed, concerned, like
from shepherd.check.callgraph import near_to
from shepherd.check.grants import reached
from shepherd.check.stored import restored, stored
from shepherd.flow.beside import Connector, Policy
from shepherd.flow.canonical import digest
from shepherd.flow.draft import Draft, from_documents, read_draft
from shepherd.flow.findings import Finding
from shepherd.flow.languages import falls_back
from shepherd.flow.lists import OptionList
from shepherd.flow.listwords import LISTED, in_language
from shepherd.flow.memory import collector_rests
from shepherd.flow.model import Do, Flow, Lookup, Set
from shepherd.flow.promised import Promise
from shepherd.flow.scenario_files import stops_no_run
from shepherd.flow.scope import Around
from shepherd.flow.translations import Covered, covered, laid_over


class FlowRejected(Exception):
    """Flows that may not be run: *findings* says what is wrong, errors and warnings, sorted by place."""

    def __init__(self, findings: Iterable[Finding]):
        self.findings = tuple(findings)
        errors = [finding for finding in self.findings if finding.severity == "error"]
        first = errors[0] if errors else self.findings[0]
        more = f" and {len(errors) - 1} more" if len(errors) > 1 else ""
        super().__init__(
            f"{first.file}:{first.place.line}:{first.place.column}: {first.message} [{first.code} {first.name}]{more}"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """
    All flows that may be run, with the desk's policy and connectors.

    *documents* are the typed sources by name (``flow:internet_down``, ``desk``, ``connectors:line``,
    ``promises:paid_once``, ``list:countries``, ``rows:rates.csv``), *hashes* those of their stored forms, from which
    the same library can be made again at any time. *promises* are guarded by the engine in *flows*. *sources* has the
    texts of the flows by their files, as long as they were read from files.
    """

    flows: Mapping[str, Flow]
    policy: Policy
    connectors: Mapping[str, Connector]
    documents: Mapping[str, Any]
    lists: Mapping[str, OptionList] = field(default_factory=dict)
    promises: Mapping[str, Promise] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)
    hashes: Mapping[str, str] = field(init=False, repr=False)
    _spoken: dict[str, Mapping[str, Flow]] = field(init=False, repr=False, default_factory=dict)
    _personal: dict[str, frozenset[str]] = field(init=False, repr=False, default_factory=dict)
    _about: Mapping[str, frozenset[str]] = field(init=False, repr=False, default_factory=dict)
    _bundles: dict[str, Mapping[str, str]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        hashes = {name: digest(_stored(name, document)) for name, document in self.documents.items()}
        object.__setattr__(self, "hashes", hashes)
        about = {name: concerned(self.flows, promise) for name, promise in self.promises.items()}
        object.__setattr__(self, "_about", about)

    @classmethod
    def read(cls, path: str | Path) -> Library:
        """The library in the folder *path*. Raises FlowRejected where anything is an error, but in its scenarios."""
        with collector_rests():
            draft = read_draft(Path(path))
            found = examine(draft)
            return cls.of(draft, [f for f in found if not stops_no_run(f, draft.sources.get(f.file, ""))])

    @classmethod
    def load(cls, documents: Mapping[str, Any]) -> Library:
        """
        The library that *documents*, as ``document`` gives them for storing, make.

        They passed when they were published; what later releases check more strictly does not stop a run under way.
        """
        draft = draft_of(documents)
        return cls.of(draft, draft.findings)

    @classmethod
    def of(cls, draft: Draft, findings: Iterable[Finding]) -> Library:
        """The library that *draft* is, if none of *findings* is an error."""
        listed = tuple(findings)
        if any(finding.severity == "error" for finding in listed):
            raise FlowRejected(listed)
        flows = armed(draft.flows, draft.promises)
        texts = {flow.file: draft.sources[flow.file] for flow in flows.values() if flow.file in draft.sources}
        return cls(flows, draft.policy, draft.connectors, draft.documents, draft.lists, draft.promises, texts)

    def bundle(self, flow: str) -> Mapping[str, str]:
        """The hash of every document that a run of *flow* can reach, by name (FORMATS §2)."""
        if flow not in self._bundles:
            self._bundles[flow] = self._bundled(flow)
        return self._bundles[flow]

    def _bundled(self, flow: str) -> dict[str, str]:
        flows = self.reached(flow)
        names = {f"flow:{name}" for name in flows} | {"desk"}
        lists = {*self.policy.lists}
        for name in flows:
            lists |= self.flows[name].lists.keys()
            names |= {f"rows:{table.file}" for table in self.flows[name].tables.values() if table.file}
            for step in self.flows[name].steps.values():
                if isinstance(step.action, Lookup | Do):
                    for operation in (step.action.operation, getattr(step.action, "undo", None)):
                        if operation is not None:
                            connector = operation.partition(".")[0]
                            names.add(f"connectors:{connector}")
                            lists |= self.connectors[connector].lists.keys()
        names |= {f"list:{name}" for name in lists}
        names |= {f"promises:{name}" for name, about in self._about.items() if not about.isdisjoint(flows)}
        translated = (*flows, *(f"{LISTED}{name}" for name in lists))
        prefixes = tuple(f"translation:{name}." for name in translated)
        names |= {name for name in self.documents if name.startswith(prefixes)}
        return {name: self.hashes[name] for name in sorted(names) if name in self.hashes}

    def spoken(self, language: str) -> Mapping[str, Flow]:
        """The flows with the words of *language*; what has none in it falls back, in the end on the flow's own."""
        if not language:
            return self.flows
        if language not in self._spoken:
            self._spoken[language] = self._translated(language)
        return self._spoken[language]

    @property
    def every_language(self) -> tuple[str, ...]:
        """The languages into which some flow is translated."""
        flows = {
            n for n in self.documents if n.startswith("translation:") and not n.startswith(f"translation:{LISTED}")
        }
        return tuple(sorted({name.rpartition(".")[2] for name in flows}))

    def speaks(self, language: str) -> bool:
        """Whether some flow has words in *language*, or in one that it falls back on."""
        return not set(falls_back(language)).isdisjoint(self.every_language)

    def said_in(self, flow: str) -> tuple[tuple[str, Covered], ...]:
        """The languages into which *flow* is translated, each with how far."""
        source, prefix = self.documents[f"flow:{flow}"], f"translation:{flow}."
        known = sorted(name for name in self.documents if name.startswith(prefix))
        found = ((name, covered(source, self.documents[name], self.documents)) for name in known)
        return tuple((name.removeprefix(prefix), how_far) for name, how_far in found)

    def words_in(self, flow: str, language: str) -> tuple[Mapping[str, Any], ...]:
        """The translations of *flow* that a contact in *language* hears, the one that counts most first."""
        names = (f"translation:{flow}.{tag}" for tag in falls_back(language))
        return tuple(self.documents[name] for name in names if name in self.documents)

    def _translated(self, language: str) -> Mapping[str, Flow]:
        words = {name: said for name in self.flows if (said := self.words_in(name, language))}
        near = near_to(self.documents, self.flows, words)
        made = {f"flow:{name}": self._laid_over(name, said) for name, said in words.items()}
        found = from_documents({**near, **made, **in_language(near, language)}).flows if words else {}
        return {n: like(found[n], flow) if n in words and n in found else flow for n, flow in self.flows.items()}

    def _laid_over(self, flow: str, words: tuple[Mapping[str, Any], ...]) -> Any:
        """The document of *flow* with the first of *words* over those behind it."""
        source = self.documents[f"flow:{flow}"]
        for translation in reversed(words):
            source = laid_over(source, translation)
        return source

    def document(self, hash_: str) -> Any:
        """The document whose hash is *hash_*, as it is to be stored. Raises KeyError where there is none."""
        for name, known in self.hashes.items():
            if known == hash_:
                return _stored(name, self.documents[name])
        raise KeyError(hash_)

    def personal(self, flow: str) -> frozenset[str]:
        """The names that steps of *flow* set to what is worked out from a person's own values."""
        if flow not in self._personal:
            types = Around(self.flows, self.policy, self.connectors).types(self.flows[flow])
            sets = (s.action.values for s in self.flows[flow].steps.values() if isinstance(s.action, Set))
            self._personal[flow] = frozenset(n for values in sets for n in values if types[n].personal)
        return self._personal[flow]

    def reached(self, flow: str) -> set[str]:
        """The flows that *flow* calls or hands on to, and those that grant what any of them requires."""
        return reached(self.flows, self.policy, flow)


def draft_of(documents: Mapping[str, Any]) -> Draft:
    """The draft that *documents*, as they are stored, make."""
    return from_documents({name: _restored(name, document) for name, document in documents.items()})


def _stored(name: str, document: Any) -> Any:
    """A document as it is stored. Rows have no keys whose order could be lost, and there may be many."""
    return document if name.startswith("rows:") else stored(document)


def _restored(name: str, document: Any) -> Any:
    """The document that was stored."""
    return document if name.startswith("rows:") else restored(document)
