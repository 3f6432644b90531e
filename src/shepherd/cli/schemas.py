"""The schemas that a new file names for editors: by a path that holds for everybody who has the same folder."""

from __future__ import annotations

import os
from pathlib import Path

FLOW = "flow.schema.json"
#: Where the schemas lie in a library that has none above it. Hidden, so it holds no flows.
BESIDE = ".schemas"
_HIGHEST = 4


def named_schema(file: Path, library: Path) -> str:
    """
    How the new *file* names the schema of flows, relative to itself: the nearest ``schemas`` above, else the library's.

    Empty for a file outside *library* that has none above it: nothing is put beside it.
    """
    above = _above(file)
    inside = file.resolve().is_relative_to(library.resolve())
    if above is None and not inside:
        return ""
    return Path(os.path.relpath((above or library / BESIDE) / FLOW, file.parent)).as_posix()


def put_schemas(file: Path, library: Path) -> Path | None:
    """
    Put this release's schemas into *library* where *file* names them there; the folder, if anything was written.

    They are never edited, so those of another release are replaced.
    """
    if _above(file) is not None or not file.resolve().is_relative_to(library.resolve()):
        return None
    return renew(library / BESIDE)


def renew(folder: Path) -> Path | None:
    """Bring this release's schemas to *folder*; the folder itself, if anything was written."""
    texts = _other(folder)
    for target, text in texts.items():
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(text)
    return folder if texts else None


def of_another_release(library: Path) -> Path | None:
    """The folder of schemas in *library*, where it is there and has not those of this release."""
    folder = library / BESIDE
    return folder if folder.is_dir() and _other(folder) else None


def _other(folder: Path) -> dict[Path, bytes]:
    """What this release has and *folder* has not, or not so."""
    from shepherd.desk.settings import shipped

    texts = {folder / source.name: source.read_bytes() for source in shipped("schemas").glob("*.json")}
    return {target: text for target, text in texts.items() if not target.is_file() or target.read_bytes() != text}


def _above(file: Path) -> Path | None:
    """The folder of schemas in one of the folders above *file*, no farther than the root of its repository."""
    for folder in file.resolve().parents[:_HIGHEST]:
        if (folder / "schemas" / FLOW).is_file():
            return folder / "schemas"
        if (folder / ".git").exists():
            break
    return None
