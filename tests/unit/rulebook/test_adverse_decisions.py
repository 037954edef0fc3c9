"""The entry on decisions of a program passes its own tests."""

from rulebook.adverse_decisions import ADVERSE, is_adverse


def test_the_entry_passes_its_own_tests() -> None:
    for test in ADVERSE.tests:
        assert is_adverse(test.decision) is test.adverse, test
