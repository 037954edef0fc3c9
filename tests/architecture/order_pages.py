"""What `docs/explanation/orders.md` repeats from the rulebook."""

from collections.abc import Iterator

from rulebook import ORDER_FINDINGS, ORDER_RULES, OrderRule
from tests.architecture.reference import table


def rules() -> str:
    """Every rule: who may order what, and until when."""
    rows = (
        [
            f"`{rule.id}`",
            f"`{rule.provision}`",
            rule.citation,
            rule.title,
            ", ".join(rule.kinds),
            ", ".join(rule.issued_by),
            _covered(rule),
            _days(rule),
            "; ".join(_clocks(rule)),
            str(rule.review_months or "none"),
            rule.confidence,
        ]
        for rule in ORDER_RULES
    )
    heads = [
        "rule",
        "`--provision`",
        "citation",
        "about",
        "kinds",
        "who may order",
        "which data",
        "which days",
    ]
    return table([*heads, "clocks", "secrecy", "confidence"], rows)


def _covered(rule: OrderRule) -> str:
    if rule.covers == "case":
        named = "what the case needs"
    else:
        named = ", ".join(f"`{name}`" for name in (*rule.categories, *rule.fields)) or "no field"
    held = (
        f"{', '.join(part.categories)} for {', '.join(part.issued_by)} only"
        for part in rule.reserved
    )
    return "; ".join((named, *held, *_conditions(rule)))


def _conditions(rule: OrderRule) -> Iterator[str]:
    """What must be so before anything of it is given."""
    if rule.authorised:
        needed = rule.authorised
        yield f"an order of {', '.join(needed.of)} needs the word of {', '.join(needed.by)}"
    if rule.conditions:
        yield f"only when {', '.join(rule.conditions)} (GDPR {rule.legal_basis.replace('-', '.', 1)})"
    if rule.valid_to:
        yield f"until {rule.valid_to}, since then `{rule.superseded_by}`"


def _days(rule: OrderRule) -> str:
    if rule.open_ended:
        ahead = "no limit ahead"
    elif rule.months_ahead:
        ahead = f"ahead {rule.months_ahead} months"
    else:
        ahead = f"ahead {rule.weeks_ahead} weeks" if rule.weeks_ahead else "stored data"
    return f"back {rule.months_back} months; {ahead}" if rule.months_back else ahead


def _clocks(rule: OrderRule) -> Iterator[str]:
    if not rule.applies:
        yield "no duty of a telecom provider"
    if rule.answer_days:
        yield f"answer in {rule.answer_days} days, urgent in {rule.urgent_hours} hours"
    if rule.notified_days:
        yield f"with a notified authority given after {rule.notified_days} days, unless urgent"
    if rule.oral:
        yield f"an oral order is confirmed within {rule.confirm_days} days"
    if rule.preserve_days:
        more = f", {rule.prolongings} time {rule.prolong_days} more" if rule.prolongings else ""
        wanted = ", and as long as the order for the data needs" if rule.until_production else ""
        yield f"preserved {rule.preserve_days} days{more}{wanted}"


def doubts() -> str:
    """What a lawyer must confirm, rule by rule."""
    rows = ([f"`{rule.id}`", rule.citation, doubt] for rule in ORDER_RULES for doubt in rule.doubts)
    return table(["rule", "citation", "to confirm"], rows)


def findings() -> str:
    """What is a finding, and what ends it."""
    rows = (
        [
            f"`{rule.id}`",
            rule.title,
            rule.citation,
            rule.severity,
            rule.resolved_by,
            rule.confidence,
        ]
        for rule in ORDER_FINDINGS
    )
    return table(
        ["rule", "what is wrong", "citation", "severity", "what ends it", "confidence"], rows
    )
