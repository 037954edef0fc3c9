"""Questions to an archive: what annulments took back counts nowhere, wherever in the archive they are."""

import re
from pathlib import Path
from typing import cast

import pytest

from archive.asking import Archive
from archive.places import FolderPlace
from archive.questions import QUESTIONS, sql_of
from archive.writing import archive
from ledger.errors import Unproven
from projections.views.disclosures import NATURE
from schemas import names
from tests.fixtures.published import entries, entry, history_with

OFFICE = "urn:voipzeker:privacy-office"
SEGMENT = 256
# Positions 3, 10, 17 … are of one stream, and their times are in the order of their positions.
DISCLOSED, ANNULMENT, OF_THAT = 3, 10 * 7 + 3, 60 * 7 + 3


def archive_of(tmp_path: Path, changed: dict[int, bytes]) -> Archive:
    content = [changed.get(at, one) for at, one in enumerate(entries(2 * SEGMENT), 1)]
    place = FolderPlace(tmp_path / "archive")
    archive(history_with(tmp_path / "log", content), place, SEGMENT)
    return Archive(place, [OFFICE])


def given(asked: Archive) -> int:
    return sum(cast(int, row[-1]) for row in asked.ask("disclosures").rows)


def annulment(position: int, of: int, **facts: str) -> bytes:
    return entry(position, names.EVENT_ANNULLED, annuls=f"e-{of}", reason="mistake", **facts)


def test_an_annulment_in_a_later_file_counts(tmp_path: Path) -> None:
    assert given(archive_of(tmp_path, {OF_THAT: annulment(OF_THAT, DISCLOSED)})) == 510


def test_an_annulment_that_is_annulled_counts_no_more(tmp_path: Path) -> None:
    changed = {
        ANNULMENT: annulment(ANNULMENT, DISCLOSED),
        OF_THAT: annulment(OF_THAT, ANNULMENT),
    }
    assert given(archive_of(tmp_path, changed)) == 510


@pytest.mark.parametrize(
    "made",
    [
        annulment(OF_THAT, DISCLOSED + 1),  # of another stream
        annulment(OF_THAT, OF_THAT + 7),  # of a later event
        annulment(OF_THAT, DISCLOSED, annuls_source="urn:voipzeker:billing"),  # without a right to
    ],
)
def test_an_annulment_without_effect_takes_nothing_back(tmp_path: Path, made: bytes) -> None:
    assert given(archive_of(tmp_path, {OF_THAT: made})) == 511


def test_the_statement_knows_the_nature_of_each_type_that_discloses() -> None:
    stated = dict(re.findall(r"\('([a-z0-9-]+)', '?(NULL|[a-z-]+)'?\)", sql_of("disclosures")))
    natures = {name: nature.recipient_kind or "NULL" for name, nature in NATURE.items()}
    assert stated == {names.PERSONAL_DATA_DISCLOSED: "NULL", **natures}


def test_every_question_has_an_answer_of_an_empty_kind(tmp_path: Path) -> None:
    asked = archive_of(tmp_path, {})
    for question in QUESTIONS:
        answer = asked.ask(question)
        assert answer.position == 2 * SEGMENT
        assert all(len(row) == len(answer.columns) for row in answer.rows)


@pytest.mark.parametrize("left", [0.0, 0.5, 0.99])
def test_a_damaged_archive_is_told_of(tmp_path: Path, left: float) -> None:
    archive_of(tmp_path, {}).close()
    path = sorted((tmp_path / "archive" / "segments").iterdir())[1]
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * left)])
    with pytest.raises(Unproven, match="ledger audit --archive"):
        Archive(FolderPlace(tmp_path / "archive"), [OFFICE]).ask("register")


def test_without_an_archive_nothing_is_answered(tmp_path: Path) -> None:
    with pytest.raises(Unproven, match="ledger archive"):
        Archive(FolderPlace(tmp_path), [OFFICE])
