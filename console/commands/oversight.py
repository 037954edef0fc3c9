"""Commands about the house itself: which rules are broken, what its notice says, and who may see what."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer

import rulebook
from application.following import bring_up_to_date
from application.language import spoken
from application.lookups import rules
from application.queries.lookups import known_role
from application.queries.oversight.access import access, employee_access
from application.queries.oversight.findings import FindingFilter, findings
from application.queries.oversight.lint import lint
from application.queries.oversight.seen import seen_by
from application.queries.period import ALWAYS
from application.queries.subjects import check_person, check_reference
from console.commands.failing import fail_unless
from console.commands.people import prepare, reading
from console.flags import (
    AtMoment,
    Json,
    Limit,
    Since,
    Until,
    Within,
    bounds_of,
    code_option,
    configured,
    option,
)
from console.output import emit_list, people, print_answer
from console.show.access import access_tables, employee_tables, seen_tables
from console.show.findings import findings_table
from console.show.lint import lint_table
from console.streams import MOST_DRAFT_BYTES, opened, whole
from console.tree import runs_confidential
from host.settings import Settings
from projections.folds.timetravel import NOW, Moment
from projections.views.notices import NoticeStatement, claims_of
from schemas import CATEGORIES
from schemas.encoding import from_json
from schemas.events.contract import Claims
from schemas.references import kind_of

RULES = sorted({rule.id for rule in rulebook.RULES})
SEVERITIES = ("high", "medium", "low")


@configured("store")
def show_access(
    settings: Settings,
    subject: Annotated[
        str | None,
        typer.Argument(metavar="[SUBJECT]", help="An employee, or the person whose data was seen."),
    ] = None,
    role: Annotated[str | None, option("--role", "R", "Only employees who held this role.")] = None,
    category: Annotated[
        str | None,
        code_option("--category", "C", CATEGORIES, "Only employees who could see this category."),
    ] = None,
    since: Since = None,
    until: Until = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print who may see what, or could at a time; what an employee saw; who saw a person's data."""
    period = since or until
    # The kind of the subject, None for everybody. Raises BadParameter for options that do not fit.
    if subject is not None:
        check_person(subject)
        if role or category:
            raise typer.BadParameter("--role and --category are about everybody: name no SUBJECT")
    elif period:
        raise typer.BadParameter("--from and --to are about what was seen: name a SUBJECT")
    kind = kind_of(subject) if subject else None
    start, end = bounds_of(since, until)
    moment = _ended(moment, end)
    with reading(settings, "access", moment) as (site, source):
        bring_up_to_date(site)
        if subject is None:
            role = known_role(source, role) if role else None
            access_now = access(source, moment, role=role, category=category)
            print_answer(access_now, access_tables, as_json)
        elif kind == "employee":
            employee = employee_access(source, subject, moment, start)
            print_answer(employee, employee_tables, as_json)
        else:
            print_answer(seen_by(source, subject, moment, start), seen_tables, as_json)


def _ended(moment: Moment, until: datetime | None) -> Moment:
    """The moment, and nothing of it that occurred later."""
    ends = [end for end in (moment.as_of, until) if end is not None]
    return msgspec.structs.replace(moment, as_of=min(ends, default=None))


def _known_rules() -> tuple[rulebook.Rule, ...]:
    """The rules whose breach this ledger finds."""
    return (*rulebook.RULES, *(rulebook.ORDER_FINDINGS if runs_confidential() else ()))


@configured("store")
def show_findings(
    settings: Settings,
    rule: Annotated[
        str | None,
        code_option(
            "--rule",
            "R",
            RULES,
            "Only findings of this rule, by id or title.",
            lambda: rules(_known_rules()),
        ),
    ] = None,
    severity: Annotated[str | None, code_option("--severity", "V", SEVERITIES)] = None,
    subject: Annotated[
        str | None, option("--subject", "S", "About this subject, such as customer/10023.")
    ] = None,
    period: Within = ALWAYS,
    limit: Limit = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print facts that break a rule, by time of occurrence, and what ends each. Exit status 1 if any."""
    if subject is not None:
        check_reference(subject)
    selection = FindingFilter(rule, severity, subject, period, limit)
    with reading(settings, "findings", moment) as (site, source):
        prepare(site, moment)
        rows = findings(source, selection, moment)
        # Rows are printed as they are found, so their number is known only afterwards.
        if as_json:
            count = emit_list("findings", rows, count_as="open")
        else:
            table = findings_table(rows)
            count = table.row_count
            people().print(table)
    fail_unless(not count)


@configured("store", "register")
def show_lint(
    settings: Settings,
    draft: Annotated[
        Path | None,
        option("--draft", "FILE", "Compare these claims instead: JSON, in the form of the event."),
    ] = None,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print where the privacy notice in force departs from law or practice. Exit status 1 where it does."""
    claims = _claims(draft) if draft else None
    with reading(settings, "lint", moment) as (site, source):
        prepare(site, moment)
        answer = lint(source, settings.controller, moment, spoken(), claims)
    print_answer(answer, lint_table, as_json)
    fail_unless(not answer.findings)


class _Draft(msgspec.Struct, frozen=True):
    claims: Claims


def _claims(path: Path) -> tuple[NoticeStatement, ...]:
    """The claims of a draft, bare or as the member `claims` of a publication. Raises BadParameter."""
    try:
        with opened(str(path)) as stream:
            content = whole(stream, "--draft", MOST_DRAFT_BYTES)
        claims = _claims_within(content) or msgspec.convert(from_json(content), Claims)
    except OSError as error:
        raise typer.BadParameter(f"--draft: {path} cannot be read: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise typer.BadParameter(
            f"--draft: {path}: expected a list of {{clause, claim, value}}, bare or as `claims`: {error}"
        ) from error
    return claims_of(msgspec.to_builtins(claims))


def _claims_within(content: bytes) -> Claims | None:
    """The claims of a file like `{"claims": [...]}`, whose other members are not looked at."""
    try:
        return from_json(content, _Draft).claims
    except msgspec.ValidationError:
        return None
