"""The commands of the portal's guide do what it says, against a console that listens."""

import json
from pathlib import Path

from tests.web.console import Consoled
from tests.web.programs import Programs
from tests.web.test_api_guide import commands_of, port, typed

__all__ = ["port"]

GUIDE = Path(__file__).parents[2] / "docs" / "how-to" / "portal.md"
WHO = "customer/10023"


def test_the_guide_does_what_it_says(sampled: Consoled, port: int, tmp_path: Path) -> None:
    token = Programs(sampled).person(WHO).headers["authorization"]
    blocks = commands_of(GUIDE)
    assert len(blocks) == 2
    printed = [json.loads(line) for line in typed(blocks, token, port, tmp_path).splitlines()]
    assert [sorted(answer)[0] for answer in printed[:2]] == ["categories", "disclosures"]
    acts = [answer["act"] for answer in printed[4:]]
    assert acts == [
        "consent-given",
        "consent-withdrawn",
        "caller-id-blocking-changed",
        "personal-data-corrected",
        "rights-request-received",
        "rights-request-received",
    ]
    assert printed[-1] == printed[-2]
