"""Acts of the provider as a controller: notices, systems, measures, a breach, an inquiry, feeds."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from msgspec import structs

from rulebook import house_statements
from sample.event import Ground, Publication, act, below, office_hour, offset_time
from sample.recording import digest, entered
from sample.register import RIGHTS, SECURITY, SOURCE, Era
from schemas import names

REPORTING = Ground("internal-reporting", "6-1-f")
SYSTEMS = {
    "crm": ("Klantenadministratie", "sales", ("crm", "order-portal")),
    "billing": ("Facturatiesysteem", "finance", ("billing", "collections")),
    "network": ("Telefonieplatform", "network-operations", ("network",)),
    "portal": ("Klantportaal en app", "product", ("app-backend", "helpdesk")),
    "office": ("Kantooradministratie", "it", ("it", "hr", "privacy-office", "security")),
}
MEASURES = {
    "access-by-role": "Toegang naar functie",
    "encryption-at-rest": "Versleutelde opslag",
    "encryption-in-transit": "Versleutelde verbindingen",
    "four-eyes": "Vierogenprincipe",
    "network-segmentation": "Gescheiden netwerken",
    "no-call-content": "Geen inhoud van gesprekken",
    "password-by-post": "Wachtwoord per brief",
    "penetration-test": "Jaarlijkse penetratietest",
    "training": "Opleiding van medewerkers",
    "two-factor-login": "Inloggen in twee stappen",
    "vog": "Verklaring omtrent het gedrag",
}
# Versions of the notice that a sample needs: one for each calendar year that it may touch.
NOTICES = 4


def governance(rng: Random, era: Era) -> list[Publication]:
    """Every event of this kind, unsorted; always as many."""
    parts = (_notices, _systems, _measures, _assessments, _breach, _inquiry, _reports, _feeds)
    return [publication for part in parts for publication in part(rng, era)]


def _notices(rng: Random, era: Era) -> Iterator[Publication]:
    """Versions that say what the policy says: each in the December before its year, the first at once."""
    for year in range(era.first.year, era.first.year + NOTICES):
        first = era.first.replace(year=year, month=1, day=1)
        version = f"{year}-1"
        facts = {
            "version": version,
            "sha256": digest(rng),
            "effective_from": first.date().isoformat(),
            "claims": [structs.asdict(statement) for statement in house_statements()],
        }
        day = max(era.first, first - timedelta(days=17))
        at, name = office_hour(rng, day), names.PRIVACY_NOTICE_PUBLISHED
        yield entered(rng, at, SOURCE, name, f"notice/{version}", **facts)


def _systems(rng: Random, era: Era) -> Iterator[Publication]:
    for system, (name, owner, sources) in SYSTEMS.items():
        urns = [f"urn:voipzeker:{source}" for source in sources]
        facts = {"name": name, "owner": owner, "sources": urns}
        at = office_hour(rng, era.first)
        yield entered(rng, at, "it", names.SYSTEM_REGISTERED, f"system/{system}", **facts)


def _measures(rng: Random, era: Era) -> Iterator[Publication]:
    for measure, name in MEASURES.items():
        facts = {"name": name, "owner": "security"}
        at = office_hour(rng, era.first)
        yield entered(rng, at, "it", names.SECURITY_MEASURE_ADOPTED, f"measure/{measure}", **facts)
    at, why = office_hour(rng, era.day(0.4)), "replaced-by-two-factor-login"
    subject = "measure/password-by-post"
    yield entered(rng, at, "it", names.SECURITY_MEASURE_RETIRED, subject, reason=why)


def _assessments(rng: Random, era: Era) -> Iterator[Publication]:
    for activity in ("credit-assessment", "fraud-prevention"):
        at = office_hour(rng, era.day(0.05))
        facts = {
            "dpia_ref": f"DPIA-{at.year}-{activity}",
            "assessed_on": at.date().isoformat(),
            "outcome": "acceptable-with-measures",
        }
        yield entered(rng, at, SOURCE, names.DPIA_LINKED, f"activity/{activity}", **facts)


def _breach(rng: Random, era: Era) -> Iterator[Publication]:
    """A parcel list went to the wrong address: reported within the periods of the law."""
    found_at = office_hour(rng, era.day(0.45))
    ref = f"BR-{found_at.year}-1"
    common_facts = act(SECURITY)
    detected = {"detected_at": offset_time(found_at), "regime": "gdpr"}
    steps: tuple[tuple[int, str, dict[str, str]], ...] = (
        (0, names.BREACH_DETECTED, detected),
        (5, names.BREACH_ASSESSED, {"risk": "high"}),
        (20, names.AUTHORITY_NOTIFIED, {"regime": "gdpr", "phase": "initial"}),
        (24, names.SUBJECTS_NOTIFIED, {"channel": "email", "provision": "eu.gdpr.34"}),
        (48, names.AUTHORITY_NOTIFIED, {"regime": "gdpr", "phase": "full"}),
        (24 * 20, names.BREACH_CLOSED, {}),
    )
    for hours, name, facts in steps:
        at = _waking(found_at + timedelta(hours=hours))
        entry = {**common_facts, "breach_ref": ref, **facts}
        yield entered(rng, at, "security", name, f"breach/{ref}", **entry)


def _waking(at: datetime) -> datetime:
    """The moment itself by day, the evening instead of the night after it."""
    night = at.hour >= 23 or at.hour < 7
    evening = (at - timedelta(hours=7)).replace(hour=22, minute=45)
    return evening if night else at


def _inquiry(rng: Random, era: Era) -> Iterator[Publication]:
    """The supervisory authority asks about credit checks."""
    asked_at = office_hour(rng, era.day(0.55))
    facts = act(RIGHTS, inquiry_ref=f"AP-{asked_at.year}-1")
    subject = "activity/credit-assessment"
    later = office_hour(rng, asked_at + timedelta(days=12))
    for at, name in ((asked_at, "received"), (later, "answered")):
        yield entered(rng, at, SOURCE, f"supervisory-inquiry-{name}", subject, **facts)


def _reports(rng: Random, era: Era) -> Iterator[Publication]:
    """Totals of more than a hundred customers each, for the management."""
    for share in (0.25, 0.5, 0.75):
        at, name = office_hour(rng, era.day(share)), names.INTERNAL_REPORT_PRODUCED
        facts = {
            "activity": REPORTING.activity,
            "legal_basis": REPORTING.legal_basis,
            "categories": ["service", "traffic"],
            "report": f"usage-{at.year}",
            "aggregation": "totals",
        }
        yield entered(rng, at, "billing", name, f"activity/{REPORTING.activity}", **facts)


def _feeds(rng: Random, era: Era) -> Iterator[Publication]:
    """The subscribers' numbers of a day: only a commitment to the records is written down."""
    for share in (0.3, 0.6, 0.9):
        at, name = office_hour(rng, era.day(share)), names.BULK_FEED_DELIVERED
        facts = {
            "record_count": 200 + below(rng, 100),
            "merkle_root": digest(rng),
            "valid_for": "24h",
        }
        yield entered(rng, at, "network", name, "recipient/ciot", **facts)
