"""What the documentation repeats from the code, written from the code.

`python -m tests.architecture.documents` writes it; `test_documents.py` compares it. So no page can rot.
"""

import inspect
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from application.processing_acts import involved_as, user_facts
from application.register_words import RegisterWords
from bench import leaks, sizes
from console.tree import CONFIDENTIAL_FILE, FILE, Entry, function_of
from documents.register_parts import register_parts
from host.setting_list import SETTINGS
from projections.views import disclosures
from rulebook import CLAUSES, NOTICE_CHECKS, NOTICE_CLAIMS, WITHHELD
from schemas import (
    ALL_TYPES,
    CATEGORIES,
    EVENT_TYPES,
    PERSONAL_FIELDS,
    ROLLING_CATEGORIES,
    Code,
    asyncapi,
)
from schemas.catalogue import ORDER_TYPES
from schemas.codes import WORDS
from schemas.envelope import Envelope
from schemas.event_type import EventType
from schemas.extensions import DROPPED
from schemas.facts import COMMON_MEMBERS
from schemas.limits import LIMITS
from schemas.references import PERSONS
from tests.architecture import bounds, order_forms, order_pages, reference
from tests.architecture.protection import catalogue, files, tables
from tests.architecture.reference import table
from tests.fixtures import registers
from web.api.parts import PROBLEMS
from web.metrics import MADE
from web.resources.listed import RESOURCES

ROOT = Path(__file__).resolve().parents[2]
# More types than these are told by those that are missing.
MOST_LISTED = 50
BEGIN = "<!-- {}: written by `make documents`, compared by `make check` -->"
END = "<!-- end of {} -->"


def settings() -> str:
    """Every setting."""
    rows = ([f"`{s.variable}`", s.help] for s in SETTINGS if not s.unlisted)
    return table(["variable", "meaning"], rows)


def events() -> str:
    """Every event type that the open ledger accepts."""
    return _types(EVENT_TYPES.values())


def order_types() -> str:
    """Every event type that the confidential ledger alone accepts."""
    return _types(ORDER_TYPES.values())


def _types(entries: Iterable[EventType]) -> str:
    rows = (
        [
            f"`{entry.name}`",
            entry.clause,
            _named(entry.required_facts),
            _named(_optional_facts(entry)),
            entry.title,
        ]
        for entry in entries
    )
    return table(["type", "clause", "required facts", "optional facts", "meaning"], rows)


def _named(members: Iterable[str]) -> str:
    return ", ".join(f"`{member}`" for member in members)


def _optional_facts(entry: EventType) -> list[str]:
    """What a type may have beside what every type may have."""
    known = {*entry.required_facts, *COMMON_MEMBERS}
    return [name for name in entry.data.__struct_fields__ if name not in known]


def parts() -> str:
    """The objects that facts are made of: what each must have and may have."""
    found: dict[str, dict[str, Any]] = {}
    for entry in ALL_TYPES.values():
        _, known = msgspec.json.schema_components([entry.data])
        found |= {
            name: one
            for name, one in known.items()
            if name not in {entry.data.__name__, "Personal"}
        }
    rows = (
        [
            f"`{name}`",
            _named(one["required"]),
            _named(member for member in one["properties"] if member not in one["required"]),
            " ".join(one.get("description", "").split()),
        ]
        for name, one in sorted(found.items())
    )
    return table(["object", "must have", "may have", "meaning"], rows)


def topics() -> str:
    """Every topic, and the types that it is for."""
    channels = asyncapi.document()["channels"]
    elsewhere = {*channels["register"]["messages"]} - {*channels["events"]["messages"]}
    rows = (
        [f"`{one['address']}`", one["description"], _types_on(one["messages"], elsewhere)]
        for one in channels.values()
    )
    return table(["topic", "what it is for", "its types"], rows)


def _types_on(names: dict[str, Any], elsewhere: set[str]) -> str:
    """The types of a topic; of the one that has nearly all those that it has not."""
    listed = (f"`{name}`" for name in sorted(elsewhere if len(names) > MOST_LISTED else names))
    text = ", ".join(listed)
    return f"all but {text}" if len(names) > MOST_LISTED else text


def attributes() -> str:
    """Every attribute of the envelope that is kept."""
    (schema,), parts = msgspec.json.schema_components([Envelope])
    envelope = parts[schema["$ref"].rpartition("/")[2]]
    rows = (
        [
            f"`{name}`",
            "required" if name in envelope["required"] else "optional",
            _rule(one),
        ]
        for name, one in envelope["properties"].items()
        if name not in DROPPED
    )
    return table(["attribute", "must it be there", "rule"], rows)


def _rule(schema: dict[str, Any]) -> str:
    """What a schema says, in a line."""
    options = [one for one in schema.get("anyOf", [schema]) if one.get("type") != "null"]
    one = options[0] | {key: schema[key] for key in ("description",) if key in schema}
    said = [" ".join(one.get("description", "").split())]
    if "enum" in one:
        said += [", ".join(f"`{value}`" for value in one["enum"] if value is not None)]
    if "pattern" in one and len(one["pattern"]) < 60:
        said += [f"`{one['pattern'].replace('|', chr(92) + '|')}`".replace("\\Z", "$")]
    return " ".join(text for text in said if text)


def limits() -> str:
    """Every limit, and what happens beyond it."""
    rows = (
        [
            one.name,
            one.value.replace("|", "\\|"),
            one.text,
            f"`{one.beyond.value}`",
        ]
        for one in LIMITS
    )
    return table(["limit", "value", "of what", "beyond it"], rows)


def fields() -> str:
    """Every personal field under its category."""
    rows = (
        [
            f"`{category}`" + (" (rolling)" if category in ROLLING_CATEGORIES else ""),
            ", ".join(f"`{f}`" for f, c in PERSONAL_FIELDS.items() if c == category),
        ]
        for category in CATEGORIES
    )
    return table(["category", "fields"], rows)


def clauses() -> str:
    """The policy clause by clause, and the law behind the rest."""
    rows = (
        [
            clause.title,
            clause.says,
            *(
                ", ".join(f"`{name}`" for name in names)
                for names in (clause.events, clause.rules, clause.views, clause.commands)
            ),
        ]
        for clause in CLAUSES
    )
    return table(["clause", "says", "events", "rules", "views", "commands"], rows)


def policy_answers() -> str:
    """Each clause of the policy: what answers it, what tries it, and what is not covered."""
    rows = (
        [
            clause.title,
            ", ".join(f"`ledger {ask}`" for ask in clause.asks),
            ", ".join(f"`{path.removeprefix('tests/')}`" for path in clause.tried_by),
            clause.lacks or "\N{EN DASH}",
        ]
        for clause in CLAUSES
        if clause.source == "policy"
    )
    return table(["clause", "ask", "tests", "not covered"], rows)


def acts() -> str:
    """Every event type, and what of its records depends on the type."""
    rows = (
        [
            f"`{entry.name}`",
            _whose(entry),
            involved_as(entry.type) or "",
            "yes" if entry.name in (disclosures.VIEW.names or ()) else "",
            ", ".join(f"`{fact}`" for fact in user_facts(entry.type)),
        ]
        for entry in EVENT_TYPES.values()
    )
    return table(["type", "about a person", "`betrokkenheid`", "`afnemerId`", "`gebruiker`"], rows)


def _whose(entry: EventType) -> str:
    persons = entry.subjects & PERSONS
    return "" if not persons else "yes" if persons == entry.subjects else "where its subject is one"


def claims() -> str:
    """What a privacy notice can state, and what the present policy states."""
    rows = (
        [
            f"`{claim.id}`",
            claim.title,
            ", ".join(f"`{value}`" for value in claim.values) or claim.takes,
            "; ".join(f"{said.clause}: {said.value}" for said in claim.policy),
        ]
        for claim in NOTICE_CLAIMS.values()
    )
    return table(["claim", "says", "values", "in the policy"], rows)


def checks() -> str:
    """What is compared with a privacy notice."""
    rows = (
        [f"`{check.id}`", check.clause, check.title, check.citation, check.severity]
        for check in NOTICE_CHECKS
    )
    return table(["check", "clause", "finds", "citation", "severity"], rows)


def withheld() -> str:
    """The rows that decide what the open ledger may not know."""
    rows = (
        [
            f"`{row.id}`",
            row.verdict,
            ", ".join(f"`{name}`" for name in sorted(row.types)),
            ", ".join(sorted(row.kinds)),
            ", ".join([*sorted(row.provisions), *sorted(row.notices)]),
            ", ".join([*(f"`{name}`" for name in sorted(row.purposes)), *sorted(row.legal_bases)]),
            row.codes,
            row.why,
        ]
        for row in WITHHELD
    )
    heads = [
        "row",
        "verdict",
        "types",
        "kinds",
        "provision or notice",
        "purpose, basis",
        "codes",
        "why",
    ]
    return table(heads, rows)


def codes() -> str:
    """Every code of a rejection, in the order of the checks, and what each means to a sender."""
    order = " → ".join(f"`{code.value}`" for code in Code)
    rows = ([f"`{code.value}`", WORDS[code].means["en"], WORDS[code].do["en"]] for code in Code)
    return f"{order}\n\n{table(['code', 'means', 'what you must do'], rows)}"


def dropped() -> str:
    """Every attribute that is accepted and not kept, under what defines it."""
    named: dict[str, list[str]] = {}
    for name, of in DROPPED.items():
        named.setdefault(of, []).append(f"`{name}`")
    rows = ([of, ", ".join(names)] for of, names in named.items())
    return table(["defined by", "dropped attributes"], rows)


def refused() -> str:
    """Of each kind of reference the share that is refused."""
    shares = leaks.refused().items()
    rows = ([kind, f"{reference:.3f}", f"{id:.3f}"] for kind, (reference, id) in shares)
    header = f"{leaks.COUNT:,} of each"
    return table([header, "refused in a reference", "refused in an id"], rows)


def found() -> str:
    """Of each place the share of BSN that is found."""
    rows = ([place, f"{share:.3f}"] for place, share in leaks.found().items())
    return table([f"{leaks.COUNT // 10:,} BSN each", "found"], rows)


def metrics() -> str:
    """Every metric, who serves it, and what to do when it moves."""
    rows = (
        [
            f"`{series.name}`",
            series.kind,
            ", ".join(f"`{label}`" for label in series.labels),
            served_by,
            series.help.replace("|", "\\|"),
        ]
        for served_by, group in MADE
        for series in group
    )
    return table(["metric", "kind", "labels", "served by", "meaning, and what to do"], rows)


def api_answers() -> str:
    """Every address of the API by the part of the console that a role needs for it."""
    rows = (
        [f"`{resource.path}`", resource.part, "yes" if resource.timed else "", resource.summary]
        for resource in sorted(RESOURCES, key=lambda resource: resource.path)
    )
    return table(["GET /api/v1…", "part", "of the past", "what it answers"], rows)


def api_rules() -> str:
    """Every status of a problem, and what a client does."""
    return table(["status", "means"], ([str(status), text] for status, text in PROBLEMS.items()))


def sheets() -> str:
    """Every sheet of the register's workbook, in both languages, with its columns."""
    english, dutch = RegisterWords("en"), RegisterWords("nl")
    rows = (
        [
            *(words.code("part", part.name) for words in (english, dutch)),
            ", ".join(english.heading(name) for name in part.columns),
        ]
        for part in register_parts(registers.answer(), english)
    )
    return table(["sheet", "in Dutch", "columns"], rows)


def years() -> str:
    """What 10^8 to 10^10 events a year need."""
    return sizes.table(sizes.years(sizes.measured()))


def proofs() -> str:
    """What a proof through two logs costs."""
    return sizes.table(sizes.proofs(sizes.measured()))


def simulated() -> str:
    """What the simulation of several ledgers measured."""
    return sizes.table(sizes.simulated())


def ledger_sizes() -> str:
    """What one ledger of a size costs."""
    return sizes.table(sizes.one_ledger(sizes.measured()))


def thresholds() -> str:
    """From which size each step pays."""
    return sizes.table(sizes.thresholds(sizes.measured()))


def machines() -> str:
    """What a rebuild takes on machines of Spark, and where more bring nothing."""
    measured = sizes.measured()
    return f"{sizes.table(sizes.machines(measured))}\n\n{sizes.limit(measured)}"


SECTIONS = {
    "docs/reference/answers/index.md": {"answers": reference.answers},
    "docs/reference/commands.md": {"commands": reference.commands, "usage": reference.usage},
    "docs/reference/confidential/index.md": {
        "commands": reference.confidential_commands,
        "answers": reference.confidential_answers,
        "usage": reference.confidential_usage,
    },
    "docs/reference/events.md": {
        "topics": topics,
        "attributes": attributes,
        "dropped": dropped,
        "limits": limits,
        "types": events,
        "order types": order_types,
        "parts": parts,
        "fields": fields,
        "codes": codes,
        "refused": refused,
        "found": found,
    },
    "docs/how-to/exports.md": {"acts": acts},
    "docs/reference/metrics.md": {"metrics": metrics},
    "docs/reference/api.md": {"answers": api_answers, "rules": api_rules},
    "docs/explanation/orders.md": {
        "order rules": order_pages.rules,
        "order doubts": order_pages.doubts,
        "order findings": order_pages.findings,
    },
    "docs/explanation/policy.md": {"clauses": clauses, "answers": policy_answers},
    "docs/explanation/several-ledgers.md": {
        "assumed": sizes.assumed,
        "years": years,
        "proofs": proofs,
        "several": simulated,
    },
    "docs/how-to/grow.md": {
        "sizes": ledger_sizes,
        "thresholds": thresholds,
        "assumed": sizes.assumed,
        "elsewhere": sizes.elsewhere,
    },
    "docs/how-to/spark.md": {"machines": machines},
    "docs/reference/protection.md": {"tables": tables, "catalogue": catalogue, "files": files},
    "docs/reference/bounds.md": {"bounds": bounds.page},
    "docs/how-to/registers.md": {"sheets": sheets},
    "docs/how-to/notice.md": {"claims": claims, "checks": checks},
    "docs/reference/rules.md": {
        "rules": reference.rules,
        "retention": reference.retention,
        "erasure": reference.erasure,
        "deadlines": reference.deadlines,
        "periods": reference.periods,
        "marketing": reference.marketing,
        "provisions": reference.provisions,
    },
    "docs/reference/withheld.md": {"withheld": withheld},
    "docs/reference/tellings.md": {
        "tellings": reference.tellings,
        "told": reference.told,
        "implied": reference.implied,
    },
    "docs/reference/order-forms.md": {
        "problems": order_forms.problems,
        "forms": order_forms.forms,
        "categories": order_forms.categories,
    },
    "docs/reference/settings.md": {"settings": settings},
}


def written(text: str, sections: dict[str, object]) -> str:
    """A page with its generated sections as the code has them now."""
    for name, make in sections.items():
        begin, end = BEGIN.format(name), END.format(name)
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"a page lacks the section {name}")
        text = f"{before}{begin}\n{make()}\n{end}{after}"  # type: ignore[operator]
    return text


def summarized(table: str) -> str:
    """The table of commands with the first paragraph of each docstring behind its function."""
    lines = []
    for line in table.splitlines():
        row = re.match(r'(?P<row>.+ = \["(?P<function>[a-z_.]+)", ).*\]', line)
        lines.append(f"{row['row']}{_summary(row['function'])}]" if row else line)
    return "\n".join(lines) + "\n"


def _summary(function: str) -> str:
    told = inspect.getdoc(function_of(Entry("", function, ""))) or ""
    return json.dumps(" ".join(told.partition("\n\n")[0].split()), ensure_ascii=False)


def main() -> None:
    """Write every page, and the summaries of the commands."""
    for file in (FILE, CONFIDENTIAL_FILE):
        file.write_text(summarized(file.read_text("utf-8")), "utf-8")
    for page, sections in SECTIONS.items():
        path = ROOT / page
        path.write_text(written(path.read_text("utf-8"), dict(sections)), "utf-8")


if __name__ == "__main__":
    main()
