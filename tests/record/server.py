"""A PostgreSQL server of the tests' own: a folder, a unix socket, no rights, gone afterwards."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

NOBODY = 65534
_numbers = itertools.count(1)


def binaries() -> Path | None:
    """Where ``initdb`` and ``postgres`` are, the newest first; None where there are none."""
    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -float(p.parent.name))
    homes += [Path(found).resolve().parent] if (found := shutil.which("postgres")) else []
    return next((home for home in homes if (home / "initdb").exists() and (home / "postgres").exists()), None)


class Server:
    """A running server; each ``database`` is a new one."""

    def __init__(self, folder: Path):
        self._folder = folder

    def url(self, database: str) -> str:
        """The address of *database*."""
        return f"postgresql://shepherd@/{database}?host={quote(str(self._folder), safe='')}"

    def database(self) -> str:
        """The address of a new, empty database."""
        return self.copy("template0")

    def copy(self, template: str) -> str:
        """The address of a new database that has all that *template* has."""
        import psycopg

        name = f"record_{next(_numbers)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")  # type: ignore[arg-type]
        return self.url(name)


@contextmanager
def running(home: Path, *, durable: bool = False) -> Iterator[Server]:
    """
    A server made with the binaries in *home*, as a user without rights where the tests run as root.

    Only where it is *durable* does it wait for its disk: nobody cuts the power of a test.
    """
    folder = Path(tempfile.mkdtemp(prefix="shepherd-pg-", dir="/tmp"))
    user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    if user:
        os.chown(folder, NOBODY, NOBODY)
    data, env = folder / "data", {"LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    options = ["-U", "shepherd", "--auth=trust", "--no-sync", "-E", "UTF8"]
    try:
        subprocess.run(
            [home / "initdb", "-D", data, *options], check=True, capture_output=True, cwd=folder, env=env, **user
        )
        settings = [f"unix_socket_directories={folder}", "listen_addresses=", "max_connections=60"]
        settings += [] if durable else ["fsync=off"]
        told = [part for setting in settings for part in ("-c", setting)]
        with open(folder / "log", "w") as log:
            server = subprocess.Popen(
                [home / "postgres", "-D", data, *told], stdout=log, stderr=log, cwd=folder, env=env, **user
            )
        try:
            _ready(home, folder, server)
            yield Server(folder)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _ready(home: Path, folder: Path, server: subprocess.Popen[bytes]) -> None:
    asked = [home / "pg_isready", "-q", "-h", folder, "-U", "shepherd", "-d", "postgres", "-t", "1"]
    for _ in range(600):
        if subprocess.run(asked).returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError((folder / "log").read_text())
