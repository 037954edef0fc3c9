"""What a person can do about an error, as commands with their flags: no room below knows these."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ledger.errors import LedgerError


def _accept(topic: str, partition: int) -> str:
    return (
        "have upstream send them again, then run `ledger kafka accept-gap --topic "
        f"{topic} --partition {partition} --reason CODE`"
    )


def _restore_cluster(topic: str, partition: int) -> str:
    return f"restore the cluster, or {_accept(topic, partition)}"


def _restore_records(topic: str, partition: int) -> str:
    return f"restore them from another replica, or {_accept(topic, partition)}"


def _read_again(topic: str, partition: int) -> str:
    return (
        f"restore the cluster, or run `ledger kafka accept-gap --topic {topic} --partition {partition} "
        "--to OFFSET --reason CODE` with an offset from before that: what is read twice is a duplicate"
    )


def _accept_topic(topic: str) -> str:
    return (
        "use a topic of another name, or have upstream send again what was not read, then run "
        f"`ledger kafka accept-gap --new-topic --topic {topic} --reason CODE`"
    )


def _begin_with_what_is_left() -> str:
    return "run `ledger consume --from-log-start`, which begins with what is left"


def _resume() -> str:
    return "see `ledger kafka sources` and `ledger dead-letters list`, then run `ledger consume --resume`"


def _take_over() -> str:
    return "run `ledger ingest --withheld FILE` where the key of these messages is, which writes it"


def _hand_over() -> str:
    return "run `ledger dead-letters hand-over FILE`, in both ledgers and with `--remove`, and start it again"


def _hold_role() -> str:
    return "set LEDGER_READER_ROLE to a role that is held, or record its grant first"


def _approve_as(*roles: str) -> str:
    return (
        f"set LEDGER_READER_ROLE to {' or '.join(roles)}, where the register grants you that role"
    )


def _verify_identity(ref: str) -> str:
    return f"verify who asks, and run `ledger request verify-identity {ref} --method M`"


def _report_access(ref: str) -> str:
    return f"run `ledger report access SUBJECT --request {ref} --output FILE`"


def _report_portability(ref: str) -> str:
    return f"run `ledger report portability SUBJECT --request {ref} --output FILE`"


def _send_correction(ref: str) -> str:
    return f"have the system that holds the data correct it and send the correction with request_ref {ref}"


def _despite(*refs: str) -> str:
    return f"both officers add {' '.join(f'`--despite {ref}`' for ref in refs)}"


REMEDIES: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "accept-gap": _accept,
        "restore-cluster": _restore_cluster,
        "restore-records": _restore_records,
        "read-again": _read_again,
        "accept-topic": _accept_topic,
        "begin-with-what-is-left": _begin_with_what_is_left,
        "resume-topic": _resume,
        "take-over": _take_over,
        "hand-over": _hand_over,
        "hold-role": _hold_role,
        "approve-as": _approve_as,
        "verify-identity": _verify_identity,
        "report-access": _report_access,
        "report-portability": _report_portability,
        "send-correction": _send_correction,
        "despite": _despite,
    }
)


def with_remedy(error: LedgerError) -> str:
    """What an error says, and what a person can do about it. Raises KeyError for an unknown remedy."""
    if error.remedy is None:
        return str(error)
    return f"{error}. To go on, {REMEDIES[error.remedy.name](*error.remedy.values)}"
