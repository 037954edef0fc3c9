"""Many readers at once: of those whose views are behind, one brings them up to date."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import orjson
import pytest

import application.following
from application.following import bring_up_to_date
from consumers.files import ingest
from ledger.clocks import Clocks
from tests.fixtures.console import collected, registered
from tests.web.console import Consoled

READERS = 4


def test_of_many_readers_one_follows(empty: Consoled, monkeypatch: pytest.MonkeyPatch) -> None:
    followers: list[Any] = []
    make = application.following.follower

    @contextmanager
    def counted(*arguments: Any) -> Iterator[Any]:
        followers.append(arguments)
        with make(*arguments) as made:
            yield made

    monkeypatch.setattr(application.following, "follower", counted)
    lines = BytesIO(b"\n".join(map(orjson.dumps, (registered(), collected()))))
    with empty.site() as site:
        bring_up_to_date(site)
        followers.clear()
        ingest(site.open_recorder, [("late", lines)], site.intake, Clocks(site.clock))

    def read(_number: int) -> None:
        with empty.site() as site:
            bring_up_to_date(site)

    with ThreadPoolExecutor(READERS) as threads:
        list(threads.map(read, range(READERS)))
    assert len(followers) == 1
