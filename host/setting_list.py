"""The list of settings: their variables, flags and meanings; reading them is `host.settings`' work."""

from typing import Literal

import msgspec

from schemas.texts import LANGUAGES

Group = Literal[
    "people", "store", "intake", "kafka", "register", "log", "backup", "serving", "web", "push"
]
PREFIX = "LEDGER_"


class Setting(msgspec.Struct, frozen=True):
    """One setting. `secret`: never a flag, since other users can read the arguments of a process.

    `fixed`: never a flag, since it restricts the user who types the command. `codes`: what a shell completes.
    `unlisted`: in no help and no table, since it belongs to a kind of ledger that not all users know of.
    """

    variable: str
    group: Group
    help: str
    secret: bool = False
    fixed: bool = False
    switch: bool = False
    codes: tuple[str, ...] = ()
    unlisted: bool = False

    @property
    def name(self) -> str:
        """Name in Python: `data_dir`."""
        return self.variable.removeprefix(PREFIX).lower()

    @property
    def has_flag(self) -> bool:
        """Whether a command takes it as an argument."""
        return not (self.secret or self.fixed)

    @property
    def flag(self) -> str:
        """Name on the command line: `--data-dir`."""
        return f"--{self.name.replace('_', '-')}"


OLD_PROXIES = "LEDGER_WEB_PROXIES"
REPLACED = {OLD_PROXIES: "LEDGER_WEB_SOCKET"}
"""Settings that were, and what took their place."""

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "LEDGER_DATABASE_URL", "store", "PostgreSQL 15 or later, by URL; else the embedded one"
    ),
    Setting(
        "LEDGER_DATABASE_PASSWORD_FILE", "store", "file whose first line is the password for it"
    ),
    Setting(
        "LEDGER_DATABASE_PATIENCE_S",
        "store",
        "seconds of silence after which PostgreSQL counts as away, and a recorder as lost [60]",
    ),
    Setting("LEDGER_DATA_DIR", "store", "folder of the embedded PostgreSQL"),
    Setting("LEDGER_KEY_DIR", "store", "folder of epoch keys and erasure journal [data dir/keys]"),
    Setting("LEDGER_NAME", "store", "name of the ledger [main]"),
    Setting(
        "LEDGER_CONFIDENTIAL",
        "store",
        "the ledger of orders under secrecy",
        switch=True,
        unlisted=True,
    ),
    Setting(
        "LEDGER_OPEN_SETTINGS_FILE",
        "store",
        "of a confidential ledger: file with the settings of the open one, which it reads, one a line",
        fixed=True,
        unlisted=True,
    ),
    Setting(
        "LEDGER_HANDOVER_KEYS",
        "store",
        "of a confidential ledger: verification keys of the ledgers whose withheld messages it takes over",
        fixed=True,
        unlisted=True,
    ),
    Setting(
        "LEDGER_OFFICERS",
        "store",
        "of a confidential ledger: who may act at its desk from `init` on, separated by commas "
        "[employee/ and the login]",
        fixed=True,
        unlisted=True,
    ),
    Setting(
        "LEDGER_WITHHELD_KEY",
        "store",
        "public key to which messages are sealed that are not for this ledger [one of the key folder]",
    ),
    Setting(
        "LEDGER_SECRET_CODES_FILE",
        "store",
        "signed file with the hashes of codes that are not for this ledger, read for each batch [none]",
    ),
    Setting(
        "LEDGER_PRIVACY_OFFICE",
        "store",
        "source of the office's own acts, which may end or change what other sources said",
    ),
    Setting(
        "LEDGER_PRIVACY_ACTIVITY",
        "store",
        "activity of the register that those acts belong to [privacy-rights]",
    ),
    Setting(
        "LEDGER_READER",
        "store",
        "who reads, such as employee/7, if not the user who logged in: only root and the owner of the key "
        "folder may name another [employee/ and the login]",
    ),
    Setting(
        "LEDGER_LOGIN",
        "store",
        "who logged in, from a wrapper that runs as the owner of the key folder; no other can be named",
        fixed=True,
    ),
    Setting(
        "LEDGER_LANGUAGE",
        "people",
        "nl or en: what people read; machines and logs get the same in both [en; documents for persons nl]",
        codes=LANGUAGES,
    ),
    Setting(
        "LEDGER_TIMEZONE",
        "people",
        "zone of times on screen, such as UTC; machines get UTC anyway [Europe/Amsterdam]",
    ),
    Setting("LEDGER_READER_ROLE", "store", "in which role, for the record of reads [operator]"),
    Setting(
        "LEDGER_READER_UNHELD",
        "store",
        "what a read in a role is that the register does not grant the reader: refuse, or record with a "
        "finding [refuse]",
        fixed=True,
    ),
    Setting(
        "LEDGER_FOUR_EYES",
        "store",
        "acts that need a second person, separated by commas: hold-release, erasure, rotation, gap [none]",
        fixed=True,
    ),
    Setting(
        "LEDGER_SOURCES",
        "intake",
        "record, or strict: refuse what the register of systems does not know of a source [record]",
    ),
    Setting(
        "LEDGER_OFFICE_KEYS",
        "intake",
        "verification keys of the privacy office: once one is set, what comes by the register's topic in its "
        "name counts only if it is signed [none]",
        fixed=True,
    ),
    Setting(
        "LEDGER_SIGNED_KEYS",
        "intake",
        "verification keys of who sends signed messages, NAME+ID+BASE64, separated by commas [none]",
    ),
    Setting(
        "LEDGER_SIGNED_TOPIC",
        "intake",
        "topic of signed messages, which is read once a key is set [privacy.signed.v1]",
    ),
    Setting("LEDGER_BATCH_EVENTS", "intake", "most messages in one transaction [2000]"),
    Setting("LEDGER_BATCH_BYTES", "intake", "most bytes in one transaction [4194304]"),
    Setting("LEDGER_BATCH_MS", "intake", "longest wait for a batch to fill, in ms [100]"),
    Setting(
        "LEDGER_HALT_SHARE",
        "intake",
        "share of rejections of a source that quarantines it [0.2]",
    ),
    Setting("LEDGER_HALT_MESSAGES", "intake", "fewest messages over which it is judged [100]"),
    Setting("LEDGER_KAFKA_BOOTSTRAP", "kafka", "host:port of brokers, separated by commas"),
    Setting(
        "LEDGER_KAFKA_TOPICS",
        "kafka",
        "topics, separated by commas [privacy.events.v1,privacy.register.v1]",
    ),
    Setting(
        "LEDGER_KAFKA_ANSWERS", "kafka", "topic of answers to upstream [privacy.rejections.v1]"
    ),
    Setting("LEDGER_KAFKA_GROUP", "kafka", "consumer group [processing-ledger-NAME]"),
    Setting(
        "LEDGER_KAFKA_SESSION_S", "kafka", "seconds of silence after which a member is dead [10]"
    ),
    Setting(
        "LEDGER_KAFKA_SECURITY_PROTOCOL", "kafka", "PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
    ),
    Setting("LEDGER_KAFKA_SASL_MECHANISM", "kafka", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
    Setting("LEDGER_KAFKA_SASL_USERNAME", "kafka", "user name at the broker"),
    Setting("LEDGER_KAFKA_SASL_PASSWORD", "kafka", "password at the broker", secret=True),
    Setting("LEDGER_KAFKA_SASL_PASSWORD_FILE", "kafka", "file whose first line is the password"),
    Setting("LEDGER_KAFKA_SSL_CAFILE", "kafka", "certificates of the authorities to trust"),
    Setting("LEDGER_KAFKA_SSL_CERTFILE", "kafka", "certificate of this client"),
    Setting("LEDGER_KAFKA_SSL_KEYFILE", "kafka", "key of that certificate"),
    Setting("LEDGER_LOG_ORIGIN", "log", "name of the transparency log [ledger.localhost/NAME]"),
    Setting("LEDGER_LOG_DIR", "log", "folder of its tiles and checkpoints [data dir/tlog]"),
    Setting(
        "LEDGER_LOG_URL",
        "log",
        "where a process without that folder reads over HTTP what was promised [nowhere]",
    ),
    Setting("LEDGER_LOG_KEY_FILE", "log", "its Ed25519 key [key dir/NAME/log.key]"),
    Setting("LEDGER_LOG_PASSPHRASE_FILE", "log", "file whose first line opens that key [no file]"),
    Setting("LEDGER_LOG_POLICY_FILE", "log", "witnesses that must sign before publication [none]"),
    Setting(
        "LEDGER_COMPLETENESS_POLICY_FILE",
        "log",
        "witnesses that must sign the log of completeness before publication [none]",
    ),
    Setting(
        "LEDGER_BACKUP_RECIPIENTS",
        "backup",
        "public keys to which backups are encrypted, age1…, separated by commas [none]",
    ),
    Setting(
        "LEDGER_METRICS_HOST", "serving", "address of /metrics, /livez and /readyz [127.0.0.1]"
    ),
    Setting(
        "LEDGER_METRICS_PORT",
        "serving",
        "their port; its parts have the next ones; 0: any "
        "[run 9463, consume 9464, project 9465, publish 9466, upkeep 9467, serve 9468, push 9469]",
    ),
    Setting("LEDGER_LOG_FORMAT", "serving", "json or text [text on a terminal, else json]"),
    Setting("LEDGER_LOG_LEVEL", "serving", "debug, info, warning or error [info]"),
    Setting(
        "LEDGER_PUSH_SYSLOG", "push", "receiver of syslog by TLS (RFC 5425), as host:port [none]"
    ),
    Setting("LEDGER_PUSH_OCSF_URL", "push", "receiver of OCSF by POST, https://host/path [none]"),
    Setting("LEDGER_PUSH_TOKEN_FILE", "push", "file whose first line is the bearer token for it"),
    Setting("LEDGER_PUSH_CAFILE", "push", "authorities of the receivers [those of the system]"),
    Setting("LEDGER_PUSH_CERTFILE", "push", "own certificate, in PEM, for the receivers [none]"),
    Setting("LEDGER_PUSH_KEYFILE", "push", "key of that certificate"),
    Setting("LEDGER_PUSH_DIR", "push", "folder of the bookmarks [data dir/push]"),
    Setting("LEDGER_WEB", "web", "`ledger run` serves the web console, too", switch=True),
    Setting("LEDGER_WEB_HOST", "web", "address of the web console [127.0.0.1]"),
    Setting("LEDGER_WEB_PORT", "web", "its port; 0: any [8463]"),
    Setting(
        "LEDGER_WEB_URL",
        "web",
        "address that people type, such as https://ledger.example.nl [its own]",
    ),
    Setting("LEDGER_WEB_CERTFILE", "web", "its certificate, in PEM, for TLS of its own [none]"),
    Setting("LEDGER_WEB_KEYFILE", "web", "key of that certificate"),
    Setting(
        "LEDGER_WEB_SOCKET",
        "web",
        "socket, in a folder of its own, by which a proxy comes; it listens nowhere else then [none]",
    ),
    Setting(
        "LEDGER_OIDC_ISSUER", "web", "OpenID provider where people log in, by its issuer [none]"
    ),
    Setting("LEDGER_OIDC_CLIENT_ID", "web", "what the console is called there"),
    Setting(
        "LEDGER_OIDC_CLIENT_SECRET_FILE",
        "web",
        "file whose first line is its secret there [none: a public client]",
    ),
    Setting("LEDGER_OIDC_SCOPES", "web", "what a login asks for, separated by commas [openid]"),
    Setting(
        "LEDGER_OIDC_PERSON_CLAIM",
        "web",
        "claim with the employee's id, or employee/ and the id; a dot leads into an object [sub]",
    ),
    Setting("LEDGER_OIDC_ROLE_CLAIM", "web", "claim with the roles of an employee [roles]"),
    Setting(
        "LEDGER_OIDC_SUBJECT_CLAIM",
        "web",
        "claim with the reference of a data subject, such as customer/10023 [data_subject]",
    ),
    Setting("LEDGER_OIDC_ACR", "web", "kinds of login that count (acr), separated by commas [any]"),
    Setting("LEDGER_OIDC_MAX_AGE_S", "web", "seconds after which a login is asked for anew [any]"),
    Setting(
        "LEDGER_API_AUDIENCE", "web", "for whom access tokens of clients are [the address above]"
    ),
    Setting(
        "LEDGER_API_CLIENTS_FILE",
        "web",
        "clients that come with a certificate: subject, client, role, issuer [none]",
    ),
    Setting(
        "LEDGER_API_CLIENTS_CAFILE",
        "web",
        "certificates of the authorities that issue theirs; without it none counts [none]",
    ),
    Setting("LEDGER_CONTROLLER_NAME", "register", "the controller, for the register"),
    Setting("LEDGER_CONTROLLER_ADDRESS", "register", "its postal address"),
    Setting("LEDGER_CONTROLLER_COUNTRY", "register", "its country, by two capitals [NL]"),
    Setting("LEDGER_CONTROLLER_CONTACT", "register", "its e-mail address, telephone or page"),
    Setting("LEDGER_CONTROLLER_REPRESENTATIVE", "register", "its representative, if it has one"),
    Setting("LEDGER_CONTROLLER_OFFICER", "register", "its data protection officer, with contact"),
)
