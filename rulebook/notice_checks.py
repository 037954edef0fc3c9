"""Checks of a privacy notice: what it says beside what is done, and beside what the law wants said.

Owns `law/notice_checks.toml` and `house/notice_checks.toml`. Pure: practice is an argument. No check is an
`if` in code: each names two sides and what it expects of them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Annotated, Literal

from msgspec import Meta, Struct

from rulebook.layers import LayeredRule
from rulebook.loading import load_both
from rulebook.notice_claims import NOTICE_CLAIMS, Statement
from rulebook.provisions import PROVISIONS
from rulebook.retention import RETENTION_RULES
from rulebook.validity import in_force

Seen = Mapping[str, Sequence[str]]
"""Values, each with where it was seen: activities, recipients, rules, in words."""
Facts = Mapping[str, Seen]
"""What checks compare, by name of a source: `told:…`, `notice:…`, `rulebook:…`, `practice:…`."""
Practice = Mapping[str, Seen]
"""What is done, by name of a source without `practice:`; a source that is missing is empty."""

PRACTICE_SOURCES = frozenset(
    {
        "automated-decision",
        "category",
        "contact",
        "cookie-consent-channel",
        "disclosure-purpose",
        "legal-basis",
        "notice-published",
        "notice-used",
        "open-finding",
        "permission",
        "permission-refused",
        "provision",
        "publication",
        "purpose",
        "recipient-kind",
        "region",
        "request-channel",
        "security-measure",
        "source",
        "transfer-mechanism",
    }
)
_PRACTICE, _TOLD, _OF = "practice:", "told:", "/of"
_IN_FORCE, _UNKNOWN, _UNREAD, _BROKEN = (
    f"notice:{name}" for name in ("in-force", "unknown", "unread", "broken")
)
_DIGITS = 4  # more than the number of a clause has
_PROVISIONS, _PERIODS = "rulebook:provision", "rulebook:period"


Expectation = Literal["every", "none", "some"]


class CheckTest(Struct, frozen=True, forbid_unknown_fields=True):
    """Facts by source, and the values that are found; None: nothing is found."""

    facts: dict[str, tuple[str, ...]]
    finds: tuple[str, ...] | None = None


class NoticeCheck(LayeredRule, Struct, frozen=True, forbid_unknown_fields=True):
    """A comparison of what a notice says with what is done, or with what the law wants said.

    A side is a list of values and of sources (names with a colon), taken together. `every`: each value of
    `of`, but for those of `apart_from`, is in `within`. `none`: no value of `of` is. `some`: one is, or
    anything at all when `of` is empty. `when`: the check is made if each of these sources has one of the
    values (any, when none is named); `unless`: it is not made if one has. `shows`: claims that explain a
    finding beside those compared. `singly`: each value, the id of a claim, is a finding of its own, under
    the clause where the notice makes it. `valid_to`: exclusive.
    """

    id: Annotated[
        str, Meta(pattern=r"^(?:law|house)\.notice-text(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+\Z")
    ]
    clause: str
    title: str
    title_nl: str
    severity: Literal["high", "medium", "low"]
    expects: Expectation
    of: tuple[str, ...]
    within: tuple[str, ...]
    resolved_by: str
    resolved_by_nl: str
    tests: Annotated[tuple[CheckTest, ...], Meta(min_length=2)]
    apart_from: tuple[str, ...] = ()
    when: dict[str, tuple[str, ...]] = {}
    unless: dict[str, tuple[str, ...]] = {}
    shows: tuple[str, ...] = ()
    singly: bool = False

    @property
    def claims(self) -> frozenset[str]:
        """The claims of a notice that the check compares."""
        terms = (term for term in (*self.of, *self.within, *self.when) if term.startswith(_TOLD))
        return frozenset(term.removeprefix(_TOLD).removesuffix(_OF) for term in terms)

    @property
    def sources(self) -> frozenset[str]:
        """Every source that the check looks at."""
        sides = (*self.of, *self.within, *self.apart_from, *self.when, *self.unless)
        return frozenset(term for term in sides if ":" in term)

    def found(self, facts: Facts) -> tuple[str, ...] | None:
        """The values that are not as expected, sorted; None when all is well."""
        if not self._is_made(facts):
            return None
        of, within = _side(self.of, facts), _side(self.within, facts)
        of -= _side(self.apart_from, facts)
        if self.expects == "some":
            met = bool(of & within) if self.of else bool(within)
            return None if met else tuple(sorted(of))
        wrong = of - within if self.expects == "every" else of & within
        return tuple(sorted(wrong)) or None

    def _is_made(self, facts: Facts) -> bool:
        return all(_has(facts, *condition) for condition in self.when.items()) and not any(
            _has(facts, *condition) for condition in self.unless.items()
        )


def _side(terms: Iterable[str], facts: Facts) -> set[str]:
    return set(chain.from_iterable(facts.get(t, ()) if ":" in t else (t,) for t in terms))


def _has(facts: Facts, source: str, values: Iterable[str]) -> bool:
    there, expected = facts.get(source, {}), set(values)
    return bool(expected & set(there)) if expected else bool(there)


NOTICE_CHECKS = load_both("notice_check", NoticeCheck)


# The comparison


class Contrast(Struct, frozen=True):
    """A value that is not as expected, and where in practice it was seen, sorted."""

    value: str
    seen_in: tuple[str, ...]


class NoticeFinding(Struct, frozen=True):
    """The result of a check. `clause`: its origin in the notice. `said`: the notice's statement."""

    check: NoticeCheck
    clause: str
    said: tuple[Statement, ...]
    contrasts: tuple[Contrast, ...]


def notice_findings(
    statements: Sequence[Statement] | None, practice: Practice, day: date
) -> tuple[NoticeFinding, ...]:
    """The findings of the checks in force on a day, by clause and rule.

    `statements`: of the notice in force; None: there is no notice, and its content is not checked. Raises
    KeyError for a source of practice that no check can name.
    """
    if unknown := practice.keys() - PRACTICE_SOURCES:
        raise KeyError(min(unknown))
    facts = _facts(statements, practice, day)
    checks = [check for check in NOTICE_CHECKS if in_force(check, day)]
    if statements is None:
        checks = [check for check in checks if not _asks_notice(check)]
    findings = chain.from_iterable(_findings_of(check, facts, statements or ()) for check in checks)
    return tuple(sorted(findings, key=_place))


def _asks_notice(check: NoticeCheck) -> bool:
    return any(source.startswith(_TOLD) for source in check.sources)


def _findings_of(
    check: NoticeCheck, facts: Facts, statements: Sequence[Statement]
) -> Iterator[NoticeFinding]:
    values = check.found(facts)
    if values is None:
        return
    contrasts = [Contrast(value, _places(check, value, facts)) for value in values]
    if not check.singly:
        claims = {*check.shows, *check.claims}
        concerned = tuple(statement for statement in statements if statement.claim in claims)
        yield NoticeFinding(check, check.clause, concerned, tuple(contrasts))
        return
    for contrast in contrasts:
        concerned = tuple(
            statement for statement in statements if statement.claim == contrast.value
        )
        yield NoticeFinding(check, concerned[0].clause or check.clause, concerned, (contrast,))


def _places(check: NoticeCheck, value: str, facts: Facts) -> tuple[str, ...]:
    sources = [facts.get(term, {}) for term in (*check.of, *check.within, *check.when)]
    return tuple(
        sorted({place for places_by_value in sources for place in places_by_value.get(value, ())})
    )


def _place(finding: NoticeFinding) -> tuple[list[str], str, tuple[Statement, ...]]:
    """Clauses in the order of their numbers."""
    return (
        [part.zfill(_DIGITS) for part in finding.clause.split(".")],
        finding.check.id,
        finding.said,
    )


def _facts(statements: Sequence[Statement] | None, practice: Practice, day: date) -> Facts:
    facts: dict[str, Seen] = {
        _PRACTICE + name: places_by_value for name, places_by_value in practice.items()
    }
    facts[_PROVISIONS] = {
        entry.id: () for entry in PROVISIONS if entry.applies and in_force(entry, day)
    }
    facts[_PERIODS] = {
        f"{category}={entry.period}": ()
        for entry in RETENTION_RULES
        if in_force(entry, day)
        for category in entry.categories
    }
    if statements is not None:
        facts[_IN_FORCE] = {"yes": ()}
        facts |= _statements(statements, practice.get("open-finding", {}))
    return facts


def _statements(statements: Sequence[Statement], broken_rules: Seen) -> dict[str, Seen]:
    """The values of each claim, and the claims that cannot be read or are not kept."""
    facts: dict[str, dict[str, tuple[str, ...]]] = {_UNKNOWN: {}, _UNREAD: {}, _BROKEN: {}}
    for statement in statements:
        claim = NOTICE_CLAIMS.get(statement.claim)
        if claim is None:
            facts[_UNKNOWN][statement.claim] = ()
            continue
        understood, unread = claim.read(statement.value)
        if unread:
            facts[_UNREAD][statement.claim] = ()
        facts.setdefault(_TOLD + statement.claim, {}).update(dict.fromkeys(understood, ()))
        keys = (value.partition("=")[0] for value in understood)
        facts.setdefault(_TOLD + statement.claim + _OF, {}).update(dict.fromkeys(keys, ()))
        if understood and (rules := [rule for rule in claim.kept_by if rule in broken_rules]):
            facts[_BROKEN][statement.claim] = tuple(
                f"{rule}: {', '.join(broken_rules[rule])}" for rule in rules
            )
    return dict(facts)
