"""Direct marketing: what the entries' own tests cannot say."""

from datetime import date

from rulebook import marketing_decision
from rulebook.marketing import Addressee


def test_where_no_rule_is_in_force_nobody_is_approached() -> None:
    person = Addressee(consents=frozenset({"newsletter", "telemarketing"}))
    decision = marketing_decision(person, "email", date(1990, 1, 1))
    assert (decision.allowed, decision.verdicts) == (False, ())
    assert marketing_decision(person, "email", date(2026, 11, 27)).verdicts
