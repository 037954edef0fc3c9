"""Invented people, companies, addresses and numbers: Dutch in form, of no real person.

Family names, streets, towns and banks do not exist, domains are those that RFC 2606 and SIDN keep
for examples, phone numbers begin where the Dutch numbering plan issues none (a subscriber number
never begins with 0), IP addresses are the documentation ranges of RFC 5737.
"""

from datetime import datetime
from random import Random
from typing import Any

from sample.event import below, digits, offset_time, pick, reference

FIRST_NAMES = (
    *("Aafje", "Bram", "Cato", "Daan", "Eefje", "Floris", "Guusje", "Hidde", "Ilse", "Jurre"),
    *("Katrijn", "Lieke", "Mees", "Noortje", "Olivier", "Pleun", "Quinten", "Roos", "Sjoerd"),
    *("Teun", "Ursula", "Veerle", "Wietse", "Xander", "Yfke", "Zoë", "Fatima", "Youssef", "Chidi"),
)
LAST_NAMES = (
    *("Voorbeeldstra", "Testema", "van der Proefpolder", "Schijnberg", "de Verzonnen"),
    *("Fictiema", "ter Demohorst", "van Oefenoord", "Nepveld", "Zogenaamd", "Dummeling"),
    *("van den Modelakker", "Bedachtsma", "op 't Proefland", "Fantasiestra", "Monsterhuis"),
    *("Loosnaam", "de Denkbeeldige", "Plaatshouder", "van Nergenshuizen", "Mocking", "Sjabloon"),
)
STREETS = (
    *("Voorbeeldstraat", "Kabelkade", "Zilverdraadlaan", "Belletjesplein", "Kiestoonweg"),
    *("Hoornhaaksingel", "Glasvezelpad", "Ruisdreef", "Schakelbordgracht", "Wachtmuziekhof"),
)
CITIES = (
    *("Proefdam", "Nieuw-Testveen", "Oosterfictie", "Demodrecht", "Voorbeeldrecht"),
    *("Schijnhoven", "Sint-Verzinsel", "Modelmonde", "Nepzijl", "Bedachterbroek"),
)
TRADES = (
    *("Bakkerij", "Fietsenmakerij", "Adviesbureau", "Bloemisterij", "Drukkerij", "Timmerbedrijf"),
    *("Tandartspraktijk", "Administratiekantoor", "Hoveniersbedrijf", "Kapsalon"),
)
BANKS = ("VZRB", "PRFB", "DMOB", "FCTB")
DOMAINS = ("example.nl", "post.example.nl", "example.org", "mail.example.org")
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
SYSTEMS = ("Android 15", "Android 16", "iOS 18.5", "iOS 26.1", "Windows 11", "macOS 15.4")
PAGES = ("/", "/portal/facturen", "/portal/nummers", "/tarieven", "/mobiel", "/internet", "/hulp")


def full_name(rng: Random) -> str:
    """A first and a last name."""
    return f"{pick(rng, FIRST_NAMES)} {pick(rng, LAST_NAMES)}"


def birth_date(rng: Random) -> str:
    """A date of birth of an adult."""
    return f"{1948 + below(rng, 58)}-{1 + below(rng, 12):02d}-{1 + below(rng, 28):02d}"


def company(rng: Random) -> dict[str, Any]:
    """The name of a company and its eight-digit number at the Chamber of Commerce."""
    name = f"{pick(rng, TRADES)} {pick(rng, LAST_NAMES)}"
    return {"company_name": name, "kvk_number": f"9{digits(rng, 7)}"}


def address(rng: Random) -> dict[str, Any]:
    """A Dutch postal address."""
    letters = pick(rng, "ABCDEGHJKLMNPRSTVWXZ") + pick(rng, "ABEGHJKLMNPRTVWXZ")
    return {
        "street": pick(rng, STREETS),
        "house_number": f"{1 + below(rng, 240)}{pick(rng, ('', '', '', 'a', 'b', '-2'))}",
        "postcode": f"{1000 + below(rng, 9000)} {letters}",
        "city": pick(rng, CITIES),
        "country": "NL",
    }


def mobile_number(rng: Random) -> str:
    """A mobile number in E.164 that is not issued."""
    # No subscriber number begins with 0, so no person can have this one.
    return f"+3160{digits(rng, 7)}"


def fixed_number(rng: Random) -> str:
    """A geographic number in E.164 that is not issued."""
    return f"+31{pick(rng, ('20', '71', '30', '50'))}0{digits(rng, 6)}"


def email(rng: Random, name: str) -> str:
    """An address under an example domain, made of the name."""
    first, _, last = name.lower().replace("'", "").replace("ë", "e").partition(" ")
    return f"{first[0]}.{last.replace(' ', '')}{below(rng, 90) + 10}@{pick(rng, DOMAINS)}"


def invoice_email(rng: Random) -> str:
    """An address for invoices under an example domain."""
    return f"facturen{digits(rng, 3)}@{pick(rng, DOMAINS)}"


def contact_person(rng: Random) -> dict[str, Any]:
    """Somebody who acts for a company."""
    name = full_name(rng)
    return {
        "contact_person_name": name,
        "email": email(rng, name),
        "mobile_number": mobile_number(rng),
    }


def claim(rng: Random) -> dict[str, Any]:
    """An unpaid amount in euros, and its invoices."""
    return {
        "claim_amount": (2_500 + below(rng, 40_000)) / 100,
        "invoice_numbers": [reference(rng, "F") for _ in range(1 + below(rng, 3))],
    }


def iban(rng: Random) -> str:
    """A Dutch IBAN with right check digits (ISO 13616, mod 97) at a bank that does not exist."""
    account = f"{pick(rng, BANKS)}{digits(rng, 10)}"
    remainder = int("".join(str(int(sign, 36)) for sign in f"{account}NL00")) % 97
    return f"NL{98 - remainder:02d}{account}"


def payment(rng: Random, holder: str) -> dict[str, Any]:
    """A bank account and how the customer pays from it."""
    method = pick(rng, ("direct-debit", "direct-debit", "direct-debit", "bank-transfer"))
    return {"iban": iban(rng), "account_holder": holder, "payment_method": method}


def device(rng: Random) -> dict[str, Any]:
    """A device as the app or the portal sees it."""
    system = pick(rng, SYSTEMS)
    return {
        "device_id": f"dev-{below(rng, 16**10):010x}",
        "ip_address": f"{pick(rng, NETWORKS)}.{1 + below(rng, 254)}",
        "user_agent": f"VOIPZeker/{3 + below(rng, 3)}.{below(rng, 10)} ({system})",
        "operating_system": system,
    }


def behaviour(rng: Random) -> dict[str, Any]:
    """The content of an analytical cookie about one visit."""
    pages = [pick(rng, PAGES) for _ in range(1 + below(rng, 4))]
    return {"cookie_id": f"ck-{below(rng, 16**12):012x}", "visited_pages": pages}


def call(rng: Random, at: datetime) -> dict[str, Any]:
    """The traffic data of one call, never its content; `at` is local."""
    return {
        "calling_number": fixed_number(rng),
        "called_number": pick(rng, (fixed_number, mobile_number))(rng),
        "call_started_at": offset_time(at),
        "call_duration_s": 5 + below(rng, 1_800),
    }


def service(rng: Random) -> dict[str, Any]:
    """The numbers and services that the network assigns to a customer."""
    numbers = [fixed_number(rng) for _ in range(1 + below(rng, 3))]
    return {"assigned_numbers": numbers, "service_ids": [f"sip-{digits(rng, 6)}"]}
