"""Sites for many requests: each is used by one at a time, and one whose connection broke connects again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from application.reading import Reader
from host import pool as pooling
from host.pool import SitePool
from host.settings import Settings, read_settings
from host.wiring import install_site
from ledger.errors import Busy, Retry
from tests.fixtures.postgres import Templates


@pytest.fixture
def settings(embedded_templates: Templates, tmp_path: Path) -> Iterator[Settings]:
    def of(url: str, keys: Path) -> Settings:
        texts = {"LEDGER_DATABASE_URL": url, "LEDGER_KEY_DIR": str(keys)}
        return read_settings(texts, tmp_path / "data")

    def install(url: str, keys: Path) -> None:
        install_site(of(url, keys))

    keys = tmp_path / "keys"
    with embedded_templates.of("pool", install, keys) as url:
        yield of(url, keys)


def test_two_requests_at_once_have_a_site_each(settings: Settings) -> None:
    pool, both = SitePool(settings, 2), Barrier(2, timeout=120)

    def ask(name: str) -> tuple[int, str]:
        with pool.site(Reader(name, "auditor", judged=False)) as site:
            both.wait()
            assert site.for_whom is not None
            return id(site), site.for_whom.reference

    with ThreadPoolExecutor(2) as threads:
        (first, one), (second, two) = threads.map(ask, ("employee/1", "employee/2"))
    assert first != second
    assert {one, two} == {"employee/1", "employee/2"}
    with pool.site() as site:
        assert site.for_whom is None, "who asked before is forgotten"
    pool.close()


def test_who_finds_all_sites_taken_is_told_so(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooling, "WAIT_S", 0.05)
    pool = SitePool(settings, 1)
    with pool.site(), pytest.raises(Busy), pool.site():
        pytest.fail("there was a second site")
    with pool.site():
        pass
    pool.close()


def test_a_site_whose_connection_was_cut_serves_the_next_request(settings: Settings) -> None:
    pool = SitePool(settings, 1)
    with pool.site() as site:
        assert site.is_granted(Reader("employee/1", "auditor", judged=True))
    with psycopg.connect(settings.database_url or "", autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    # The request that meets the broken connection may fail, as if the server was away. The next one may not.
    with suppress(Retry), pool.site() as site:
        site.is_granted(Reader("employee/1", "auditor", judged=True))
    with pool.site() as site:
        assert site.is_granted(Reader("employee/1", "auditor", judged=True))
    pool.close()
