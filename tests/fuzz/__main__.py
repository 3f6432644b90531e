"""Fuzz a parser: ``python -m tests.fuzz PARSER --minutes 10 [--seed N]``; ``--list`` names them, ``all`` takes all."""

from __future__ import annotations

import argparse
import base64
import json
import random
import sys

from tests.fuzz.attempt import digest
from tests.fuzz.campaign import campaign, keep
from tests.fuzz.parsers import PARSERS


def main(arguments: list[str]) -> int:
    """Fuzz, and keep what fails; 1 where anything did."""
    reader = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    reader.add_argument("parser", nargs="?", choices=[*PARSERS, "all"])
    reader.add_argument("--minutes", type=float, default=10.0, help="minutes of CPU time for each parser")
    reader.add_argument("--seed", type=int, default=None, help="the same seed makes the same inputs")
    reader.add_argument("--list", action="store_true", help="name the parsers")
    reader.add_argument("--digests", action="store_true", help=argparse.SUPPRESS)
    given = reader.parse_args(arguments)
    if given.list or given.parser is None:
        print("\n".join(f"{parser.name:<12} {(parser.read.__doc__ or '').strip()}" for parser in PARSERS.values()))
        return 0
    if given.digests:
        parser = PARSERS[given.parser]
        print(json.dumps([digest(parser, base64.b64decode(data)) for data in json.load(sys.stdin)]))
        return 0
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(10**6)
    found = 0
    for name in PARSERS if given.parser == "all" else [given.parser]:
        told = campaign(PARSERS[name], 60 * given.minutes, seed, lambda text: print(text, flush=True))
        for kept in keep(told):
            print(f"kept: tests/fuzz/corpus/{kept}")
        print(told.words(), flush=True)
        found += len(told.failures)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
