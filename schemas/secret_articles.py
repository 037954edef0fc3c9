"""Articles of law under secrecy, as they stand in a text: however they are spelled, wherever they stand.

Sv 126g to 126zz (powers of investigation), any other article of that code, Tw chapter 13 (interception),
the acts on intelligence services, e-Evidence (EPOC), AWR 80 to 88 (tax offences), and GDPR 23 and UAVG 41
where they restrict for the sake of an investigation or of national security, or do not say why. The
rulebook knows the single provisions; this knows their look, so that an unlisted article is caught
as well.
"""

import re
from typing import Final

# A random id must not be taken for an article: each stands between separators, or behind the name of its law.
_ANY = (
    r"(?<![a-z0-9])(?:nl-?)?(?:wv)?sv(?:-(?:art(?:ikel)?-?)?[0-9]{2,3}|(?:art(?:ikel)?)?-?126)(?![0-9])"
    r"|(?<![a-z0-9])(?:tw|telecommunicatiewet|telecomwet|telecommunications-act)"
    r"-?(?:art(?:ikel)?)?-?13(?![0-9])"
    r"|(?<![a-z0-9])wiv(?:-?20(?:02|17))?(?![a-z0-9])|(?<![a-z0-9])e-?evidence|(?<![0-9])2023-?1543(?![0-9])"
    r"|(?:eu|dir)-?2014-?41(?![0-9])"
    r"|(?<![a-z0-9])epp?oc(?:-?pr)?(?![a-z0-9])|(?<![a-z])art(?:ikel)?-?126-?[a-z]"
    r"|(?<![a-z])(?:uavg|gdpr|avg)-?(?:art(?:ikel)?)?-?(?:23|41)-?1-?[a-d](?![a-z0-9])"
    r"|(?<![a-z0-9])(?:nl-?)?awr-?(?:art(?:ikel)?)?-?8[0-8](?![0-9])"
)
_SECOND = r"(?:[nu](?:a|b|c|d|da|e|f|g|h|i|ba)|z[a-z]{1,2})"
_IN_CODE = re.compile(
    rf"{_ANY}|(?<![a-z0-9])126(?:{_SECOND}|[numtlgjkw]|ij|hh|ii|gg|bb|cc|dd|ee|ff)(?![a-z0-9])"
)
# In prose `126 t/m 130`, `126 u` and `126m kabel` are no articles.
_IN_PROSE = re.compile(rf"{_ANY}|(?<![a-z0-9])126(?:n|{_SECOND})(?![a-z0-9])")
# Numbers of houses, clubs and names of people are none, so a value must name the law beside the article.
_IN_VALUE = re.compile(
    r"(?<![a-z0-9])(?:nl-?)?(?:wv)?sv-?(?:art(?:ikel)?-?)?126-?[a-z]|strafvordering"
    r"|(?<![a-z0-9])(?:tw|telecommunicatiewet|telecomwet)-?(?:art(?:ikel)?)?-?13-?[0-9](?![0-9])"
    r"|(?<![a-z0-9])wiv-?20(?:02|17)(?![0-9])|(?<![0-9])2023-?1543(?![0-9])"
    r"|(?:eu|dir)-?2014-?41(?![0-9])|(?<![a-z0-9])epoc-?pr(?![a-z0-9])"
)
_AS_RUN = re.compile(
    r"126[a-z]|strafvordering|(?:tw|telecommunicatiewet|telecomwet)(?:art|artikel)?13(?:[1-9]|$)"
    r"|(?:^|nl)(?:wv)?sv(?:$|art|(?!20[0-9]{2}$)[0-9])|wiv(?:$|[0-9])|^wiv|20231543|eevidence|^epp?oc(?!h)"
    r"|(?:eu|dir)201441(?![0-9])"
    r"|(?:uavg|gdpr|avg)(?:art|artikel)?(?:23|41)(?:1[a-d]|$)|awr(?:art|artikel)?8[0-8](?![0-9])",
    re.MULTILINE,
)

LOOK: Final = (
    r"126[a-z]|sv(?:art|[0-9]|\Z|\n)"
    r"|strafvord|tw(?:art|13)|wet(?:art|13)|act(?:art|13)"
    r"|wiv|20231543|201441|evidence|epp?oc|avg(?:art|23|41)|gdpr(?:art|23|41)|art(?:ikel)?126|awr(?:art|8[0-8])"
)
"""What the letters and digits of texts, one a line, show when a function of this module is true for one."""


def names_article(text: str) -> bool:
    """Whether codes name such an article. Give `spelling.parts` of them."""
    return _IN_CODE.search(text) is not None


def names_article_in(prose: str, values: str) -> bool:
    """Whether free texts or other personal values name one. Give `spelling.parts` of them."""
    return _IN_PROSE.search(prose) is not None or _IN_VALUE.search(values) is not None


def names_power(letters: str) -> bool:
    """Whether a text as a whole, one a line, names a secret power: separators do not matter.

    Give `spelling.run` of them.
    """
    return _AS_RUN.search(letters) is not None
