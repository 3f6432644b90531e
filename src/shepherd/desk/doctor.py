"""What a desk lacks, and the command that mends it. Nothing is made, opened for writing or mended by asking."""

from __future__ import annotations

import difflib
import os
import shlex
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from shepherd.connect.needs import lacking, needed
from shepherd.connect.rows import table_faults
from shepherd.desk.clock import Clock, offset, system_clock
from shepherd.desk.settings import Settings, changes_file, shipped
from shepherd.desk.versions import folded
from shepherd.flow.shown import many
from shepherd.record.api import Damaged, RecordUnavailable
from shepherd.record.databases import holds_record
from shepherd.record.health import Look, file_of, look, mark_of, published
from shepherd.record.migrations import REVISIONS
from shepherd.record.sqlite import wal_is_safe

if TYPE_CHECKING:
    from shepherd.flow.beside import Connector, Policy
    from shepherd.flow.draft import Draft

FINE: Final = "fine"
ADVICE: Final = "advice"
FAULT: Final = "fault"
OTHERS = stat.S_IRWXO
Again = Callable[[str], str]


class Check(NamedTuple):
    """
    One thing that was looked at: *says* what is so, *mend* the command that mends it, "" where nothing has to be.

    *advice* is what may stay as it is; with a *fault* the desk does not work, or not safely.
    """

    name: str
    state: Literal["fine", "advice", "fault"]
    says: str
    mend: str = ""


def examine(settings: Settings, *, clock: Clock = system_clock, again: Again = "shepherd {}".format) -> list[Check]:
    """
    Everything that a desk of *settings* needs, each at least once.

    *again* makes the words of a command (``serve``) one that meets the same settings.
    """
    from shepherd.flow.draft import read_draft

    settings = settings._replace(library=_near(settings.library))
    checks, seen = _record(settings, again)
    draft = read_draft(settings.library) if settings.library.is_dir() else None
    release, told = _live(settings, seen, clock, again)
    checks += _flows(settings.library, draft, again, drafted=release)
    checks += told
    checks += _clock(seen, settings.library, draft.policy if draft else None, clock)
    checks += _connectors(draft.connectors if draft else {})
    checks += _tables(draft.connectors if draft else {}, settings.library)
    return checks


# --- the record -------------------------------------------------------------------------------------


def _record(settings: Settings, again: Again) -> tuple[list[Check], Look | None]:
    """The checks of the record and its keys; what was seen of a database in a file."""
    keys = Path(settings.keys)
    if settings.database.startswith("postgresql"):
        return [_sqlite(None, again), _server(settings.database, again), *_keys(keys, None)], None
    try:
        file = file_of(settings.database)
    except RecordUnavailable as error:
        return [_sqlite(None, again), Check("database", FAULT, error.sentence, _elsewhere(again))], None
    found, seen = _database(file, keys, again)
    return [_sqlite(seen, again), found, *_keys(keys, seen), *_rights(file, settings)], seen


def _sqlite(seen: Look | None, again: Again) -> Check:
    safe, version = wal_is_safe(), sqlite3.sqlite_version
    if seen is not None and seen.wal and not safe:
        says = f"SQLite {version} can lose answers in the journal mode WAL, which the database is in."
        return Check(
            "sqlite", FAULT, f"{says} Stop what serves it; opening it again changes the mode.", again("verify")
        )
    if safe:
        return Check("sqlite", FINE, f"SQLite {version}, journal mode WAL, synchronous EXTRA.")
    says = f"SQLite {version}, journal mode DELETE, synchronous EXTRA; WAL is not safe with this version."
    return Check("sqlite", FINE, says)


def _database(file: Path, keys: Path, again: Again) -> tuple[Check, Look | None]:
    """Whether the database can be reached and has the tables of this release; what was seen of it."""
    shown, missing = shlex.quote(str(file)), not file.exists()
    if missing and keys.is_file() and keys.stat().st_size:
        says = f"There are keys, {keys}, but their database {file} is not there: was it moved?"
        return Check("database", FAULT, says, f"cp BACKUP {shown}"), None
    if missing or (file.is_file() and not file.stat().st_size):
        return _place_for(file, again), None
    try:
        seen = look(file)
    except (OSError, sqlite3.Error, ValueError) as error:
        if Path(f"{file}-journal").is_file() and "locked" not in str(error):
            says = f"{file} was left in the middle of a write. Opening it brings back what it was before."
            return Check("database", FAULT, says, again("verify")), None
        return Check("database", FAULT, f"{file} can't be read: {error}.", f"cp BACKUP {shown}"), None
    if not seen.holds:
        return Check("database", FAULT, f"{file} holds no record of Shepherd.", _elsewhere(again)), seen
    known = REVISIONS
    if seen.revision == known[0]:
        return Check("database", FINE, f"{file}, tables {seen.revision}, as this release has them."), seen
    if seen.revision in known:
        says = f"{file} has the tables {seen.revision}; back it up, then open it to bring them to {known[0]}."
        return Check("database", ADVICE, says, again("verify")), seen
    says = f"{file} has the tables {seen.revision or 'of no release'}, which this release does not know."
    return Check("database", FAULT, says, "git pull && python3 start.py setup"), seen


def _server(url: str, again: Again) -> Check:
    """Whether a PostgreSQL database can be reached; what is in it is for ``verify``."""
    try:
        holds = holds_record(url)
    except RecordUnavailable as error:
        mend = "pg_isready" if find_spec("psycopg") else "python3 -m pip install 'psycopg[binary]>=3.3'"
        return Check("database", FAULT, " ".join(error.sentence.split()), mend)
    if holds:
        return Check("database", FINE, "A record in PostgreSQL, which can be reached.")
    return Check("database", ADVICE, "The record in PostgreSQL is yet to be made, at the first start.", again("serve"))


def _place_for(file: Path, again: Again) -> Check:
    """A database that is yet to be made, where it can be."""
    folder = next(p for p in (file.resolve().parent, *file.resolve().parents) if p.exists())
    if not folder.is_dir():
        return Check("database", FAULT, f"{file} can't be made: {folder} is no folder.", _elsewhere(again))
    if not os.access(folder, os.W_OK | os.X_OK):
        mend = f'sudo chown "$USER" {shlex.quote(str(folder))}'
        return Check("database", FAULT, f"{file} can't be made: you may not write in {folder}.", mend)
    return Check("database", ADVICE, f"{file} is yet to be made, at the first start.", again("serve"))


def _elsewhere(again: Again) -> str:
    return f"{again('serve')} --database sqlite:///desk/shepherd.db"


def _keys(file: Path, seen: Look | None) -> Iterator[Check]:
    """Whether the keys are there, are those of the record, and are their owner's alone."""
    shown = shlex.quote(str(file))
    back = f"cp BACKUP {shown} && chmod 600 {shown}"
    if not file.is_file() or not file.stat().st_size:
        if seen is not None and seen.keys:
            says = (
                f"{file} is not there, but the database was written with keys: without them nothing personal is read."
            )
            yield Check("keys", FAULT, says, back)
        else:
            yield Check("keys", FINE, f"{file} is made with the database.")
        return
    try:
        mark = mark_of(file)
    except (OSError, sqlite3.Error) as error:
        yield Check("keys", FAULT, f"{file} can't be read as keys: {error}.", back)
        return
    if seen is not None and seen.keys not in ("", mark):
        yield Check("keys", FAULT, f"{file} does not belong to this database: all that is personal looks erased.", back)
    mode = stat.S_IMODE(file.stat().st_mode)
    if os.name == "posix" and mode != 0o600:
        yield Check("keys", FAULT, f"{file} has the mode {mode:04o}: others may use the keys.", f"chmod 600 {shown}")
    elif seen is None or seen.keys in ("", mark):
        yield Check("keys", FINE, f"{file}, mode 0600, of this database.")


# --- files and folders ------------------------------------------------------------------------------


def _rights(file: Path, settings: Settings) -> Iterator[Check]:
    """Whether others on this machine may read what was recorded, or change what is served."""
    if os.name != "posix":
        return
    whole = True
    beside = [Path(f"{file}{end}") for end in ("", "-wal", "-shm", "-journal")]
    for private in (*beside, changes_file(settings)):
        if private.is_file() and private.stat().st_mode & OTHERS:
            whole = False
            says = f"{private} is open to everybody on this machine."
            yield Check("files", FAULT, says, f"chmod o-rwx {shlex.quote(str(private))}")
    for folder in dict.fromkeys((file.parent, Path(settings.keys).parent)):
        if folder.is_dir() and _open_to_all(folder) and not folder.stat().st_mode & stat.S_ISVTX:
            whole = False
            says = f"Everybody on this machine may replace files in the folder {folder.resolve()}."
            yield Check("files", FAULT, says, f"chmod o-w {shlex.quote(str(folder))}")
    if any(_open_to_all(path) for path in _of_library(settings.library)):
        whole = False
        says = f"Everybody on this machine may change the flows in {settings.library}."
        yield Check("files", FAULT, says, f"chmod -R o-w {shlex.quote(str(settings.library))}")
    if whole:
        yield Check("files", FINE, "Only you, and whom you let, may read the record and change the flows.")


def _near(path: Path) -> Path:
    """*path* as one may write it here, where it lies below the working folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _of_library(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield folder
        for root, inner, names in os.walk(folder):
            yield from (Path(root, name) for name in (*inner, *names))


def _open_to_all(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
    except OSError:
        return False
    return not stat.S_ISLNK(mode) and bool(mode & stat.S_IWOTH)


# --- the flows and what stands beside them ------------------------------------------------------------


def _live(settings: Settings, seen: Look | None, clock: Clock, again: Again) -> tuple[bool, list[Check]]:
    """Whether a version is live, and what is said of that; nothing of a database that can't be looked into."""
    if settings.database.startswith("postgresql"):
        return False, [Check("live", ADVICE, "Which version is live is asked of the server.", again("publish list"))]
    if seen is None or not seen.holds:
        return False, []
    try:
        history = published(file_of(settings.database))
    except (OSError, sqlite3.Error):
        return False, []
    except Damaged as error:
        return False, [Check("live", FAULT, str(error), again("verify"))]
    release = folded(history).live(clock())
    if release is None:
        return False, [Check("live", FINE, f"The folder {settings.library}, for no version was published yet.")]
    says = f"Version {release.version}, since {release.at:%Y-%m-%d %H:%M} UTC; {settings.library} is a draft."
    return True, [Check("live", FINE, says)]


def _flows(folder: Path, draft: Draft | None, again: Again, *, drafted: bool = False) -> Iterator[Check]:
    """What is wrong with the folder of flows; where a version is live, it is a draft, and served by nobody."""
    if draft is None:
        yield Check("flows", FAULT, f"There is no folder {folder}.", again("new first_flow --category intake"))
        return
    from shepherd.check import examine as findings_of

    first = f"new first_flow --category {draft.policy.categories[0]}"
    errors = sum(finding.severity == "error" for finding in findings_of(draft))
    count = many(len(draft.flows), "flow")
    if errors:
        why = "it can't be published as it is" if drafted else "its flows may not be run"
        says = f"{many(errors, 'error')} in {folder}: {why}."
        yield Check("flows", ADVICE if drafted else FAULT, says, again("check"))
    elif not draft.flows:
        yield Check("flows", FAULT, f"There are no flows in {folder}.", again(first))
    elif folder == shipped("flows"):
        says = f"{count} that come with Shepherd are served, as there is no folder flows here."
        yield Check("flows", ADVICE, says, "shepherd new first_flow --category intake")
    else:
        yield Check("flows", FINE, f"{count} in {folder}, none with an error.")


def _clock(seen: Look | None, library: Path, policy: Policy | None, clock: Clock) -> Iterator[Check]:
    """Whether the machine's clock stands behind what was recorded, and whether the desk's time zone is known."""
    now = clock()
    last = seen.last if seen else None
    told = f"{now:%Y-%m-%d %H:%M} UTC"
    if last is not None and now < last:
        says = f"It is {told} by this machine, but the last entry was made at {last:%Y-%m-%d %H:%M} UTC."
        yield Check("clock", FAULT, says, "sudo timedatectl set-ntp true")
    else:
        yield Check("clock", FINE, f"{told}{', after the last entry' if last else ''}.")
    zone = policy.time_zone if policy else "UTC"
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        yield _no_zone(zone, library / (policy.file if policy else "desk.yaml"))
        return
    says = f"{zone}, now {offset(now, zone)}." if policy and policy.declared else "UTC, as there is no desk.yaml."
    yield Check("time zone", FINE, says)


def _no_zone(zone: str, file: Path) -> Check:
    near = difflib.get_close_matches(zone, available_timezones(), n=1, cutoff=0.6) or ["UTC"]
    mend = f"sed -i 's|^time_zone:.*|time_zone: {near[0]}|' {shlex.quote(str(file))}"
    return Check("time zone", FAULT, f'There is no time zone "{zone}", which {file} names.', mend)


def _connectors(connectors: Mapping[str, Connector]) -> Iterator[Check]:
    """Whether the environment has what connectors read from it."""
    wanted = [c for c in connectors.values() if needed(c)]
    whole = True
    for connector in wanted:
        for name, why in lacking(connector):
            whole = False
            yield Check("connectors", FAULT, f"{connector.name}: {why}.", f"export {name}=…")
    if whole:
        names = ", ".join(name for connector in wanted for name in needed(connector))
        yield Check("connectors", FINE, f"Set in the environment: {names}." if names else "None needs the environment.")


def _tables(connectors: Mapping[str, Connector], folder: Path) -> Iterator[Check]:
    """Whether each table can be read, and has the columns that its operations need."""
    tables = [c for c in connectors.values() if c.kind == "table"]
    faults = [(c.name, fault) for c in tables for fault in table_faults(c, folder, c.operations.values())]
    for name, fault in faults:
        yield Check("tables", FAULT, f"{name}: {fault.says}", fault.mends)
    if tables and not faults:
        yield Check("tables", FINE, f"{many(len(tables), 'table')}, none lacks a column.")
