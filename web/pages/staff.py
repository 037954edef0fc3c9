"""Pages about the house: who may see what, who saw what, the accounts of inspectors."""

from collections.abc import Iterable, Mapping, Sequence

from application.answer import given
from application.queries.oversight.access import Access, Rights, RoleHeld
from application.queries.oversight.looks import EmployeeFile, Look, Looks, RoleLooks
from application.words import say
from web.context import RequestContext
from web.linking import event, person, to
from web.moments import day, when
from web.page import Page
from web.pages.person_acts import questions, span_of
from web.pieces import Column, Link, Tag, Tone
from web.rendering import code
from web.resource import NoParams
from web.resources.staff import (
    AccessParams,
    EmployeeParams,
    LooksParams,
    RoleRights,
    SeenParams,
    employee,
    inspections,
    roles,
    seen,
    staff,
)
from web.words import counted, t, word

Facts = Mapping[str, object]
_ACCOUNT_TONES: Mapping[str, Tone] = {"open": "good", "ended": "plain", "endless": "bad"}


def _staff(context: RequestContext, params: AccessParams, answer: Access) -> Facts:
    every = roles.load(context, NoParams()).roles
    return {
        "params": params,
        "sentence": t("staff.answer", counted("employee", len(answer.employees))),
        "role_columns": _columns("role covers parts acts values", "holders"),
        "role_rows": [_role_row(context, role) for role in every],
        "columns": _columns("employee roles covers vog employed"),
        "rows": [_employee_row(context, row) for row in answer.employees],
        "role_options": [
            ("", t("staff.any")),
            *((role.role, code(role.role, "role")) for role in every if role.holders),
        ],
    }


def _role_row(context: RequestContext, role: RoleRights) -> Sequence[object]:
    covers = t("staff.undefined") if role.categories is None else _categories(role.categories)
    return (
        code(role.role, "role"),
        covers,
        [t(f"console_part.{part}") for part in role.parts],
        [t(f"deed.{deed}") for deed in role.acts],
        t(f"sight.{role.opens}-{role.others}") if role.parts else None,
        Link(to(context, "staff", role=role.role), role.holders) if role.holders else 0,
    )


def _employee_row(context: RequestContext, row: Rights) -> Sequence[object]:
    return (
        person(context, row.employee),
        [_held(role) for role in row.roles],
        _categories(row.categories),
        day(row.vog.issued_on) if row.vog else None,
        t("staff.not_known") if row.employed is None else row.employed,
    )


def _held(role: RoleHeld) -> object:
    words = code(role.role, "role")
    return t("staff.until", words, when(role.until)) if role.until else words


def _categories(names: Iterable[str]) -> list[str]:
    return [code(name, "category") for name in names]


def _employee(context: RequestContext, _params: EmployeeParams, answer: EmployeeFile) -> Facts:
    return {
        "name": answer.employee if isinstance(answer.employee, str) else t("value.erased"),
        "sentence": t("staff.saw", counted("look", answer.count)),
        "about": (
            (t("staff.roles"), [_held(role) for role in answer.roles]),
            (t("staff.covers"), _categories(answer.categories)),
            (t("staff.vog"), day(answer.certificate) if answer.certificate else None),
            (
                t("staff.employed"),
                t("staff.not_known") if answer.employed is None else answer.employed,
            ),
        ),
        "act_columns": _columns("when act about"),
        "act_rows": [
            (
                when(act.occurred_at),
                say("staff-act", act.act),
                code(act.about, "role") if act.about else None,
            )
            for act in reversed(answer.history)
        ],
        **_looks(context, answer.looks, answer.next, with_who=False),
    }


def _seen(context: RequestContext, params: SeenParams, answer: Looks) -> Facts:
    return {
        "subject": person(context, answer.subject),
        "sentence": t("staff.seen", counted("time", answer.count)),
        **_looks(context, answer.looks, answer.next, with_whose=False),
    }


def _inspections(context: RequestContext, _params: LooksParams, answer: RoleLooks) -> Facts:
    running = sum(account.state == "open" for account in answer.accounts)
    return {
        "sentence": t(
            "inspections.answer", counted("account", running), counted("look", answer.count)
        ),
        "account_columns": _columns("employee since ends state", "reads"),
        "account_rows": [
            (
                person(context, account.employee),
                when(account.since),
                when(account.until) if account.until else None,
                Tag(t(f"account.{account.state}"), _ACCOUNT_TONES[account.state]),
                account.reads,
            )
            for account in answer.accounts
        ],
        **_looks(context, answer.looks, answer.next),
    }


def _looks(
    context: RequestContext,
    looks: Sequence[Look],
    following: int | None,
    *,
    with_who: bool = True,
    with_whose: bool = True,
) -> Facts:
    """A table of looks; `who` or `whose` is left out where each row would say the same."""
    names = ["when", *(["who"] if with_who else ()), *(["whose"] if with_whose else ())]
    columns = _columns(" ".join([*names, "why covers wrong", "event"]))
    rows = [
        (
            span_of(context, look),
            *([[person(context, look.who), code(look.role, "role")]] if with_who else ()),
            *([_whose(context, look)] if with_whose else ()),
            _why(look),
            _categories(look.categories) or t("staff.facts"),
            _wrong(look),
            event(context, look.position) if look.position else None,
        )
        for look in looks
    ]
    return {"look_columns": columns, "look_rows": rows, "following": following}


def _whose(context: RequestContext, look: Look) -> object:
    if look.everyone:
        return t("staff.everyone")
    return person(context, look.whose) if look.whose is not None else t("staff.list")


def _why(look: Look) -> list[object]:
    """What was asked, and the reason and the case that were stated."""
    reason = word(f"reason.{look.reason}") if look.reason else None
    return [part for part in (*questions(look), reason, look.case_ref) if part]


def _wrong(look: Look) -> list[object]:
    found: list[object] = []
    if not look.held:
        found.append(Tag(t("staff.not_held"), "bad"))
    if beyond := given(look.beyond):
        found += [Tag(t("staff.beyond"), "bad"), *_categories(beyond)]
    if not look.vog:
        found.append(Tag(t("staff.no_vog"), "due"))
    return found


def _columns(names: str, number: str = "") -> list[Column]:
    return [
        *(Column(t(f"staff.{name}")) for name in names.split()),
        *(Column(t(f"staff.{name}"), number=True) for name in number.split()),
    ]


PAGES = (
    Page("/staff", "staff", staff, "staff.html", _staff, entry=True),
    Page("/staff/{id}", "staff", employee, "employee.html", _employee),
    Page("/seen", "staff", seen, "seen.html", _seen),
    Page("/inspections", "staff", inspections, "inspections.html", _inspections),
)
