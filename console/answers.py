"""Which answer each command prints with `--json`, and the JSON Schemas of all of them.

`python -m console.answers [FOLDER]` writes them; they are committed in `docs/reference/answers`, and those of
the confidential ledger in `docs/reference/confidential`.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from pathlib import Path
from types import UnionType
from typing import get_args

import msgspec

from application.acts import (
    declaring,
    handing_over,
    holding,
    on_several_orders,
    recording,
    restricting,
)
from application.queries.cases import breach_notice, complaints, incidents, requests
from application.queries.desk import (
    counts,
    numbers,
    order_file,
    orders,
    prepared,
    preserved,
    secrecy,
    taken_over,
)
from application.queries.disclosures import (
    feed_lists,
    notifications,
    received,
    transfers,
    transparency,
)
from application.queries.intake import contract, dead_letters, gaps, messages, sources, topics
from application.queries.keeping import certified, deciding, erasure, holds, periods
from application.queries.oversight import access, emergencies, findings, lint, seen
from application.queries.persons import (
    consents,
    credit_check,
    evidence,
    history,
    marketing,
    search,
    state,
)
from application.queries.registers import answer as register_answer
from application.queries.registers import codes, purposes, recipients
from application.queries.reports import access as access_report
from application.queries.reports import completeness, portability
from application.queries.today import task
from application.queries.upkeep import archives, copies, health, links, log, pruning, setup
from ledger.tlog.proving.certificate import Certificate
from schemas.encoding import JsonValue

ANSWERS: Mapping[str, object] = {
    "access": access.Access | access.EmployeeAccess | seen.SeenBy,
    "archive": archives.ArchivedHistory,
    "audit": health.AuditReport,
    "backup": copies.Backup,
    "certificate verify": certified.CertifiedErasure,
    "certificate write": certified.CertifiedErasure
    | Certificate,  # at `--output -` the file itself
    "checkpoint": log.SignedCheckpoint,
    "codes declare": declaring.DeclaredCodes,
    "codes list": codes.Codes,
    "complaint answer": complaints.ComplaintFile,
    "complaint list": complaints.ComplaintList,
    "complaint receive": complaints.ComplaintFile,
    "complaint show": complaints.ComplaintFile,
    "consents": consents.Consents,
    "dead-letters hand-over": dead_letters.HandedOver,
    "dead-letters list": dead_letters.DeadLetters,
    "dead-letters retry": dead_letters.RetriedLetters,
    "dead-letters show": dead_letters.OpenedLetter,
    "disclosures": received.Disclosures,
    "erase": erasure.Erased,
    "export": dict[str, JsonValue],
    "feed deliver": feed_lists.DeliveredFeed,
    "feed keep": feed_lists.KeptFeedList,
    "feed list": feed_lists.Feeds,
    "feed prove": feed_lists.WrittenFeedProof,
    "feed root": feed_lists.FeedRoot,
    "feed verify": feed_lists.ProvenMembership,
    "find": search.FoundPersons,
    "findings": findings.OpenFindings,
    "history": history.HistoryLine,
    "hold list": holds.HoldsInForce,
    "hold place": holding.HoldAct,
    "hold release": holding.HoldAct,
    "hold review": holding.HoldAct,
    "incident affected": incidents.AffectedPersons,
    "incident assess": incidents.IncidentFile,
    "incident close": incidents.IncidentFile,
    "incident detect": incidents.IncidentFile,
    "incident list": incidents.IncidentList,
    "incident notification": breach_notice.BreachNotice,
    "incident notify": incidents.IncidentFile,
    "incident resolve": incidents.IncidentFile,
    "incident show": incidents.IncidentFile,
    "incident suspect": incidents.IncidentFile,
    "incident tell": incidents.IncidentFile,
    "incident warn": incidents.IncidentFile,
    "ingest": messages.IngestedLines,
    "init": setup.InstalledLedger,
    "kafka accept-gap": gaps.AcceptedGaps,
    "kafka create-topics": topics.MadeTopics,
    "kafka resume": sources.ResumedSource,
    "kafka sources": sources.Sources,
    "keys rotate": health.RotatedKeys,
    "keys status": health.KeyStatus,
    "lint": lint.Lint,
    "log keys": log.LogKeys,
    "log rebuild": log.Publication,
    "log recompute": completeness.RecomputedEpochs,
    "log rotate-key": log.NewLogKey,
    "login-link": links.LoginLink,
    "marketing": marketing.MarketingAnswer,
    "may credit-check": credit_check.CreditCheckAnswer,
    "notify list": notifications.Notifications,
    "notify record": notifications.Notifications,
    "prove": log.WrittenProof,
    "prune": pruning.PrunedPrefix,
    "publish": log.Publication,
    "purposes": purposes.PurposesAnswer,
    "query": archives.ArchivedCounts,
    "rebuild": health.RebuiltViews,
    "recipients": recipients.Recipients,
    "record": recording.DraftShown,
    "register": register_answer.Register,
    "report access": access_report.AccessReport,
    "report completeness": completeness.WrittenCompleteness,
    "report portability": portability.PortabilityExport,
    "report verify": completeness.VerifiedCompleteness,
    "request answer": requests.RequestFile,
    "request close": requests.RequestFile,
    "request extend": requests.RequestFile,
    "request list": requests.RequestList,
    "request open": requests.RequestFile,
    "request refuse": requests.RequestFile,
    "request show": requests.RequestFile,
    "request verify-identity": requests.RequestFile,
    "restore": copies.RestoredBackup | copies.Backup,
    "retention decide": deciding.Decided,
    "retention due": periods.Clocks,
    "retention forecast": periods.Forecast,
    "retention run": periods.DueSteps | periods.ErasedSteps,
    "schema list": contract.EventTypes,
    "schema show": dict[str, JsonValue],
    "schema tc-string": evidence.DecodedString | evidence.UnreadString,
    "schema validate": messages.CheckedLines,
    "state": state.State,
    "status": health.Status,
    "today": task.TaskList,
    "transfers": transfers.Transfers,
    "transparency": transparency.TransparencyReport,
    "verify": log.VerifiedEntry,
}
CONFIDENTIAL_ANSWERS: Mapping[str, object] = {
    "codes declare-secret": declaring.DeclaredCodes,
    "codes hand-over": codes.HandedCodes,
    "dead-letters taken-over": taken_over.TakenOverList,
    "emergency approve": emergencies.EmergencyApproved,
    "emergency list": emergencies.EmergencyList,
    "order authenticate": order_file.OrderFile | orders.OrderList,
    "order authorise": order_file.OrderFile | orders.OrderList,
    "order confirm": order_file.OrderFile | orders.OrderList,
    "order counts": counts.OrderCounts,
    "order end": order_file.OrderFile,
    "order execute": order_file.OrderFile,
    "order feed-proof": feed_lists.WrittenFeedProof,
    "order hand-over": order_file.OrderFile | orders.OrderList,
    "order list": orders.OrderList,
    "order narrow": order_file.OrderFile | orders.OrderList,
    "order object": order_file.OrderFile | orders.OrderList,
    "order prepare": prepared.PreparedOrder,
    "order prove-counts": numbers.WrittenCounts,
    "order receive": order_file.OrderFile | orders.OrderList,
    "order refuse": order_file.OrderFile | orders.OrderList,
    "order several": on_several_orders.OrdersDone,
    "order show": order_file.OrderFile | orders.OrderList,
    "order validate": order_file.OrderFile | orders.OrderList,
    "order verify-counts": numbers.CountsProven,
    "order withdraw": order_file.OrderFile | orders.OrderList,
    "preservation extend": order_file.OrderFile,
    "preservation impose": preserved.KeptOrder,
    "preservation release": order_file.OrderFile,
    "preservation snapshot": preserved.KeptOrder,
    "restriction apply": restricting.RestrictionAct,
    "secrecy hand-over": handing_over.GivenDisclosures,
    "secrecy impose": secrecy.SecrecyRow,
    "secrecy lift": secrecy.SecrecyRow,
    "secrecy list": secrecy.SecrecyList,
    "secrecy review": secrecy.SecrecyRow,
}
"""Of the commands that a confidential ledger alone has."""
EVERY_ANSWER: Mapping[str, object] = {**ANSWERS, **CONFIDENTIAL_ANSWERS}

# Each line that these commands print is one JSON document of the type above.
ONE_A_LINE = frozenset({"export", "history"})


def schema_of(command: str) -> dict[str, JsonValue]:
    """The JSON Schema of what a command prints. Raises KeyError for a command without an answer."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"ledger {command} --json" + (", each line" if command in ONE_A_LINE else ""),
        **_schema(EVERY_ANSWER[command]),
    }


def _schema(answer: object) -> dict[str, JsonValue]:
    """The schema of an answer; an answer of several shapes may have any of them."""
    shapes = get_args(answer) if isinstance(answer, UnionType) else (answer,)
    schemas, definitions = msgspec.json.schema_components(shapes, ref_template="#/$defs/{name}")
    for definition in definitions.values():
        if "description" in definition:
            definition["description"] = cleandoc(definition["description"])
    return {**(schemas[0] if len(schemas) == 1 else {"anyOf": [*schemas]}), "$defs": definitions}


def write(folder: Path) -> None:
    """Write every schema, a file a command: into a folder, and of the confidential ledger beside it."""
    _write(folder, ANSWERS)
    _write(folder.with_name("confidential"), CONFIDENTIAL_ANSWERS)


def _write(folder: Path, commands: Iterable[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for command in commands:
        path = folder / f"{command.replace(' ', '-')}.schema.json"
        document = json.dumps(schema_of(command), indent=1, ensure_ascii=False, sort_keys=True)
        path.write_text(document + "\n", "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference/answers"))
