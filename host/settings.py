"""Settings of the commands: one list of names, and the way from texts to a checked `Settings`.

Pure: the texts are an argument. Every setting is a variable `LEDGER_<NAME>`, and, unless it is a secret
or restricts the user who types the command, a flag `--<name>` as well. All wrong values are reported at once.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from application.controller import Controller
from application.language import language_named
from consumers.pipeline import BATCH_BYTES, BATCH_MESSAGES, BATCH_SECONDS
from host.push_settings import PushSettings, read_push
from host.setting_list import PREFIX
from host.setting_texts import Reader
from host.web_settings import WebSettings, read_web
from ledger.errors import LedgerError, Misconfigured
from ledger.letters.withheld import WithheldKey
from ledger.names import LedgerName
from ledger.storage.postgres import PATIENCE_S
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.policy import Policy
from rulebook.approvals import ALWAYS, four_eyes
from rulebook.calendar import AMSTERDAM
from schemas.formats import CODE, EMPLOYEE, ID, SOURCE
from schemas.limits import QUARANTINE_MESSAGES, QUARANTINE_SHARE
from schemas.sources import EVENTS_TOPIC, REGISTER_TOPIC
from schemas.texts import LANGUAGES, Language

# Longest time that a command waits for a batch to fill, and the largest batches that stay flat.
MOST_BATCH_EVENTS = 50_000
MOST_BATCH_BYTES = 64 * 1024 * 1024
MOST_BATCH_MS = 60_000
MOST_PATIENCE_S = 240  # below the time after which Kafka takes a loop that does not poll for dead
LAST_PORT = 65_535
# A consumer that was killed is missed after this time: ADR 142.
SESSION_S = 10
MOST_SESSION_S = 1_800  # the broker's own limit (group.max.session.timeout.ms)
EVENTS_TOPICS = (EVENTS_TOPIC, REGISTER_TOPIC)
CONFIDENTIAL_TOPICS = ("privacy.confidential.v1",)
# The confidential ledger sends no answers unless a topic is set: the open topic would give it away.
ANSWERS_TOPIC = "privacy.rejections.v1"
# Read by an open ledger that knows a signer; written by the confidential one.
SIGNED_TOPIC = "privacy.signed.v1"
# The name of a key says what it signs, and nothing of who holds it. A key of another name counts nowhere.
SIGNED_NAME = "signed-messages"
HANDED_NAME = "handed-over-messages"
OFFICE_NAME = "privacy-office"
# How the two kinds of ledger are named, unless a setting names them.
OPEN = "main"
CONFIDENTIAL = "confidential"
RECIPIENT = r"age1[02-9ac-hj-np-z]{58}"
TOPIC = r"[A-Za-z0-9._-]{1,249}"
OFFICE = "urn:voipzeker:privacy-office"


class Limits(msgspec.Struct, frozen=True):
    """How much is recorded at once, and how many rejections halt a topic."""

    batch_events: int = BATCH_MESSAGES
    batch_bytes: int = BATCH_BYTES
    batch_ms: int = int(BATCH_SECONDS * 1000)
    halt_share: float = QUARANTINE_SHARE
    halt_messages: int = QUARANTINE_MESSAGES


class KafkaSettings(msgspec.Struct, frozen=True):
    """How to reach Kafka, and what to read there."""

    bootstrap: tuple[str, ...]
    topics: tuple[str, ...]
    group: str
    answers: str | None = None
    session_s: int = SESSION_S
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = None
    ssl_cafile: Path | None = None
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None

    def __repr__(self) -> str:
        """Without the password: settings end up in tracebacks and logs."""
        return f"KafkaSettings(bootstrap={self.bootstrap!r}, topics={self.topics!r})"


class Signed(msgspec.Struct, frozen=True):
    """Signed messages: the topic that they take, and the keys of who may sign them."""

    topic: str = SIGNED_TOPIC
    keys: tuple[VerifierKey, ...] = ()


class LogSettings(msgspec.Struct, frozen=True):
    """The transparency log of the ledger: its name, its files, its key.

    `url`: where others hand out the files; None where nobody is known to. `epochs_policy`: whose signatures
    the log of completeness needs beside its own.
    """

    origin: str
    folder: Path
    key_file: Path
    passphrase: str | None = None
    policy: Policy | None = None
    url: str | None = None
    epochs_policy: Policy | None = None

    @property
    def epochs_folder(self) -> Path:
        """Where the log of completeness is, beside that of the ledger."""
        return self.folder.with_name(f"{self.folder.name}.completeness")

    def __repr__(self) -> str:
        """Without the passphrase, and an address that may hold one."""
        return f"LogSettings(origin={self.origin!r}, folder={self.folder})"


class Serving(msgspec.Struct, frozen=True):
    """Where a running command says how it is, and how it logs. `port`: None is the usual one, 0 any."""

    host: str = "127.0.0.1"
    port: int | None = None
    log_format: str | None = None
    log_level: str = "info"


class Reading(msgspec.Struct, frozen=True):
    """The reader, for the record of reads. `reader`: None is the user of the process.

    `login`: the person whom a wrapper authenticated. `role`: None is `operator`. `unheld`: the treatment of a
    read in a role that the register does not grant.
    """

    reader: str | None = None
    login: str | None = None
    role: str | None = None
    unheld: str = "refuse"


class DisplaySettings(msgspec.Struct, frozen=True):
    """How people are spoken to. `language`: None when none was set."""

    language: Language | None = None
    timezone: ZoneInfo = AMSTERDAM


class Settings(msgspec.Struct, frozen=True):
    """Everything that the commands need to know. `kafka` is None when no broker is named.

    `texts`: what it was read from, by variable, for child processes.
    """

    database_url: str | None
    database_patience_s: int
    data_dir: Path
    key_dir: Path
    ledger: LedgerName
    confidential: bool
    privacy_office: str
    strict_sources: bool
    privacy_activity: str
    limits: Limits
    kafka: KafkaSettings | None
    controller: Controller
    log: LogSettings
    reading: Reading
    four_eyes: frozenset[str] = frozenset()
    serving: Serving = Serving()
    web: WebSettings = WebSettings()
    push: PushSettings = PushSettings(Path("push"))
    backup_recipients: tuple[str, ...] = ()
    withheld_key: WithheldKey | None = None
    signed: Signed = Signed()
    handover_keys: tuple[VerifierKey, ...] = ()
    secret_codes: Path | None = None
    office_keys: tuple[VerifierKey, ...] = ()
    people: DisplaySettings = DisplaySettings()
    open_settings: Path | None = None
    officers: tuple[str, ...] = ()
    texts: Mapping[str, str] = {}

    def __repr__(self) -> str:
        """Without the database's URL, which may hold a password."""
        return f"Settings(ledger={self.ledger}, data_dir={self.data_dir}, kafka={self.kafka!r})"

    @property
    def embedded(self) -> bool:
        """Whether the PostgreSQL that comes along is used."""
        return self.database_url is None

    def need_kafka(self) -> KafkaSettings:
        """The Kafka settings. Raises Misconfigured when no broker is named."""
        if self.kafka is None:
            raise Misconfigured("no broker is named: set LEDGER_KAFKA_BOOTSTRAP=host:port")
        return self.kafka


def read_settings(texts: Mapping[str, str], default_data_dir: Path) -> Settings:
    """Settings from texts by variable name; empty ones count as missing, others are left alone.

    Raises Misconfigured, which names every wrong value and quotes none of them.
    """
    reader = Reader(texts)
    _refuse_the_list(reader, texts)
    confidential = reader.switch("CONFIDENTIAL")
    ledger = _ledger(reader, CONFIDENTIAL if confidential else OPEN)
    signed = _signed(reader)
    data_dir = reader.path("DATA_DIR", default_data_dir)
    key_dir = reader.path("KEY_DIR", data_dir / "keys")
    settings = Settings(
        database_url=_database_url(reader),
        database_patience_s=reader.number("DATABASE_PATIENCE_S", PATIENCE_S, MOST_PATIENCE_S),
        data_dir=data_dir,
        key_dir=key_dir,
        ledger=ledger,
        confidential=confidential,
        strict_sources=reader.text("SOURCES", "record", "record|strict", "record or strict")
        == "strict",
        privacy_office=reader.text("PRIVACY_OFFICE", OFFICE, SOURCE, "the source of its events"),
        privacy_activity=reader.text("PRIVACY_ACTIVITY", "privacy-rights", ID, "an activity's id"),
        limits=_limits(reader),
        kafka=_kafka(reader, ledger, confidential, signed),
        controller=_controller(reader),
        log=_log(reader, ledger, data_dir, key_dir),
        reading=_reading(reader),
        four_eyes=_four_eyes(reader, confidential=confidential),
        serving=_serving(reader),
        web=read_web(reader, confidential=confidential),
        push=read_push(reader, ledger, data_dir),
        backup_recipients=reader.names(
            "BACKUP_RECIPIENTS", (), RECIPIENT, "public keys such as age1…"
        ),
        withheld_key=reader.withheld_key("WITHHELD_KEY"),
        signed=signed,
        handover_keys=reader.verifier_keys("HANDOVER_KEYS", HANDED_NAME) if confidential else (),
        secret_codes=None if confidential else reader.file("SECRET_CODES_FILE", "secret"),
        office_keys=reader.verifier_keys("OFFICE_KEYS", OFFICE_NAME),
        people=_people(reader),
        open_settings=reader.file("OPEN_SETTINGS_FILE", "any") if confidential else None,
        officers=reader.names("OFFICERS", (), EMPLOYEE, "employees, such as employee/7"),
        texts={name: text for name, text in texts.items() if name.startswith(PREFIX)},
    )
    reader.check()
    return settings


def _refuse_the_list(reader: Reader, texts: Mapping[str, str]) -> None:
    """Whoever still sets it counts on it, and the first run would erase what it kept."""
    if texts.get("LEDGER_KEEP_LIST", "").strip():
        reader.wrong.append(
            "LEDGER_KEEP_LIST counts no more, and what it kept goes when nothing else keeps it: have that "
            "copied first, then remove the setting"
        )


def read_people(texts: Mapping[str, str]) -> DisplaySettings:
    """How people are spoken to, for commands that need no other setting. Raises Misconfigured."""
    reader = Reader(texts)
    people = _people(reader)
    reader.check()
    return people


def is_confidential(texts: Mapping[str, str]) -> bool:
    """Whether a ledger is the confidential one, for commands without settings. Raises Misconfigured."""
    reader = Reader(texts)
    confidential = reader.switch("CONFIDENTIAL")
    reader.check()
    return confidential


def _people(reader: Reader) -> DisplaySettings:
    language = reader.text("LANGUAGE", "", "|".join(LANGUAGES), "nl or en")
    return DisplaySettings(language_named(language), reader.zone("TIMEZONE", AMSTERDAM))


def _database_url(reader: Reader) -> str | None:
    """The URL, with the password of the file as its last option."""
    url = reader.text(
        "DATABASE_URL", None, r"postgres(ql)?://\S+", "postgresql://user@host/database"
    )
    password = reader.first_line("DATABASE_PASSWORD_FILE")
    if url is None or password is None:
        return url
    return f"{url}{'&' if '?' in url else '?'}password={quote(password, safe='')}"


def _four_eyes(reader: Reader, *, confidential: bool) -> frozenset[str]:
    acts = four_eyes(confidential=confidential)
    asked = reader.names("FOUR_EYES", (), "|".join(acts), f"some of {', '.join(acts)}")
    return frozenset(asked) | (ALWAYS if confidential else frozenset())


def _ledger(reader: Reader, default: str) -> LedgerName:
    try:
        return LedgerName(reader.text("NAME", default))
    except LedgerError:
        reader.wrong.append(f"{PREFIX}NAME: expected a lower-case letter, then letters or digits")
        return LedgerName()


def _log(reader: Reader, ledger: LedgerName, data_dir: Path, key_dir: Path) -> LogSettings:
    """Each ledger has a log of its own, in a folder of its own."""
    folder = reader.path("LOG_DIR", data_dir / "tlog")
    origin, expected = f"ledger.localhost/{ledger}", "a name without spaces and plus signs"
    return LogSettings(
        origin=reader.text("LOG_ORIGIN", origin, r"[^\s+]{1,200}", expected),
        folder=folder / str(ledger),
        key_file=reader.path("LOG_KEY_FILE", key_dir / str(ledger) / "log.key"),
        passphrase=reader.first_line("LOG_PASSPHRASE_FILE"),
        policy=reader.policy("LOG_POLICY_FILE"),
        url=reader.text("LOG_URL", None, r"https?://\S+", "https://host/path"),
        epochs_policy=reader.policy("COMPLETENESS_POLICY_FILE"),
    )


def _reading(reader: Reader) -> Reading:
    return Reading(
        reader=reader.text("READER", None, EMPLOYEE, "employee/ and an id"),
        login=reader.text("LOGIN", None, EMPLOYEE, "employee/ and an id"),
        role=reader.text("READER_ROLE", None, CODE, "a code, such as privacy-officer"),
        unheld=reader.text("READER_UNHELD", "refuse", "refuse|record", "refuse or record"),
    )


def _limits(reader: Reader) -> Limits:
    usual = Limits()
    return Limits(
        batch_events=reader.number("BATCH_EVENTS", usual.batch_events, MOST_BATCH_EVENTS),
        batch_bytes=reader.number("BATCH_BYTES", usual.batch_bytes, MOST_BATCH_BYTES),
        batch_ms=reader.number("BATCH_MS", usual.batch_ms, MOST_BATCH_MS),
        halt_share=reader.share("HALT_SHARE", usual.halt_share),
        halt_messages=reader.number("HALT_MESSAGES", usual.halt_messages, 1_000_000),
    )


def _controller(reader: Reader) -> Controller:
    usual = Controller()
    return Controller(
        name=reader.text("CONTROLLER_NAME", usual.name),
        address=reader.text("CONTROLLER_ADDRESS", usual.address),
        country=reader.text("CONTROLLER_COUNTRY", usual.country, r"[A-Z]{2}", "two capitals"),
        contact=reader.text("CONTROLLER_CONTACT", usual.contact),
        representative=reader.text("CONTROLLER_REPRESENTATIVE", None),
        data_protection_officer=reader.text("CONTROLLER_OFFICER", None),
    )


def _serving(reader: Reader) -> Serving:
    port = reader.text("METRICS_PORT", None, r"0|[1-9][0-9]{0,4}", "a port, or 0 for any")
    if port is not None and int(port) > LAST_PORT:
        reader.wrong.append(f"{PREFIX}METRICS_PORT: expected a port, or 0 for any")
    levels = "debug, info, warning or error"
    return Serving(
        host=reader.text("METRICS_HOST", "127.0.0.1", r"[A-Za-z0-9.:-]{1,253}", "an address"),
        port=None if port is None else int(port),
        log_format=reader.text("LOG_FORMAT", None, "json|text", "json or text"),
        log_level=reader.text("LOG_LEVEL", "info", "debug|info|warning|error", levels),
    )


def _signed(reader: Reader) -> Signed:
    return Signed(
        topic=reader.text("SIGNED_TOPIC", SIGNED_TOPIC, TOPIC, "the name of a topic"),
        keys=reader.verifier_keys("SIGNED_KEYS", SIGNED_NAME),
    )


def _kafka(
    reader: Reader, ledger: LedgerName, confidential: bool, signed: Signed
) -> KafkaSettings | None:
    usual = CONFIDENTIAL_TOPICS if confidential else EVENTS_TOPICS
    answers = None if confidential else ANSWERS_TOPIC
    topics = reader.names("KAFKA_TOPICS", usual, TOPIC, "names of topics")
    if confidential and REGISTER_TOPIC in topics:
        # There the office has a voice; in this ledger it has none by any topic.
        reader.wrong.append(f"{PREFIX}KAFKA_TOPICS: this ledger does not read {REGISTER_TOPIC}")
    if signed.keys and not confidential:
        topics = tuple(dict.fromkeys((*topics, signed.topic)))
    bootstrap = reader.names("KAFKA_BOOTSTRAP", (), r"\S+:[0-9]{1,5}", "host:port")
    protocol = reader.text(
        "KAFKA_SECURITY_PROTOCOL",
        "PLAINTEXT",
        "PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL",
        "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL",
    )
    mechanism = reader.text(
        "KAFKA_SASL_MECHANISM",
        None,
        "PLAIN|SCRAM-SHA-256|SCRAM-SHA-512",
        "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512",
    )
    settings = KafkaSettings(
        bootstrap=bootstrap,
        topics=topics,
        group=reader.text("KAFKA_GROUP", f"processing-ledger-{ledger}"),
        answers=reader.text("KAFKA_ANSWERS", answers, TOPIC, "the name of a topic"),
        session_s=reader.number("KAFKA_SESSION_S", SESSION_S, MOST_SESSION_S),
        security_protocol=protocol,
        sasl_mechanism=mechanism,
        sasl_username=reader.text("KAFKA_SASL_USERNAME", None),
        sasl_password=_password(reader),
        ssl_cafile=reader.file("KAFKA_SSL_CAFILE"),
        ssl_certfile=reader.file("KAFKA_SSL_CERTFILE"),
        ssl_keyfile=reader.file("KAFKA_SSL_KEYFILE", "secret"),
    )
    _check_sasl(reader, settings)
    return settings if bootstrap else None


def _password(reader: Reader) -> str | None:
    """The first line of the file that holds the password, else the password itself."""
    password = reader.text("KAFKA_SASL_PASSWORD", None)
    return reader.first_line("KAFKA_SASL_PASSWORD_FILE") or password


def _check_sasl(reader: Reader, kafka: KafkaSettings) -> None:
    if not kafka.security_protocol.startswith("SASL"):
        return
    needed = {
        "MECHANISM": kafka.sasl_mechanism,
        "USERNAME": kafka.sasl_username,
        "PASSWORD": kafka.sasl_password,
    }
    for name, value in needed.items():
        if value is None:
            reader.wrong.append(f"LEDGER_KAFKA_SASL_{name}: needed with {kafka.security_protocol}")
