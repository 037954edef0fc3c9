"""Flags that choose disclosures, of every command that lists or counts them."""

from typing import Annotated, get_args

from application.lookups import Names, names_of
from application.queries.disclosures.received import OUTSIDE_EEA, DisclosureFilter
from console.flags import code_option, option
from console.setting_flags import OptionGroup
from schemas.events.disclosure import RecipientKind
from schemas.formats import LegalBasis
from schemas.texts import LANGUAGES, country_codes, country_name

KINDS: tuple[str, ...] = get_args(RecipientKind)
BASES: tuple[str, ...] = get_args(LegalBasis)


def _countries() -> Names:
    """Countries by code and by name."""
    names = {
        code: (code, *(country_name(code, language) for language in LANGUAGES))
        for code in country_codes()
    }
    return names_of([(OUTSIDE_EEA, (OUTSIDE_EEA,)), *names.items()])


Chosen = Annotated[
    DisclosureFilter,
    OptionGroup(
        DisclosureFilter,
        {
            "recipient": Annotated[
                str | None, option("--recipient", "R", "Given to this recipient, by id or name.")
            ],
            "kind": Annotated[str | None, code_option("--kind", "K", KINDS, "Given to this kind.")],
            "provision": Annotated[
                str | None, option("--provision", "P", "Given under this article, in any spelling.")
            ],
            "country": Annotated[
                str | None,
                code_option(
                    "--country",
                    "CC",
                    (OUTSIDE_EEA, *country_codes()),
                    f"Given in this country, or {OUTSIDE_EEA}.",
                    names=_countries,
                ),
            ],
            "purpose": Annotated[
                str | None, option("--purpose", "CODE", "Given for this purpose.")
            ],
            "legal_basis": Annotated[
                str | None, code_option("--legal-basis", "B", BASES, "Given on this legal basis.")
            ],
        },
    ),
]
