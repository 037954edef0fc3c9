"""What somebody asked for who may not: logged by reason and role, without a name and without an address."""

from collections.abc import Mapping

from host.logs import Log
from ledger.errors import LedgerError, NotGranted
from web.principals import Principal
from web.problems import NotForRole, TooMany

REASONS: Mapping[type[LedgerError], str] = {
    NotForRole: "not-for-role",
    NotGranted: "not-granted",
    TooMany: "too-many",
}
"""Each of them says of somebody that they tried: a page is never the way to such an answer."""
_LOG = Log("serve")


def log_refusal(error: LedgerError, principal: Principal | None) -> None:
    """Say that somebody was refused, where that is worth a look."""
    reason = REASONS.get(type(error))
    if reason is not None and principal is not None:
        text = f"a request as {principal.role} was refused: {reason}"
        _LOG.warning("refused", text, reason=reason, role=principal.role, method=principal.method)
