"""Every entry on the validity of a consent passes its own tests."""

from rulebook.consent_validity import CONSENT_VALIDITIES, ConsentValidity
from tests.fixtures.cases import each


@each("entry", CONSENT_VALIDITIES, ids=lambda entry: entry.id)
def test_each_entry_passes_its_own_tests(entry: ConsentValidity) -> None:
    for test in entry.tests:
        assert entry.lacks(test.method, test.given_by, test.age) is test.lacks, test
