"""What the search for personal data refuses of ordinary numbers, and finds of BSN, on made corpora."""

import pytest

from bench import leaks

IN_IDS = {
    "9 digits, such as an invoice's number": 100.0,
    "a year and five digits: `202600123`": 100.0,
}
"""Nine digits alone are never taken in an id (docs/decisions/0048)."""
TELEPHONES_IN_IDS = {"11 digits, such as an invoice's number": (0.8, 1.2)}
"""Those that begin with 31 and no zero are telephone numbers as a telephone company writes them."""


@pytest.mark.parametrize("kind", leaks.REFERENCES)
def test_at_most_one_in_a_thousand_references_is_refused(kind: str) -> None:
    in_reference, in_id = leaks.refused()[kind]
    assert in_reference <= 0.1
    least, most = TELEPHONES_IN_IDS.get(kind, (IN_IDS.get(kind, 0.0), IN_IDS.get(kind, 0.1)))
    assert least <= in_id <= most


@pytest.mark.parametrize("place", leaks.BSN)
def test_every_bsn_is_found(place: str) -> None:
    assert leaks.found()[place] == 100.0


def test_the_corpora_are_what_they_are_called() -> None:
    """At least 20,000 references of a kind and 2,000 BSN, none of which is the same for all."""
    assert leaks.COUNT >= 20_000
    for make in (*leaks.REFERENCES.values(), *(make for make, _ in leaks.BSN.values())):
        assert len({*leaks.made(make, 100, "seed")}) > 90
    for number in leaks.made(leaks.bsn, 1_000, "seed"):
        weighed = zip(map(int, number), (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True)
        assert sum(digit * weight for digit, weight in weighed) % 11 == 0
