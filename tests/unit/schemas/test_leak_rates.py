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
    make = leaks.REFERENCES[kind]
    assert leaks.share(leaks.in_reference, make, leaks.COUNT, kind) <= 0.1


@pytest.mark.parametrize("kind", leaks.REFERENCES)
def test_so_it_is_in_ids_but_for_what_is_known_beforehand(kind: str) -> None:
    refused = leaks.share(leaks.is_personal_id, leaks.REFERENCES[kind], 20_000, kind)
    least, most = TELEPHONES_IN_IDS.get(kind, (IN_IDS.get(kind, 0.0), IN_IDS.get(kind, 0.1)))
    assert least <= refused <= most


@pytest.mark.parametrize("place", leaks.BSN)
def test_every_bsn_is_found(place: str) -> None:
    make, test = leaks.BSN[place]
    assert leaks.share(test, make, leaks.COUNT // 10, place) == 100.0
