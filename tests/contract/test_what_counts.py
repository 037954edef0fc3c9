"""The tables of the page *What counts*, against the code. tests/property has a model of annulment."""

import re
from pathlib import Path

from projections.folds.annulment import _LASTING
from projections.views.disclosures import NATURE

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "what-counts.md").read_text()


def test_the_page_lists_what_a_type_says_already() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \| (.*) \| (.*) ?\|$", PAGE, re.MULTILINE)
    told = {name: [cell.strip(" `") for cell in cells] for name, *cells in rows}
    feed = "bulk-feed-delivered"
    assert told.pop(feed)[2] == NATURE[feed].method
    assert told == {
        name: [nature.recipient_kind, nature.purpose, nature.method or ""]
        for name, nature in NATURE.items()
        if name != feed
    }


def test_the_page_lists_what_cannot_be_annulled() -> None:
    line = PAGE.partition("3. The ledger's own ")[2].partition("\n4.")[0]
    assert set(re.findall("`([a-z-]+)`", line)) == _LASTING
