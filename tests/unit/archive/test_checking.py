"""The audit of an archive names whatever is not as the log signed it."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.checking import check_archive
from archive.manifest import (
    MANIFEST,
    CheckedArchive,
    Manifest,
    Segment,
    decode_manifest,
    is_file_of,
)
from archive.places import FolderPlace
from archive.segment import STATISTICS, decode_segment, encode_segment, encode_tables, facts_of
from archive.writing import archive
from ledger.audit import Findings
from ledger.errors import ServiceAway
from ledger.tlog.signing.keys import SigningKey
from tests.fixtures.published import entries, entry, history_of
from tests.fixtures.tlog import ORIGIN, log_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive of two segments, of a log of 600 entries."""
    archive(history_of(tmp_path / "log", 600), FolderPlace(tmp_path / "archive"), 256)
    return tmp_path / "archive"


def checked(folder: Path, key: SigningKey | None = None) -> CheckedArchive:
    keys = [(key or log_key()).verifier]
    return check_archive(FolderPlace(folder), keys, Findings())


def segment(folder: Path, number: int = 1) -> Path:
    return sorted((folder / "segments").iterdir())[number]


def replace_rows(path: Path, rows: pa.Table) -> None:
    """Write a file of the same columns with other rows."""
    pq.write_table(rows, path, compression="zstd", write_statistics=STATISTICS)


def rows_of(path: Path) -> pa.Table:
    return pa.concat_tables(decode_segment(path.read_bytes()))


def test_an_archive_as_it_was_written_is_in_order(folder: Path) -> None:
    found = checked(folder)
    assert found.findings == ()
    assert (found.size, found.published) == (512, 600)


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def without_a_row(path: Path) -> None:
    replace_rows(path, rows_of(path).slice(1))


def in_another_order(path: Path) -> None:
    rows = rows_of(path)
    replace_rows(path, pa.concat_tables([rows.slice(1), rows.slice(0, 1)]))


def another_recipient(path: Path) -> None:
    rows = rows_of(path)
    column = rows.schema.get_field_index("recipient")
    replace_rows(path, rows.set_column(column, rows.field(column), pa.array(["other"] * len(rows))))


def another_entry(path: Path) -> None:
    content = rows_of(path).column("entry").to_pylist()
    content[5] = content[5].replace(b"carrier-", b"carrier+")
    root = stored(path.parents[1]).segments[1].root
    path.write_bytes(encode_segment(content, facts_of(ORIGIN, 257, 512, root)))


def other_columns(path: Path) -> None:
    replace_rows(path, rows_of(path).drop_columns(["country"]))


def each_row_twice(path: Path) -> None:
    rows = rows_of(path)
    replace_rows(path, pa.concat_tables([rows, rows]))


def other_facts(path: Path) -> None:
    replace_rows(path, rows_of(path).replace_schema_metadata({"origin": ORIGIN, "first": "1"}))


def more_statistics(path: Path) -> None:
    """An engine that asks for a name may skip the file."""
    pq.write_table(rows_of(path), path, compression="zstd", write_statistics=[*STATISTICS, "name"])


def true_statistics_of_all(path: Path) -> None:
    pq.write_table(rows_of(path), path, compression="zstd", write_statistics=True)


def no_statistics(path: Path) -> None:
    """Where an engine of ours sees none, another one may see some."""
    pq.write_table(rows_of(path), path, compression="zstd", write_statistics=False)


def other_statistics(path: Path) -> None:
    """The bytes of the least and largest value stand at the end of the file."""
    replace_rows(path, rows_of(path))
    content = path.read_bytes()
    end = content.rindex(b"e-257")
    path.write_bytes(content[: end - 100] + content[end - 100 :].replace(b"e-512", b"e-300"))


def an_index_of_pages(path: Path) -> None:
    pq.write_table(
        rows_of(path), path, compression="zstd", write_statistics=STATISTICS, write_page_index=True
    )


def an_index_of_values(path: Path) -> None:
    pq.write_table(
        rows_of(path),
        path,
        compression="zstd",
        write_statistics=STATISTICS,
        bloom_filter_options={"name": True},
    )


ROWS = (
    *(without_a_row, in_another_order, another_recipient, another_entry, other_columns),
    *(each_row_twice, other_facts, more_statistics, no_statistics, other_statistics),
    *(an_index_of_pages, an_index_of_values),
)


def one_other_recipient(path: Path) -> None:
    rows = rows_of(path)
    column = rows.schema.get_field_index("recipient")
    told = [*rows.column("recipient").to_pylist()[:-3], "other", "other", None]
    content = rows.set_column(column, rows.field(column), pa.array(told, pa.string()))
    path.write_bytes(encode_tables(iter([content]), facts_in(rows)))


def facts_in(rows: pa.Table) -> dict[str, str]:
    return {name.decode(): fact.decode() for name, fact in rows.schema.metadata.items()}


def an_entry_of_another_position(path: Path) -> None:
    rows = rows_of(path)
    content = rows.column("entry").to_pylist()
    content[5] = content[6]
    path.write_bytes(encode_segment(content, facts_in(rows)))


@pytest.mark.parametrize(
    ("alter", "position", "says"),
    [
        (
            one_other_recipient,
            510,
            "columns say other things than the entry (events from here on: 3)",
        ),
        (
            an_entry_of_another_position,
            262,
            "an entry of another position stands here (events from here on: 1)",
        ),
        (
            another_recipient,
            257,
            "columns say other things than the entry (events from here on: 256)",
        ),
    ],
)
def test_what_differs_is_counted_at_its_position(
    folder: Path, alter: Callable[[Path], None], position: int, says: str
) -> None:
    alter(segment(folder))
    fit(folder)
    assert (position, says) in {(one.position, one.detail) for one in checked(folder).findings}


def test_columns_are_not_told_where_only_an_entry_was_put_in_anothers_place(folder: Path) -> None:
    an_entry_of_another_position(segment(folder))
    fit(folder)
    details = {one.detail for one in checked(folder).findings}
    assert details == {
        "an entry of another position stands here (events from here on: 1)",
        "the entries of this segment have another tree hash",
    }


@pytest.mark.parametrize("alter", [true_statistics_of_all, other_statistics, more_statistics])
def test_other_statistics_are_told_as_what_they_are(
    folder: Path, alter: Callable[[Path], None]
) -> None:
    """Whether they are true or not."""
    alter(segment(folder))
    fit(folder)
    details = {one.detail for one in checked(folder).findings}
    assert (
        "the file says other least and largest values, or more of its rows, than this program writes"
        in details
    )


def assert_named(folder: Path) -> None:
    found = checked(folder).findings
    assert found
    assert all((finding.position or 0) > 256 for finding in found)
    assert {finding.kind for finding in found} == {"archive"}


@pytest.mark.parametrize("alter", [*ROWS, flipped, cut, Path.unlink])
def test_every_alteration_of_a_segment_is_named(
    folder: Path, alter: Callable[[Path], None]
) -> None:
    alter(segment(folder))
    assert_named(folder)


@pytest.mark.parametrize("alter", [*ROWS, cut])
def test_an_alteration_is_named_also_where_the_manifest_was_made_to_fit(
    folder: Path, alter: Callable[[Path], None]
) -> None:
    alter(segment(folder))
    fit(folder)
    assert_named(folder)


def fit(folder: Path) -> None:
    from hashlib import sha256

    content = segment(folder).read_bytes()
    manifest = stored(folder)
    changed = msgspec.structs.replace(
        manifest.segments[1], bytes=len(content), sha256=sha256(content).hexdigest()
    )
    store(folder, (manifest.segments[0], changed))


def stored(folder: Path) -> Manifest:
    return decode_manifest((folder / MANIFEST).read_bytes())


def store(folder: Path, segments: tuple[Segment, ...]) -> None:
    changed = msgspec.structs.replace(stored(folder), segments=segments)
    (folder / MANIFEST).write_bytes(msgspec.json.encode(changed))


def test_two_segments_in_each_others_place_are_named(folder: Path) -> None:
    first, second = segment(folder, 0), segment(folder, 1)
    contents = first.read_bytes(), second.read_bytes()
    first.write_bytes(contents[1])
    second.write_bytes(contents[0])
    assert {finding.position for finding in checked(folder).findings} >= {1, 257}


def test_a_manifest_of_fewer_segments_is_not_what_was_signed_for(folder: Path) -> None:
    store(folder, stored(folder).segments[:1])
    found = checked(folder)
    assert [finding.kind for finding in found.findings] == ["checkpoint"]
    assert (found.size, found.published) == (256, 0)


def test_an_archive_of_a_key_that_is_not_trusted_is_not_comparable(folder: Path) -> None:
    other = SigningKey(ORIGIN, Ed25519PrivateKey.generate())
    found = checked(folder, other)
    assert [finding.kind for finding in found.findings] == ["checkpoint"]
    assert found.published == 0


def test_history_that_the_log_never_signed_is_named(folder: Path) -> None:
    """All of it made to fit: rows, sums, tree hashes. Only the signature is not."""
    content = [entry(1, recipient="nobody"), *entries(256)[1:]]
    path = segment(folder, 0)
    from base64 import b64encode
    from hashlib import sha256

    from ledger.tlog.tree.merkle import hash_leaf, hash_perfect

    root = b64encode(hash_perfect([hash_leaf(one) for one in content])).decode()
    path.write_bytes(encode_segment(content, facts_of(ORIGIN, 1, 256, root)))
    manifest = stored(folder)
    changed = msgspec.structs.replace(
        manifest.segments[0],
        bytes=path.stat().st_size,
        sha256=sha256(path.read_bytes()).hexdigest(),
        root=root,
    )
    store(folder, (changed, manifest.segments[1]))
    assert [finding.kind for finding in checked(folder).findings] == ["checkpoint"]


@pytest.mark.parametrize("content", [None, b"", b"{}"])
def test_without_a_manifest_nothing_is_in_order(folder: Path, content: bytes | None) -> None:
    if content is None:
        (folder / MANIFEST).unlink()
    else:
        (folder / MANIFEST).write_bytes(content)
    found = checked(folder)
    assert [finding.kind for finding in found.findings] == ["archive"]
    assert (found.size, found.published) == (0, 0)


def test_an_instant_that_no_clock_has_is_a_finding(folder: Path) -> None:
    rows = rows_of(segment(folder))
    column = rows.schema.get_field_index("occurred_at")
    far = pa.array([1 << 62] * len(rows), pa.int64()).cast(rows.field(column).type)
    replace_rows(segment(folder), rows.set_column(column, rows.field(column), far))
    fit(folder)
    assert_named(folder)


@pytest.mark.parametrize("name", [MANIFEST, "segments/0000000000000000257.parquet"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "itself"])
def test_what_is_no_file_stops_nobody(folder: Path, name: str, kind: str) -> None:
    path = folder / name
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if kind == "device" else path)
    with pytest.raises(ServiceAway, match="cannot be reached"):
        checked(folder)


def test_a_manifest_of_lists_in_lists_is_none(folder: Path) -> None:
    content = (folder / MANIFEST).read_bytes()
    deep = b'"first": 1, "more": ' + b"[" * 100_000 + b"]" * 100_000 + b","
    (folder / MANIFEST).write_bytes(content.replace(b'"first": 1,', deep))
    assert [finding.position for finding in checked(folder).findings] == [None]


@pytest.mark.parametrize("more", [-1, 1])
def test_a_file_has_as_many_bytes_as_the_manifest_says(folder: Path, more: int) -> None:
    """Neither of a manifest that says another number, nor of a file that has another one."""
    content = segment(folder).read_bytes()
    one = stored(folder).segments[1]
    assert is_file_of(one, content)
    assert not is_file_of(msgspec.structs.replace(one, bytes=one.bytes + more), content)
    segment(folder).write_bytes(content[:more] if more < 0 else content + b"\0")
    assert not is_file_of(one, segment(folder).read_bytes())
    (found,) = checked(folder).findings
    assert (found.position, found.detail) == (257, "the file of this segment was changed")
