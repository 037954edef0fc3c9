"""The catalogue of a fresh server with a fresh ledger, hashed: a file for each version, a line for each
object.

Minor releases of one version may add objects (15.20 did): `later_releases.toml` lists those that a server may
have or lack.

A line has the stage at which an object is there, the table of the catalogue, the object, and a hash of all
that is compared of its rows. `make documents` writes the files from the servers that are there.
"""

import lzma
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Literal

Key = tuple[str, str]
"""Table of the catalogue, and object."""
SERVER, LATER, SITE = "server", "later", "site"
INSTALLED, FOLLOWED, ORDERS = "installed", "followed", "orders"
"""Of the server; of what a later minor release added to it; of what a site may alter, such as the
namespace `public`; of a ledger that is installed, that a projector followed, that has the views of orders."""
How = Literal["missing", "added", "changed"]
_HASH_DIGITS = 32


def hash_of(rows: Iterable[str]) -> str:
    """The hash of all that is compared of the rows of an object, in any order."""
    return sha256("\n".join(sorted(rows)).encode()).hexdigest()[:_HASH_DIGITS]


class Fingerprint:
    """The expected objects, by stage: each key with the hashes that it may have."""

    def __init__(self, lines: Iterable[tuple[str, Key, str]]) -> None:
        self.stages: dict[str, dict[Key, set[str]]] = {}
        for stage, key, hashed in lines:
            self.stages.setdefault(stage, {}).setdefault(key, set()).add(hashed)

    def of(self, *stages: str) -> dict[Key, set[str]]:
        """The expected objects at any of some stages."""
        found: dict[Key, set[str]] = {}
        for stage in stages:
            for key, hashes in self.stages.get(stage, {}).items():
                found[key] = found.get(key, set()) | hashes
        return found


def packed(lines: Iterable[tuple[str, Key, str]]) -> bytes:
    """A file of lines: names, which compress well, then hashes, which do not."""
    listed = sorted(lines)
    names = "".join(f"{stage}\t{table}\t{name}\n" for stage, (table, name), _ in listed)
    hashes = b"".join(bytes.fromhex(hashed) for *_, hashed in listed)
    return lzma.compress(names.encode() + b"\n" + hashes, preset=9 | lzma.PRESET_EXTREME)


def unpacked(content: bytes) -> Iterator[tuple[str, Key, str]]:
    """The lines of a file."""
    names, _, hashes = lzma.decompress(content).partition(b"\n\n")
    size = _HASH_DIGITS // 2
    for number, line in enumerate(names.decode().split("\n")):
        stage, table, name = line.split("\t")
        yield stage, (table, name), hashes[number * size : (number + 1) * size].hex()


@cache
def fingerprint(version: int) -> Fingerprint | None:
    """The expected objects for a major version of PostgreSQL; None for a version that the program does not
    know.
    """
    file = files("ledger.audit.server") / f"postgresql_{version}.xz"
    if not file.is_file():
        return None
    return Fingerprint([*unpacked(file.read_bytes()), *_later(version)])


def _later(version: int) -> Iterator[tuple[str, Key, str]]:
    file = files("ledger.audit.server") / "later_releases.toml"
    for added in tomllib.loads(file.read_text("utf-8"))["added"]:
        if added["since"].split(".")[0] == str(version):
            yield LATER, (added["table"], added["object"]), added["hash"]


def differences(
    expected: Mapping[Key, set[str]], found: Mapping[Key, str]
) -> Iterator[tuple[Key, How]]:
    """Every object that differs, and how."""
    for key in sorted(expected.keys() | found.keys()):
        if key not in found:
            yield key, "missing"
        elif key not in expected:
            yield key, "added"
        elif found[key] not in expected[key]:
            yield key, "changed"
