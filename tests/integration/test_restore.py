"""Copies and restores: what a stolen copy opens, and what a restore may bring back (nothing)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.embedded import start
from ledger.erasure.pending import pending
from ledger.errors import KeyLost
from ledger.keys.opening import Missing
from ledger.keys.rotation import rotate
from ledger.names import LedgerName
from schemas import Code
from tests.fixtures.ledger import Clock, House, collected, registered
from tests.fixtures.postgres import short_folder


@pytest.fixture
def folder() -> Iterator[Path]:
    with short_folder() as short:
        yield short


def house_on(url: str, keys: Path) -> House:
    return House(url, keys, LedgerName(), Clock())


def copy_of(folder: Path, name: str) -> Path:
    """The whole data directory, write-ahead log included, as it is at this moment."""
    target = folder.with_name(folder.name + name)
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("run"), symlinks=True)
    for path in [target, *target.rglob("*")]:
        twin = folder / path.relative_to(target)
        shutil.chown(path, twin.stat().st_uid, twin.stat().st_gid)
    return target


def test_a_copy_from_before_an_erasure_opens_nothing_after_the_epoch(
    folder: Path, tmp_path: Path
) -> None:
    with start(folder) as server:
        house = house_on(server.url(), tmp_path / "keys")
        house.install()
        house.record(registered(), collected())
        house.session(None).script("CHECKPOINT", {})
        server.stop()
    copy = copy_of(folder, "-copy")
    with start(folder) as server:
        house.url = server.url()
        house.eraser().erase("customer/10023", [], "request")
        rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
        house.close()
    try:
        with start(copy) as stolen:
            thief = house_on(stolen.url(), tmp_path / "keys")
            event = thief.events()[1]
            with pytest.raises(KeyLost):
                thief.opener().personal(event)
            with pytest.raises(KeyLost):
                thief.opener().hmac_of("customer/10023")
            thief.close()
    finally:
        shutil.rmtree(copy)


@pytest.mark.parametrize("categories", [[], ["contact"]])
def test_a_restore_from_before_an_erasure_is_erased_again_before_anyone_is_served(
    folder: Path, tmp_path: Path, categories: list[str]
) -> None:
    with start(folder) as server:
        house = house_on(server.url(), tmp_path / "keys")
        house.install()
        house.record(registered(), collected())
        server.stop()
    copy = copy_of(folder, "-backup")
    with start(folder) as server:
        house.url = server.url()
        house.eraser().erase("customer/10023", categories, "request")
        house.close()
    try:
        with start(copy) as restored:
            later = house_on(restored.url(), tmp_path / "keys")
            assert later.opener().personal(later.events()[1])["email"] == "j.devries@example.nl"
            assert len(pending(later.session("reader"), later.journal)) == 1
            later.eraser().reapply()
            assert later.opener().personal(later.events()[1])["email"] is Missing.ERASED
            assert [event.name for event in later.events()[2:]] == [
                "erasure-decided",
                "personal-data-erased",
                "erasure-reapplied",
            ]
            late = later.record(collected())
            assert [rejection.code for _, rejection in late.rejections] == [Code.ERASED_SUBJECT]
            assert pending(later.session("reader"), later.journal) == []
            later.close()
    finally:
        shutil.rmtree(copy)


@pytest.mark.parametrize("categories", [[], ["contact"]])
def test_a_restore_from_before_the_person_was_known_still_refuses_what_was_erased(
    folder: Path, tmp_path: Path, categories: list[str]
) -> None:
    with start(folder) as server:
        house = house_on(server.url(), tmp_path / "keys")
        house.install()
        house.record(registered("customer/1"))
        server.stop()
    copy = copy_of(folder, "-backup")
    with start(folder) as server:
        house.url = server.url()
        house.record(registered(), collected())
        house.eraser().erase("customer/10023", categories, "request")
        house.close()
    try:
        with start(copy) as restored:
            later = house_on(restored.url(), tmp_path / "keys")
            (again,) = later.eraser().reapply()
            assert later.events()[-1].facts == {"after": "restore"}
            outcome = later.record(collected(), registered())  # Kafka delivers them again
            assert [rejection.code for _, rejection in outcome.rejections] == [Code.ERASED_SUBJECT]
            assert later.events()[-1].stream == again.subject
            named = {} if not categories else {again.subject: "customer/10023"}
            assert later.opener().references([again.subject]) == named
            later.close()
    finally:
        shutil.rmtree(copy)
