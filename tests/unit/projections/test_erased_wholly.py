"""Who loses all categories is erased wholly: whoever asks gets the same answer."""

from collections.abc import Callable

from application.queries.keeping.periods import StepShown
from ledger.event import erases_all
from projections.dossier.traces import Traces, traced
from projections.views import customer_state
from schemas import CATEGORIES, are_all
from tests.fixtures.cases import each
from tests.unit.projections.making import CRM, erasure, event, folded

LISTS = [
    ([*CATEGORIES], True),
    ([*reversed(CATEGORIES)], True),
    ([*CATEGORIES, "contact"], True),
    (["contact"] * len(CATEGORIES), False),
    ([*CATEGORIES[1:], CATEGORIES[-1]], False),
    ([], False),
]


def _as_shown(categories: list[str]) -> bool:
    return StepShown(None, "", "request", None, categories, None, None, [], None, None).is_whole


def _as_left(categories: list[str]) -> bool:
    return not traced(Traces(), [event("customer-registered")]).without(categories, None).first


def _as_the_dossier(categories: list[str]) -> bool:
    return erases_all(erasure(1, categories, []))


def _as_the_state(categories: list[str]) -> bool:
    (state,) = folded(customer_state.VIEW, [erasure(1, categories, [])]).values()
    return state.whole is not None


ASKERS: list[Callable[[list[str]], bool]] = [
    are_all,
    _as_shown,
    _as_left,
    _as_the_dossier,
    _as_the_state,
]


@each("asker", ASKERS)
@each("categories, wholly", LISTS)
def test_all_ask_for_every_category_and_not_for_so_many(
    asker: Callable[[list[str]], bool], categories: list[str], wholly: bool
) -> None:
    assert asker(categories) is wholly


def test_what_others_say_of_an_erasure_destroys_nothing() -> None:
    assert not erases_all(erasure(1, CATEGORIES, ["k-1"], CRM))
