"""The command that removes entries of closed files."""

from typing import Annotated

from application.acts.pruning import planned, prune, pruned_already
from application.command_line import command
from application.following import bring_up_to_date
from application.queries.upkeep.pruning import PrunedPrefix
from console.commands.approving import need_second_person
from console.commands.failing import fail_unless
from console.flags import Json, configured, option, switch
from console.output import print_answer
from console.show.pruning import pruning_tables
from host.archiving import audit_archive
from host.notes import tell
from host.settings import Settings
from host.site import Site
from host.wiring import open_site
from ledger.errors import Misconfigured
from ledger.reading import pruned_through


@configured("store", "log")
def prune_prefix(
    settings: Settings,
    through: Annotated[
        int, option("--through", "P", "The last position; whole bundles of 256 go.", min=1)
    ],
    archive: Annotated[
        str | None,
        option("--archive", "ARCHIVE", "An archive that has these entries; it is checked first."),
    ] = None,
    for_good: Annotated[
        bool, switch("--for-good", "Without an archive: no program can read these entries again.")
    ] = False,
    yes: Annotated[bool, switch("--yes", "Do it; without --yes it is only shown.")] = False,
    as_json: Json = False,
) -> None:
    """Remove the entries of closed files up to a position, once their period is over.

    A file is closed when the person was erased wholly and nothing of the person is open. The account of each
    erasure stays, and so does every entry of other files. The log keeps the hash of each entry, so that every
    proof still holds. Exit status 1 when something stands against it, or --yes is missing.
    """
    if archive and for_good:
        raise Misconfigured("give --archive or --for-good; not both")
    if not archive and not for_good:
        raise Misconfigured("name the archive of these entries with --archive, or say --for-good")
    with open_site(settings) as site:
        before = pruned_through(site.session("reader"))
        answer = pruned_already(site, through)
        is_old = answer is not None and answer.through == before
        if answer is None:
            answer = _prune(settings, site, (through, archive), yes=yes)
    print_answer(answer, pruning_tables, as_json)
    if is_old:
        tell("pruned-before", before)
    if not answer.done and not answer.against:
        tell("not-pruned")
    fail_unless(answer.done)


def _prune(
    settings: Settings, site: Site, asked: tuple[int, str | None], *, yes: bool
) -> PrunedPrefix:
    through, archive = asked
    bring_up_to_date(site)
    checked = audit_archive(settings, archive) if archive else None
    plan = planned(site, through, checked, archive or "")
    if plan.answer.against or not yes:
        return plan.answer
    again = command(
        "prune", through=str(through), archive=archive, for_good=archive is None, yes=True
    )
    need_second_person(site, "pruning", [plan.cut.through, archive], again)
    return prune(site, plan)
