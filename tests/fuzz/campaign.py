"""A campaign: inputs made, changed and kept where they reach new lines, for some minutes of CPU time."""

from __future__ import annotations

import base64
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.fuzz.attempt import Failure, attempt, digest, named
from tests.fuzz.lines import Lines
from tests.fuzz.mutate import mutate
from tests.fuzz.parser import CORPUS, ROOT, Parser
from tests.fuzz.shrink import shrink

#: Inputs of one campaign that another process reads once more.
READ_AGAIN = 300
MOST_SHRUNK = 30


@dataclass
class Told:
    """What came of a campaign; *failures* has one input for each promise that was broken, *again* how many broke it."""

    parser: str
    seed: int
    seconds: float = 0.0
    waited: float = 0.0
    inputs: int = 0
    begun: int = 0
    kept: int = 0
    lines: int = 0
    jumps: int = 0
    compared: int = 0
    failures: dict[str, Failure] = field(default_factory=dict)
    again: dict[str, int] = field(default_factory=dict)

    def words(self) -> str:
        """One line about it."""
        return (
            f"{self.parser:<12} seed {self.seed}: {self.seconds:.0f} s of CPU ({self.waited:.0f} s in all), "
            f"{self.inputs} inputs, {self.kept} kept beside {self.begun} seeds, {self.lines} lines and {self.jumps} "
            f"jumps reached, {self.compared} read again by another process, {len(self.failures)} failures"
        )


def inputs(parser: Parser, rng: random.Random, pool: list[bytes]) -> Iterator[bytes]:
    """New inputs without end: by the grammar, or changed from *pool*, to which the caller may add."""
    while True:
        if parser.make is not None and rng.random() < 0.3:
            made = parser.make(rng)[: parser.most]
            yield made if rng.random() < 0.5 else mutate(rng, made, parser, pool)
        else:
            at = rng.randrange(len(pool)) if rng.random() < 0.6 else max(rng.randrange(len(pool)) for _ in range(4))
            yield mutate(rng, pool[at], parser, pool)


def campaign(parser: Parser, seconds: float, seed: int, tell: Callable[[str], None] = print) -> Told:
    """Fuzz *parser* for *seconds* of CPU time; the same *seed* makes the same inputs."""
    began, waited = time.process_time(), time.monotonic()
    told = Told(parser.name, seed)
    lines = Lines(parser.files())
    pool = parser.begin()
    told.begun = len(pool)
    rng = random.Random(seed)
    for data in list(pool):
        _one(parser, data, lines, told, tell)
    for data in inputs(parser, rng, pool):
        if time.process_time() - began > seconds:
            break
        if _one(parser, data, lines, told, tell):
            pool.append(data)
            told.kept += 1
    told.lines, told.jumps = lines.reached, len(lines.jumps)
    sample = pool if len(pool) <= READ_AGAIN else rng.sample(pool, READ_AGAIN)
    for failure in elsewhere(parser, sample):
        _failed(parser, failure, told, tell)
    told.compared = len(sample)
    told.seconds, told.waited = time.process_time() - began, time.monotonic() - waited
    return told


def _one(parser: Parser, data: bytes, lines: Lines, told: Told, tell: Callable[[str], None]) -> bool:
    told.inputs += 1
    result = attempt(parser, data, lines)
    if result.failure is not None:
        _failed(parser, result.failure, told, tell)
    return result.new


def _failed(parser: Parser, failure: Failure, told: Told, tell: Callable[[str], None]) -> None:
    """Shrink and keep the first failure of its kind; count the others."""
    told.again[failure.what] = told.again.get(failure.what, 0) + 1
    if failure.what in told.failures or len(told.failures) >= MOST_SHRUNK:
        return

    def still(data: bytes) -> bool:
        again = attempt(parser, data).failure
        return again is not None and again.what == failure.what

    small = shrink(failure.data, still) if failure.what != "large" else failure.data
    found = attempt(parser, small).failure or failure
    told.failures[failure.what] = found._replace(data=small, what=failure.what)
    tell(f"FAILED {parser.name}: {failure.what}\n{found.why}\n  {small[:400]!r}")


def elsewhere(parser: Parser, sample: list[bytes]) -> list[Failure]:
    """The inputs of *sample* that a process with another seed of hashes reads otherwise."""
    asked = json.dumps([base64.b64encode(data).decode() for data in sample])
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-m", "tests.fuzz", parser.name, "--digests"]
    done = subprocess.run(command, input=asked, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    marks = json.loads(done.stdout.splitlines()[-1])
    return [
        Failure("two results in two processes", "the order of a set shows", data)
        for data, mark in zip(sample, marks, strict=True)
        if mark != digest(parser, data)
    ]


def keep(told: Told) -> list[str]:
    """Write the failures of a campaign to the corpus; the names of the files."""
    folder = CORPUS / told.parser
    names = []
    for failure in told.failures.values():
        folder.mkdir(parents=True, exist_ok=True)
        name = named(failure)
        (folder / name).write_bytes(failure.data)
        names.append(f"{told.parser}/{name}")
    return names
