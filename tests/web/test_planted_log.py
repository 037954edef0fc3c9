"""Nothing of the log's folder is handed out but what the signed tree covers, whatever lies there."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.tlog.tree.bundles import encode_bundle
from ledger.tlog.tree.tiles import bundle_path, tile_path
from tests.fixtures.folders import PLANTINGS, Planting
from tests.fixtures.tlog import tiles_of
from tests.web.console import Client, Consoled
from tests.web.test_proof_pages import folder, size

BEYOND = [
    tile_path(7, 0),
    tile_path(7, 0, 1),
    tile_path(0, 999),
    tile_path(0, 999, 1),
    tile_path(63, 0),
    bundle_path(999),
    bundle_path(999, 1),
]
"""Names that a log may have, and this one has not. A tile of width 1 has 32 bytes, as a key has."""


def key_of(console: Consoled) -> Path:
    return next(console.pool.settings.key_dir.rglob("epoch-*.key"))


def secret_of(console: Consoled, path: str) -> tuple[int, bytes]:
    response = console.as_("auditor").get(f"/log/{path}")
    return response.status_code, response.content


def as_link(path: Path, key: Path) -> None:
    path.symlink_to(key)


def as_hard_link(path: Path, key: Path) -> None:
    os.link(key, path)


def as_copy(path: Path, key: Path) -> None:
    """A file of our own, for everybody: only its content is wrong."""
    path.write_bytes(key.read_bytes())
    path.chmod(0o644)


def as_copies(path: Path, key: Path) -> None:
    """As many hashes as a full tile has."""
    path.write_bytes(key.read_bytes() * 256)
    path.chmod(0o644)


def as_entry(path: Path, key: Path) -> None:
    """A bundle that can be taken apart."""
    path.write_bytes(encode_bundle([key.read_bytes()]))
    path.chmod(0o600)


WAYS = [as_link, as_hard_link, as_copy, as_copies, as_entry]


@contextmanager
def put(console: Consoled, name: str, way: Callable[[Path, Path], None]) -> Iterator[None]:
    """A key in the place of a file, which comes back."""
    path = folder(console) / name
    aside = path.with_name("aside")
    made = [above for above in path.parents if not above.exists()]
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        path.rename(aside)
    try:
        way(path, key_of(console))
        yield
    finally:
        path.unlink()
        if aside.exists():
            aside.rename(path)
        if made:
            shutil.rmtree(made[-1])


def names(console: Consoled) -> list[str]:
    """Checkpoint, and every tile and bundle of the tree."""
    count = size(console)
    tiles = [tile_path(*place) for place in tiles_of(count)]
    bundles = [bundle_path(number, width) for level, number, width in tiles_of(count) if not level]
    return ["checkpoint", "minimum-index", *tiles, *bundles]


@pytest.mark.parametrize("way", WAYS)
def test_no_key_is_handed_out_in_whatever_place_it_lies(
    sampled: Consoled, way: Callable[[Path, Path], None]
) -> None:
    secret = key_of(sampled).read_bytes()
    for name in (*names(sampled), *BEYOND):
        with put(sampled, name, way):
            for client in (sampled.nobody(), sampled.as_("auditor")):
                response = client.get(f"/log/{name}")
                # A key with two names opens nothing, so that no read can be noted.
                statuses = {401, 404, 500} if way is as_hard_link else {401, 404}
                assert response.status_code in statuses, (name, response.status_code)
                assert secret not in response.content
                assert "immutable" not in response.headers.get("cache-control", "")


@pytest.mark.parametrize("planted", PLANTINGS)
def test_whatever_is_put_in_the_place_of_a_tile_is_not_handed_out(
    sampled: Consoled, planted: str, tmp_path: Path
) -> None:
    """Nor is anything waited for; and what the tree has is handed out again when it is back."""
    for number, name in enumerate(["tile/0/000", "tile/entries/000", "tile/0", "tile", ""]):
        path, kept, away = (
            folder(sampled) / name,
            tmp_path / f"{number}",
            tmp_path / f"away-{number}",
        )
        planting = PLANTINGS[planted]
        if not harms_here(planting, path) or (not name and planted == "another user"):
            continue
        shutil.copytree(folder(sampled), kept)
        away.mkdir(mode=0o700)
        planting.do(path, away)
        asked = (
            ["tile/0/000", "tile/entries/000"]
            if path.is_dir() or name != "tile/0"
            else ["tile/0/000"]
        )
        try:
            for file in asked:
                if name in file:
                    assert secret_of(sampled, file)[0] == 404, (name, file)
        finally:
            put_back(folder(sampled), kept)
        assert secret_of(sampled, "tile/0/000")[0] == 200


def harms_here(planting: Planting, path: Path) -> bool:
    is_folder, is_closed = path.is_dir(), "entries" in str(path)
    fits = planting.folders if is_folder else planting.files
    return fits and (not planting.mode or bool(planting.mode & (0o066 if is_closed else 0o022)))


def put_back(path: Path, kept: Path) -> None:
    if path.is_symlink() or not path.is_dir():
        path.unlink()
    else:
        shutil.rmtree(path)
    shutil.copytree(kept, path)
    path.chmod(0o755)


def test_a_partial_tile_of_an_older_tree_is_handed_out_as_the_beginning_of_the_wider_one(
    sampled: Consoled,
) -> None:
    count = size(sampled)
    number, width = divmod(count, 256)
    whole = sampled.nobody().get(f"/log/{tile_path(0, number, width)}").content
    path = folder(sampled) / tile_path(0, number, width - 1)
    for content, status in ((whole[:-32], 200), (bytes(len(whole) - 32), 404)):
        path.write_bytes(content)
        response = sampled.nobody().get(f"/log/{tile_path(0, number, width - 1)}")
        assert response.status_code == status
        assert status == 404 or response.content == content
    path.unlink()


def test_a_checkpoint_that_no_key_of_the_log_signed_is_not_handed_out(sampled: Consoled) -> None:
    path = folder(sampled) / "checkpoint"
    content = path.read_bytes()
    client: Client = sampled.nobody()
    for other in (content.replace(b"\n", b"\nx", 1), b"", b"text\n", content[:-20] + content[-19:]):
        path.write_bytes(other)
        assert client.get("/log/checkpoint").status_code == 404
        # Without a tree that is signed no tile is one of it.
        assert client.get("/log/tile/0/000").status_code == 404
    path.write_bytes(content)
    assert client.get("/log/checkpoint").content == content


@pytest.mark.parametrize("text", [b"0\n", b"99999999999\n", b"x", b"", b"256", b"-1\n"])
def test_the_index_of_the_first_bundle_is_a_number_of_the_tree(
    sampled: Consoled, text: bytes
) -> None:
    path = folder(sampled) / "minimum-index"
    path.write_bytes(text)
    assert sampled.nobody().get("/log/minimum-index").status_code == 404
    path.write_bytes(b"256\n")
    assert sampled.nobody().get("/log/minimum-index").content == b"256\n"
    # A pruned bundle that is still there is not handed out either.
    assert sampled.as_("auditor").get("/log/tile/entries/000").status_code == 404
    assert sampled.as_("auditor").get("/log/tile/entries/001").status_code == 200
    path.unlink()
