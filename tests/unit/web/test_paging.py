"""Lists a page at a time, by the key of the row that the last page ended with."""

import pytest

from ledger.errors import Misconfigured
from web.pages.paging import ON_A_PAGE, page_of


@pytest.mark.parametrize("length", [0, 1, ON_A_PAGE, ON_A_PAGE + 1, 3 * ON_A_PAGE])
def test_each_row_is_on_one_page(length: int) -> None:
    rows, after = list(range(length)), None
    found: list[int] = []
    while True:
        page, after = page_of(rows, str, after)
        assert len(page) <= ON_A_PAGE
        found += page
        if after is None:
            break
    assert found == rows


def test_a_row_that_is_gone_is_told() -> None:
    with pytest.raises(Misconfigured) as refused:
        page_of([1, 2], str, "3")
    assert refused.value.field == "after"
