"""Nothing enters an open ledger from the confidential one but what is signed or sealed: by page, by setting.

`tests/integration/test_no_tell_tale.py` shows the same of tables, files and locks.
"""

import re

from host.setting_list import SETTINGS
from tests.architecture.test_trust import PAGE

FROM_THE_OTHER = {
    "LEDGER_SIGNED_KEYS": "who may sign a lifted disclosure",
    "LEDGER_SIGNED_TOPIC": "where such disclosures come in",
    "LEDGER_SECRET_CODES_FILE": "hashes of codes, signed: more is withheld by it, and nothing comes in",
    "LEDGER_WITHHELD_KEY": "for whom this ledger seals what it withholds: nothing comes in by it",
}
"""Settings of an open ledger whose value belongs to the confidential one."""
OF_THE_LEDGER_ITSELF = frozenset(
    f"LEDGER_{name}"
    for name in (
        *("DATABASE_URL", "DATABASE_PASSWORD_FILE", "DATA_DIR", "KEY_DIR", "LOGIN"),
        *("OFFICE_KEYS", "KAFKA_BOOTSTRAP", "KAFKA_TOPICS", "KAFKA_ANSWERS"),
        *("KAFKA_SASL_PASSWORD_FILE", "KAFKA_SSL_CAFILE", "KAFKA_SSL_CERTFILE"),
        *("KAFKA_SSL_KEYFILE", "LOG_DIR", "LOG_URL", "LOG_KEY_FILE", "LOG_PASSPHRASE_FILE"),
        *(
            "LOG_POLICY_FILE",
            "COMPLETENESS_POLICY_FILE",
            "BACKUP_RECIPIENTS",
            "METRICS_HOST",
            "WEB_HOST",
            "WEB_URL",
        ),
        *("WEB_CERTFILE", "WEB_KEYFILE", "WEB_SOCKET", "OIDC_ISSUER"),
        *("OIDC_CLIENT_SECRET_FILE", "API_AUDIENCE", "API_CLIENTS_FILE", "API_CLIENTS_CAFILE"),
        *("CONTROLLER_ADDRESS", "CONTROLLER_CONTACT", "READER"),
        *("PUSH_DIR", "PUSH_TOKEN_FILE", "PUSH_CERTFILE", "PUSH_KEYFILE"),
    )
)
"""Settings that name a place or a key of the house: of its own systems, people and machines."""
_PLACE = re.compile(
    r"\b(files?|folders?|URL|topics?|sockets?|brokers|OpenID provider|keys?|certificates?|address"
    r"|witnesses|list|other ledger)\b"
)


def test_every_setting_that_names_a_place_or_a_key_is_judged() -> None:
    """Who adds a setting by which something can come in must say here from where."""
    open_ones = {one.variable: one.help for one in SETTINGS if not one.unlisted}
    places = {name for name, help in open_ones.items() if _PLACE.search(help)}
    assert places == OF_THE_LEDGER_ITSELF | FROM_THE_OTHER.keys()


def test_the_page_names_the_paths_from_the_confidential_ledger_and_each_is_proven() -> None:
    here = PAGE.split("## The open ledger")[1].split("## The confidential ledger")[0]
    paths = [line.split(" | ") for line in here.splitlines() if line.startswith("| ")][2:]
    from_there = [
        (path, proof) for path, proof, *_ in paths if "signed" in path or "confidential" in proof
    ]
    assert [path.removeprefix("| ") for path, _ in from_there] == [
        "Kafka, `privacy.signed.v1`, and `ingest --signed`",
        "the signed file of `LEDGER_SECRET_CODES_FILE`",
        "receipts, `dead-letters hand-over FILE --remove`",
    ]
    (_, signed), (_, codes), (_, receipts) = from_there
    assert signed == codes == "a key of `LEDGER_SIGNED_KEYS`"
    assert "sealed message, which only this ledger can make" in receipts
    assert len(paths) > 15
