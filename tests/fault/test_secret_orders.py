"""Nothing tells of a secret order, the long form: every form and language, and how long an answer takes."""

import os
import time
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest

from application.acts.deciding import preview
from application.following import bring_up_to_date
from application.queries.keeping.erasures import ErasureScope
from application.queries.reports.access import ReportScope
from documents.reports import ACCESS_REPORT
from host.settings import read_settings
from host.site import Site
from host.wiring import open_site
from ledger.reading import head_position
from tests.fixtures.console import Cli
from tests.fixtures.ranks import LEVEL, probability, visible
from tests.fixtures.two_ledgers import WHO
from tests.integration.test_no_tell_tale import (
    OTHER,
    Secret,
    changes_nothing,
    house,
    order_in_force,
)

__all__ = ["house"]

ANSWERS = 1_000


@pytest.mark.campaign
def test_a_secret_order_changes_no_answer_in_any_form(house: tuple[Cli, Secret]) -> None:
    changes_nothing(*house, everything=True)


@pytest.mark.campaign
def test_an_answer_about_a_person_with_a_secret_order_takes_as_long(
    house: tuple[Cli, Secret], record_property: Callable[[str, object], None]
) -> None:
    """A thousand answers of each kind about each of two persons who are equal but for the order.

    They alternate by chance, so that what the machine does besides falls on both alike. A shift of `visible`
    standard deviations would be found with a power of 99 in 100, at a level of 1 in 1,000.
    """
    cli, secret = house
    secret.tell(*order_in_force())
    texts = {name: text for name, text in os.environ.items() if name.startswith("LEDGER_")}
    with open_site(read_settings(texts, cli.folder)) as site:
        bring_up_to_date(site)
        for name, answer in (("report", _report), ("erasure", _erasure)):
            first, second = _timed(partial(answer, site))
            likely = probability(first, second)
            record_property(f"{name}: visible shift, probability", (visible(ANSWERS), likely))
            assert likely > LEVEL, name


def _timed(answer: Callable[[str], Any]) -> tuple[list[float], list[float]]:
    order = [WHO, OTHER] * ANSWERS
    Random(time.time_ns()).shuffle(order)
    taken: dict[str, list[float]] = {WHO: [], OTHER: []}
    for who in order[: ANSWERS // 10]:  # what is done once only
        answer(who)
    for who in order:
        start = time.perf_counter()
        answer(who)
        taken[who].append(time.perf_counter() - start)
    return taken[WHO], taken[OTHER]


def _report(site: Site, who: str) -> bytes:
    source = site.source("report")
    scope = ReportScope(
        reference=who,
        request_ref=None,
        language="nl",
        position=head_position(source.session),
        rendered_at=source.now,
        controller=site.settings.controller,
        checkpoint=None,
    )
    return ACCESS_REPORT.written(source, scope, "json")


def _erasure(site: Site, who: str) -> Any:
    return preview(site, who, ErasureScope("request"))
