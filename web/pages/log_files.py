"""The files of the transparency log under `/log/`, as C2SP tlog-tiles lays them out.

Checkpoint and tiles are for everyone: they hold hashes. Entry bundles hold what was done with whose data, by
pseudonym. A name is taken apart and written again, and only a name that comes out the same is looked up:
no other file of the folder can be asked for.
"""

import re
from typing import Literal

import msgspec

from ledger.tlog.store.files import read_file
from ledger.tlog.store.folder import CHECKPOINT, LogFolder
from ledger.tlog.tree.tiles import TILE_WIDTH, bundle_path, tile_path

_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_NEVER, _ALWAYS = "no-store", "public, max-age=31536000, immutable"
_PATH = re.compile(
    r"tile/(?P<level>entries|[0-9]{1,2})/(?P<number>(?:x[0-9]{3}/){0,6}[0-9]{3})"
    r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
# A tree of 2^63 leaves has no tile above; the standard allows 63, and nothing is there.
_MOST_LEVEL = 63

Kind = Literal["checkpoint", "tile", "entries"]


class LogName(msgspec.Struct, frozen=True):
    """A file that a log may have. `lasts`: its content never changes."""

    path: str
    kind: Kind
    lasts: bool

    @property
    def content_type(self) -> str:
        """The media type of the file."""
        return _TEXT if self.kind == "checkpoint" else _BYTES

    @property
    def cache_control(self) -> str:
        """Who may keep it: full tiles everyone, for ever; nobody keeps events."""
        return _ALWAYS if self.lasts and self.kind == "tile" else _NEVER

    def read(self, folder: LogFolder) -> bytes | None:
        """What the file holds; None when there is none. Raises ServiceAway."""
        return read_file(folder.path / self.path)


def name_of(path: str) -> LogName | None:
    """The file that a path below `/log/` names; None when it names none."""
    if path == CHECKPOINT:
        return LogName(CHECKPOINT, "checkpoint", lasts=False)
    parts = _PATH.fullmatch(path)
    if parts is None:
        return None
    level, number = parts["level"], int(re.sub("[x/]", "", parts["number"]))
    width = int(parts["width"] or TILE_WIDTH)
    if level == "entries":
        return _named(bundle_path(number, width), path, "entries", width)
    if int(level) > _MOST_LEVEL:
        return None
    return _named(tile_path(int(level), number, width), path, "tile", width)


def _named(canonical: str, path: str, kind: Kind, width: int) -> LogName | None:
    """A name in its only spelling. A partial tile is never as wide as a full one."""
    if canonical != path or width > TILE_WIDTH:
        return None
    return LogName(canonical, kind, lasts=width == TILE_WIDTH)
