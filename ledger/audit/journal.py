"""The erasure journal beside the ledger: an erasure that only one of them has is a finding."""

from ledger.audit.scene import Check, Scene
from ledger.erasure.pending import compare
from ledger.journal.entries import ErasureJournal


def journal_check(journal: ErasureJournal) -> Check:
    """The check of a journal. The next start of the ledger completes the erasures that it names."""

    def look(scene: Scene) -> None:
        compared = compare(scene.session, journal)
        for entry in compared.pending:
            what = ", ".join(entry.categories or entry.fields or ()) or "a decision"
            detail = f"the journal knows an erasure of {entry.subject} that is not here: {what}"
            scene.findings.note(None, "erasure", detail)
        if compared.lacking:
            detail = f"{compared.lacking} recorded erasures are not in the journal"
            scene.findings.note(None, "erasure", detail)

    return "the erasure journal", look
