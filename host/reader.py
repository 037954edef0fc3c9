"""The person who runs a command: the user of the operating system, or a person named by a privileged user.

Root and the owner of the key folder may name another person, since both hold every key anyway. A wrapper that
runs as that owner for many people fixes the person with LEDGER_LOGIN, which is not a flag. Everybody else is
the real user of the process: without a login, a process could write that record itself.
"""

import os
import pwd
import re
from pathlib import Path

from application.reading import Reader
from host.settings import Reading
from ledger.errors import Misconfigured, NotGranted, Remedy, UnknownSubject
from ledger.keys.opening import Opener
from schemas import is_person
from schemas.formats import EMPLOYEE

OPERATOR = "operator"
"""The role of the user who runs the ledger and names no other role."""
_LOGIN_UID = Path("/proc/self/loginuid")
_NO_LOGIN = 2**32 - 1
_BY_NUMBER = "uid-"


def reader_of(reading: Reading, key_folder: Path) -> Reader:
    """The reader of this process. Raises Misconfigured for a person whom it may not name.

    Only the operator, naming neither a person nor a role, needs no role of the register.
    """
    runs_it = _runs_the_ledger(key_folder)
    user = _employee(_login_uid() if runs_it else os.getuid())
    login = reading.login or user
    person = reading.reader or login
    if not _may_name(reading, runs_it, is_user=login == user, is_login=person == login):
        raise Misconfigured(
            "only root and the owner of the key folder may say that another person reads:"
            " leave out LEDGER_READER and LEDGER_LOGIN"
        )
    silent = reading.reader is None and reading.login is None and reading.role is None
    return Reader(person, reading.role or OPERATOR, judged=not (silent and runs_it))


def _may_name(reading: Reading, runs_it: bool, *, is_user: bool, is_login: bool) -> bool:
    """Whether a process may say who reads. The operator names a login or a reader, not both."""
    return (is_user or runs_it) and (is_login or (runs_it and not reading.login))


def _employee(user: int) -> str:
    """A user of the operating system as an employee; by number, without a name that can only be theirs."""
    try:
        name = pwd.getpwuid(user).pw_name
    except KeyError:
        name = ""
    reference = f"employee/{name}"
    # A user whose name begins like that could pass for the user of a number.
    by_name = re.match(EMPLOYEE, reference) and not name.startswith(_BY_NUMBER)
    return reference if by_name else f"employee/{_BY_NUMBER}{user}"


def _login_uid() -> int:
    """The kernel's record of who logged in, whatever `sudo` or `su` came after; without one the real user."""
    try:
        login = int(_LOGIN_UID.read_text())
    except (OSError, ValueError):
        login = _NO_LOGIN
    return os.getuid() if login == _NO_LOGIN else login


def _runs_the_ledger(key_folder: Path) -> bool:
    """Not a program that was lent the owner's rights (set-uid): its real user is another one."""
    user = os.getuid()
    if user != os.geteuid():
        return False
    try:
        return user in {0, key_folder.stat().st_uid}
    except OSError:
        return user == 0


def not_granted(reader: Reader) -> NotGranted:
    """The error of a person whom the register grants no such role."""
    return NotGranted(
        f"the register does not grant {reader.reference} the role {reader.role} now",
        remedy=Remedy("hold-role"),
    )


def whom(opener: Opener, reference: str) -> list[str]:
    """The names that an approval keeps for ever: of a person the data subjects, which an erasure unties."""
    if not is_person(reference):
        return [reference]
    subjects = [str(period.subject) for period in opener.periods(reference)]
    if not subjects:
        raise UnknownSubject("nothing is held about this subject, or all of it is erased already")
    return subjects
