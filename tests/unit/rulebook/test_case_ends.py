"""Every entry on how cases end passes its own tests."""

from rulebook.case_ends import CASE_ENDS, CaseEnd
from tests.fixtures.cases import each


@each("entry", CASE_ENDS, ids=lambda entry: entry.id)
def test_each_entry_passes_its_own_tests(entry: CaseEnd) -> None:
    for test in entry.tests:
        assert (test.outcome in entry.outcomes) is test.is_one, test
