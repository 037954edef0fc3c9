"""Encoding, order and digests of rows; and that no fold changes without its version."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest

from ledger.event import RecordedEvent
from projections import view_named, views_of
from projections.folds.dispatch import Dispatch
from projections.folds.timetravel import counting, fold
from projections.folds.view import Order, View, encode, order_of
from projections.views.register_join import RegisterGathering
from schemas import CATEGORIES
from tests.unit.projections.making import ANNA, BERT, OURS, annulment, at, event, values

VIEWS = views_of(confidential=True)

# Rows of the story below. A digest here is never edited: whoever changes what a fold returns gives the
# view a new version and adds a line, since rows of the old version must not be taken for new ones.
GOLDEN = {
    ("customer_state", "1"): "13e0aeac297a9fb7cc308bbe43c7ff80253aff1552f2a27a5e52257b8748d59f",
    ("customer_state", "2"): "40aee8f3bad77411016b7bba80e71ddbf86c78fc853706792ef3d4ee1d1debfb",
    ("customer_state", "3"): "501e2e2d172c13b44c10678e8ec948b95d46edb195770e416ca01eb800729b23",
    ("consent_status", "1"): "89e5ab3ae6bd587c9835a22faed1935831d08885bb328bcdf2d4dc0f85922eb4",
    ("disclosures", "1"): "668165e4818c209798ae7b3d76dc46e66ca96dd7c9dce962e3eebea998d4d450",
    ("consent_status", "2"): "2afee292ce6adf183a698bc8c18e6ec99dfdfdaa284e464401979826151cafa1",
    ("disclosures", "2"): "a1cf533c301dbd29c80259a073e1dac61f1eca1c7a70c5f58fc10ab569c2325e",
    ("consent_status", "3"): "7b0680b58c0870b01db6ce473c4704244b1201a714ec31f190660b85a663e0a7",
    ("disclosures", "3"): "07e8e676954cbf921d06850a1a511f8190c06518c93967ee3a340f23ae3e18eb",
    ("notices", "1"): "3ce396ef32fcaec6a6fa2455064eab28f2e9982c4935e4851e153b43307e8343",
    ("staff", "1"): "01eb2fc5a3f9f4cfd329978d72e420166bda2401f9e780adc7d11554f8dc4b5e",
    ("measures", "1"): "b8e97c11da70f3ad0992b8d894b0ad5afde74100e713b13189039f63d1a90b2a",
    ("recipients", "1"): "e7ab9986454244891c84e2006979ca1c2607a92ba3b67c6c6c3b6e2e95a0bd4a",
    (
        "processing_register",
        "1",
    ): "4d4790a232784fa5e2fcadbc4a052a443a5b71017c253e1f1a39fa8790375ab7",
    (
        "processing_register",
        "2",
    ): "2a70acca656022309aae13cb7a237c85b18378d4bedf367588a023e907bbf152",
    ("findings", "1"): "e063f626b872279c35f327000e31a3f0a93893229b0340bb8edc297aa9b81e58",
    ("findings", "2"): "0b142e04681e8d028caa952d58c7c201388447400b65d9a4702d74b6292d6c43",
    ("findings", "3"): "ccf6cbd1eef9c77ded2f057b2208eccc936650eacb410311993ed535515bf492",
    ("rights_requests", "1"): "156625d94100e6be59add2d1a8b6fab5cb4af79356173479cbb0de005975f0db",
    ("findings", "4"): "5b3a072781c8ff2adea8640bc24eef31b37fef3318e5a6f00dcc9a81d92403ec",
    ("notifications", "1"): "1eb6477355aa6e9554f8b34625da8cf8a7bcc9764c84426a95b02dfa4cc25833",
    ("findings", "5"): "5c996b0cf5247e85362f053171b167a43bd1e1526a110ebc0bc77315ae527470",
    ("findings", "6"): "f9b4503eb296d0e461b069297be072aab6991a7e32604cd05d89e01335e33b70",
    ("rights_requests", "2"): "4d00ae8f8202567bc593a0552ee4a6ca59ddbebd3f7929b0171c52075f8c26ea",
    ("incidents", "1"): "89724babdf33bf3648db88b251d1e21708bfaaf9c2b6919e989da76d6429e2c0",
    ("findings", "7"): "e7029ad734f6938565df74500a696e0ac4ef1e93011b0a59faa26ad80812dae6",
    ("findings", "8"): "f42324d51c00f404a5abbac9ccfd372b412ea06a3f064cf9d12d7faa9c266479",
    ("findings", "9"): "d6ecd8848ea6b9f3bf4b41434d95b43113fe23c1efc4a1d5508e16adaf2733b8",
    ("findings", "10"): "d8158d107dd9410e3b6a874ff4a5663c275cc66996971486f0ef7c2237722dee",
    ("findings", "11"): "8362c1c897048e05cceaa58a598062eb6e4ba61236e3ac181a3328b3d5544f65",
    ("findings", "12"): "c5a13fe7fdcff1a110a5c5443fa595ba0cc333ab2e3e11083b1e4dee6e4025dd",
    ("findings", "13"): "eb60cd8221fa544ca62d4f92a1d28a00423bbb767c05c31afc1facd5375684af",
    ("findings", "14"): "ae3871a6434f9511c5f95b543a11646102a6a86a72359528d175c2edfcb2bc75",
    # Who handed a contract over to whom.
    ("legal_holds", "1"): "b298d00327da659b45a8d2b1f2193a8c1f1489f826c35b723dbb0afccf65291e",
    # What acts without power leave is told by no story here: tests/unit/projections/test_powers.py.
    ("recipients", "2"): "8bdc4db06f39dcbae0c7744bea542dd73258a080897364f577aec938de739145",
    ("recipients", "3"): "ad5b564a1b660b34d5b6c6233ec61272533a9f60561a977344aff87597a72e32",
    ("recipients", "4"): "5465b3137ca9c56725eeaa54e68f7acd4b4055b52b05cd096632f384da6364ab",
    ("notices", "2"): "62555fb09ddfa7f391e1849637ceda89eae543ca873b197764ebad3734e52461",
    ("staff", "2"): "c7c7ca8ab857e3e467d0e4fdcb7d0b746029824770ab426fcc3971dd63bb4cde",
    ("staff", "3"): "27a72bff23b19766eca67b2bbf123722d837e29da59819edc771144d21e8e90e",
    ("notifications", "2"): "fe2eda803d0ad885bd0a9ac2bb244bd76cbea057de78ecff73a77a8c94235a94",
    ("legal_holds", "2"): "c29a47ef65a5c63eb6090abd660f0d3eb5f75ec5feb1a9042bdbdc71d9be78d0",
    ("measures", "2"): "c9ee79e663e1a311fcbc69393e0ec09eba7bfbfa04643170c145ab7227ec3b65",
    ("rights_requests", "3"): "528ec3dad28d5de8a8f8f9cd860423069c72cd3573b18a55f1ac0b516c3fedb4",
    ("incidents", "2"): "51dcb53dc72746d0e4df13ee020a1cd08c4f5904fca52f7ae17927a25035c313",
    ("incidents", "3"): "bc9923161afd612a5b2bafa7e7a0fc378fae06b4fd980f2f569dbf7aa7f0036c",
    ("complaints", "1"): "8aac06899ee425649f561f9b9ff7bba56e776778224ae53290c9a5eb4dd28fec",
    ("findings", "16"): "545b6ce1425c7743d489de889b75e58df6f3281867eb446303e2d7e22cf20190",
    # A role may end by itself.
    ("findings", "17"): "66ea3efa25af719ad20f1d26f916873f617c806c8c0bc4f891cc2406435e58cb",
    ("staff", "4"): "3023346f7d75451c5c691fa42fc71e3c0b0761d819253ea740a49715e32b5e43",
    ("orders", "1"): "6bef190cb003ab97616d1c7d6ab56df68c824d636b3f31c97fc70424adb3fc69",
    ("secrecy", "1"): "bbb0c096f0c33c6c03032f44b27c3000a91bb2b2367e8884cfc8408c2d4165c8",
    # A lift of another source than the office counts nowhere.
    ("orders", "2"): "5ada52391f843b5ee6c697727d2b0dbcc46787d2a1871005fd76ed86f07896b8",
    # Data that is kept waits for a release of its own.
    ("orders", "3"): "af0c3373836059e2b9a5073000277d4989ec308ea329a8a76a45f8e00e8dce5a",
    ("secrecy", "2"): "c05d03177e017192faa2abed5b9661d3b1e1ecb201aee5414c9dd8e11fb71cef",
    # What came by a topic, a letter or a post is evidence.
    ("staff", "5"): "808c9d13280f1a647e82080b1c7a77c3f075dccc470adada79bb4b9d5fda8c6b",
    ("orders", "4"): "32c222d201d986358dde38a98e80949a888232aa23b61ee4609b65aa67e83b40",
    ("secrecy", "3"): "09504104fd23b81410b21621f54871777637f66fc60b0b9ba8cee62f574be521",
    # A lift names what it lifts; what the desk received comes before what others told.
    ("orders", "5"): "55d62fef57a8c4f63f6444b9b3d76e953bb9b4c351f6a6e7efb1ab451a1e2e3c",
    # A tap and a period that goes on keep an order open.
    ("orders", "7"): "545824e2b8f2d969521a43dcdfce82365388c5730b2d73e82b9e02286f6c79d3",
    # An order is in the hands of an employee.
    ("orders", "8"): "024c4414b52fe9bf1b5cfa94ea289a83830ea4a9f75784daafc2ab257758c9d3",
    ("secrecy", "4"): "5e35219c2e31c2814a68c3dab327c1637591d7682a3b13d4bae7d9b01917d53b",
    ("legal_holds", "3"): "c4819b35580786e525ecd0993f482e9a70ce3eca778b390b0b9b2a5e8820fe4d",
    ("findings", "15"): "1d18f5e3557a26650a327ca0e67d313907f891257ec14599a7a3f3246508ee52",
    (
        "processing_register",
        "3",
    ): "487ecaec50283171a684c5e3762dd53136078217adecb09a220f8147cbf9edf9",
    ("consent_status", "4"): "08363d3c7b26c022c9740263b676534ae42f2c4d3629405cae877699be40a420",
    ("disclosures", "4"): "8a7f83eaf2b6b4c5e44885a421428c157173cc175da3d48d105577a863f0df21",
    ("notifications", "3"): "65b4686bb893febc2951b56cc7fac83b0a27b004a2dc0bb6f03b98c402973e1d",
    ("legal_holds", "4"): "cce431972d63db57a10e6c805f5cc2aad91bea9c13b3d435abe9b6f9b6eae7fd",
    (
        "processing_register",
        "4",
    ): "29afdadde261d9b7add9d8fac97c4be81ca99210e01057f74ed2535df58c8a21",
    ("findings", "18"): "e118fd4351ae11d2a167e1333ea4f774379c27ed204919bcbe460ad8fd4d10bc",
    # Rows are compressed, and say less of what their keys say.
    ("customer_state", "4"): "023ce8ebb7dc5ca5aa35451e3b6529a6086d3c002535a0a18380f336814d313c",
    ("consent_status", "5"): "73edf03408dff6478e1007dacd44b1560415be3c02ce6dc5645bc2f2b345848d",
    ("disclosures", "5"): "c6781357f8998b77bf5f01250b3626a5b2fd6868e59e03732c2e34808ca65832",
    ("disclosures", "6"): "b7f453f0fc255e0fe2c66ff545dd9f3706e245224ac79e027d8289e6040deac6",
    ("rights_requests", "5"): "a9bb4bd2723e19e51438b0b8990a8f53750e9d03b01a4a16a2a5bac4918b1f71",
    # A notification has the items of Regulation 611/2013.
    ("incidents", "5"): "9a263388d1de4b1cc5a60e60758075c84d03035a14e80f3e190fcf50e3c564d6",
    ("incidents", "4"): "9d92dec6a2905943e4030c0a2e9226ac789ebb0cdd0bc6e0c38706803c17f9cb",
    (
        "processing_register",
        "6",
    ): "5888117546516d41a184411d0ce88d32cc2041cadccb76b7dd2d39002d489bec",
    ("rights_requests", "4"): "bc5d0d1e10fd11028be45e2a5334726d92c06b3c455760b0c069f94e833483b2",
    ("notifications", "4"): "498509c2af58a12c5ca9b974e5a91d665c4f5b006ae52f9544aa59164ad53436",
    ("notifications", "5"): "d428db25c274a9c0d5fd926d269905af651491af56646be3ffd0c9338334c337",
    (
        "processing_register",
        "5",
    ): "a72b36c567fbcab9051100c07bfab3f366d43feb041c8d9858698c7bdf5f7445",
    ("findings", "19"): "ca18e36e28d2f2b216f54d8f724b7cd0d4d7111996e1e1826663fd340369d7e0",
    # What is found of reactivated accounts and of decisions changed; the rows are as before.
    ("findings", "20"): "7cc4befd9cc3d0f2062743c1132c31303590cef70351a840459a85267dae2893",
    # The acts on contracts and contact persons say whether an account is active.
    ("customer_state", "5"): "a53b5d126e8ec2f507b7ab44cbdf0ee3169df1a2dd16bc7bd608b9115ab97a00",
    ("findings", "21"): "5cf9bffee1e923d96f86c1569f52640395f80bd8577dac0ada8e30bbf7400a12",
    ("findings", "22"): "af0fcc82fec1796bf069d4ff3e3550e284ce21f06286ec91e7ee91e5cbd39859",
    # Single fields are erased by themselves: what was removed of them, and up to when it is gone.
    ("customer_state", "6"): "b4698392c691e5f360e47a0d7f390a1bd356c118dd51fbbb346097d6d92502d4",
    ("findings", "23"): "1510b82bfe2c1fbd4a8b2aaf2840a499af2d1d21af808f3560c90f4ff273c5ea",
    # A relationship that ended says whether an account is active, and which consents stand.
    ("customer_state", "7"): "4c1d5ecc6fdf70847f3f27ab2c7c4215d10c150ebf219d7470a00db5b3d94be0",
    ("findings", "24"): "5edbee0c5a64737bfe86b2640388dcaef535f3e0d6e1e9f33b8907e9d714ba3e",
}


def story() -> list[RecordedEvent]:
    """Something for every part of every fold."""
    told: list[RecordedEvent] = []

    def tell(name: str, minutes: float, /, **members: Any) -> None:
        place = len(told) + 1
        told.append(event(name, minutes, position=place, id=f"e{place}", **members))

    used = {"activity": "billing", "legal_basis": "6-1-b", "categories": ["contact"]}
    given = {"recipient": "acme", "recipient_kind": "processor", "country": "NL"}
    held = {"framework": "dpf", "valid_from": "2026-02-01", "valid_to": "2026-04-01"}
    acme = {"subject": "recipient/acme", "kind": "processor", "role": "processor", "country": "NL"}
    billing = {
        "subject": "activity/billing",
        "purposes": [{"purpose": "invoicing", "legal_basis": "6-1-b"}],
        "data_categories": ["contact"],
        "recipient_kinds": [],
        "countries": ["NL"],
    }
    tell("processing-activity-declared", 0, name="Billing", **billing)
    tell("processing-activity-changed", 1, name="Invoices", **billing)
    tell("processing-activity-retired", 2, subject="activity/old", reason="stopped")
    tell("recipient-registered", 3, name="Acme", valid_from="2026-01-01", **acme)
    sealed = values("r", "identity", name="sealed")
    tell(
        "recipient-changed",
        4,
        sealed=sealed,
        valid_from="2026-02-01",
        certifications=[held],
        **acme,
    )
    tell("recipient-ended", 5, subject="recipient/acme", valid_to="2026-03-01", reason="ended")
    tell("customer-registered", 6, customer_kind="consumer", **used)
    for key, minutes in (("k0", 7), ("k1", 8)):
        tell("personal-data-collected", minutes, sealed=values(key, email=key, name="n"), **used)
    tell("personal-data-removed", 9, fields=["mobile_number"], sequence=4)
    tell("account-deactivated", 10)
    tell("consent-given", 11, purpose="newsletter", valid_until="2026-12-31T00:00:00Z", **used)
    tell("consent-withdrawn", 11, purpose="telemarketing", channel="phone")
    tell("personal-data-disclosed", 12, case_ref="C-1", **given, **used)
    tell("personal-data-disclosed", 13, **given, **used)
    tell(
        "personal-data-erased",
        14,
        source=OURS,
        categories=["contact"],
        keys_destroyed=["k0"],
    )
    tell("personal-data-erased", 15, source=OURS, categories=CATEGORIES, keys_destroyed=[])
    told.append(annulment(16, told[-3], position=len(told) + 1, id="a1"))
    return told


def house_story() -> list[RecordedEvent]:
    """The same for folds about the house itself: notices, roles, employees, measures."""
    acts = ("role-granted", "role-revoked", "employment-started", "employment-ended")
    notice: dict[str, Any] = {"subject": "notice/1", "version": "1", "effective_from": "2026-01-01"}
    vault: dict[str, Any] = {"subject": "measure/vault"}
    return [
        event("role-defined", 0, subject="role/agent", categories=["contact"], id="h0"),
        *(event(name, 1, stream=BERT, role="agent", id=name) for name in acts),
        event("vog-presented", 2, stream=BERT, profile="60", issued_on="2026-01-01", id="h2"),
        event("security-measure-adopted", 4, name="Vault", owner="it", id="h4", **vault),
        event("security-measure-retired", 5, reason="replaced", id="h5", **vault),
        event("privacy-notice-published", 3, sha256="s", claims={"vog": "all"}, id="h3", **notice),
    ]


def rights_story() -> list[RecordedEvent]:
    """The same for folds about what persons ask for."""
    received = {"right": "access", "channel": "post", "received_on": "2026-02-28"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("rights-request-received", received),
        ("identity-verification-failed", {"information_asked": "copy-of-letter"}),
        ("identity-verified", {"method": "portal-login"}),
        ("rights-request-extended", {"reason": "complexity"}),
        ("access-report-issued", {"sha256": "s", "format": "pdf"}),
        ("rights-request-answered", {"outcome": "granted"}),
    ]
    return [
        event(name, place, request_ref="R-1", id=f"r{place}", **facts)
        for place, (name, facts) in enumerate(steps)
    ]


def changed_story() -> list[RecordedEvent]:
    """The same for what recipients are told of."""
    contact: dict[str, Any] = {"categories": ["contact"]}
    return [
        event("personal-data-disclosed", 1, recipient="acme", fields=["email"], id="n1"),
        event("personal-data-corrected", 2, fields=["email"], id="n2"),
        event("processing-restricted", 2, ground="unlawful", id="n3", **contact),
        event("restriction-lifted", 3, ground="mended", id="n4", **contact),
        event(
            "recipient-notified",
            4,
            recipient="acme",
            action="rectification",
            outcome="impossible",
            ground="ended",
            id="n5",
        ),
    ]


def incident_story() -> list[RecordedEvent]:
    """The same for what goes wrong."""
    breach: dict[str, Any] = {"subject": "breach/b1", "breach_ref": "b1"}
    detected: dict[str, Any] = {"detected_at": "2026-03-01T09:00:00Z", "regime": "telecom"}
    return [
        event("breach-detected", 1, id="b1", **breach, **detected),
        event("breach-assessed", 2, id="b2", risk="high", categories=["contact"], **breach),
        event("authority-notified", 3, id="b3", regime="telecom", phase="full", **breach),
        event("breach-closed", 4, id="b4", **breach),
        event("subjects-notified", 5, id="b5", breach_ref="b1"),
        event("misuse-suspected", 6, id="b6", case_ref="M-1", data_kinds=["login"]),
        event("customer-warned", 7, id="b7", case_ref="M-1", channel="phone"),
        event("misuse-resolved", 8, id="b8", case_ref="M-1", outcome="confirmed"),
    ]


def complaint_story() -> list[RecordedEvent]:
    """The same for complaints."""
    return [
        event("complaint-answered", 1, id="k1", complaint_ref="KL-1", via="post"),
        event("complaint-received", 2, id="k2", complaint_ref="KL-1", via="email"),
        event(
            "complaint-answered", 3, id="k3", complaint_ref="KL-1", via="email", outcome="upheld"
        ),
        event("complaint-received", 4, id="k4", complaint_ref="KL-2", via="phone"),
    ]


def order_story() -> list[RecordedEvent]:
    """The same for orders of authorities and their secrecy."""
    kept: dict[str, Any] = {"order_ref": "O-1", "categories": ["traffic"]}
    facts: dict[str, Any] = {"authority": "police", "requested_fields": ["name"], "oral": True}
    considered = dict.fromkeys("abcdefgh", "weighed")
    told = [
        ("order-received", {"order_ref": "O-1", "provision": "nl.sv.126nd", **facts}),
        ("order-authenticated", {"order_ref": "O-1", "method": "call-back"}),
        ("order-executed", {"order_ref": "O-1", "disclosure_id": "o4"}),
        ("personal-data-disclosed", {"case_ref": "O-1", "fields": ["name"]}),
        ("preservation-imposed", {"until": "2026-06-01", **kept}),
        ("secrecy-imposed", {"by": "statute", "evidence": "law", "review_on": "2026-07-01"}),
        ("secrecy-lifted", {"by": "court", "evidence": "ruling", "order_ref": "O-1"}),
        ("disclosure-handed-over", {"disclosure_id": "o4", "sha256": "x"}),
        (
            "restriction-applied",
            {"ground": "d", "considerations": considered, "review_on": "2026-08-01"},
        ),
        ("order-received", {"order_ref": "O-2", "provision": "nl.sv.126na", **facts}),
        ("order-handed-over", {"order_ref": "O-2", "to_employee": str(UUID(int=9))}),
    ]
    return [
        event(name, minutes, id=f"o{minutes}", **{"position": minutes, **members})
        for minutes, (name, members) in enumerate(told, 1)
    ]


def hold_story() -> list[RecordedEvent]:
    """The same for legal holds."""
    facts: dict[str, Any] = {
        "ground": "claim",
        "review_on": "2026-06-01",
        "categories": ["contact"],
    }
    return [
        event("legal-hold-placed", 1, id="l1", hold_ref="H-1", owner="legal", **facts),
        event("legal-hold-reviewed", 2, id="l2", hold_ref="H-1", **facts),
        event("legal-hold-placed", 3, id="l3", hold_ref="H-2", **facts),
        event("legal-hold-released", 4, id="l4", hold_ref="H-2", **facts),
    ]


def told_to(view: View[Any]) -> list[RecordedEvent]:
    """The story that says something to a view."""
    stories = {
        "rights_requests": rights_story,
        "notifications": changed_story,
        "incidents": incident_story,
        "complaints": complaint_story,
        "legal_holds": hold_story,
        "orders": order_story,
        "secrecy": order_story,
    }
    if view.name in stories:
        return stories[view.name]()
    return house_story() if view.name in {"notices", "staff", "measures"} else story()


def digest_of(view: View[Any]) -> str:
    parts, gathering = [view.name.encode(), _fold(view).encode()], RegisterGathering()
    told = told_to(view)
    for stream in sorted({one.stream for one in told}):
        counted = counting([one for one in told if one.stream == stream], ())
        for subkey, state in sorted(fold(view, counted).items()):
            parts += [stream.bytes, subkey.encode(), encode(state)]
            if view.join == "activities":
                gathering.add(subkey, state)
    for activity, (totals, made) in gathering.rows().items():
        parts += [activity.encode(), totals, made]
    measured = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return sha256(measured).hexdigest()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_fold_returns_what_its_version_returned(view: View[Any]) -> None:
    assert digest_of(view) == GOLDEN[view.name, _fold(view)]


def _fold(view: View[Any]) -> str:
    """The version of a view's folds, without that of the rulebook."""
    return view.version.partition("+")[0]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_row_reads_back_as_it_was(view: View[Any]) -> None:
    told = told_to(view)
    for stream in {one.stream for one in told}:
        for state in fold(view, [one for one in told if one.stream == stream]).values():
            assert view.decode(encode(state)) == state
            assert encode(view.decode(encode(state))) == encode(state)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_events_at_once_come_to_what_they_come_to_one_by_one(view: View[Any]) -> None:
    told = counting([one for one in told_to(view) if one.stream == ANNA], ())
    for subkey in {subkey for one in told for subkey in view.keys(one)}:
        events = [one for one in told if subkey in view.keys(one)]
        states: list[Any] = [None]
        for one in events:
            states.append(view.evolve(subkey, states[-1], one))
        for number, state in enumerate(states):
            before = encode(state)
            assert encode(view.evolved(subkey, state, events[number:])) == encode(states[-1])
            assert encode(state) == before, "a state never changes"


def test_the_order_key_compares_in_the_order_of_the_contract() -> None:
    keys = [
        Order(at(1), 1, 9, "z", "z"),
        Order(at(2), 0, 9, "z", "z"),
        Order(at(2), 1, -1, "z", "z"),
        Order(at(2), 1, 0, "a", "z"),
        Order(at(2), 1, 0, "b", "a"),
        Order(at(2), 1, 0, "b", "b"),
    ]
    assert sorted(reversed(keys)) == keys
    one = event("consent-given", 2, id="b", source="b")
    assert order_of(one, 1) == Order(at(2), 1, -1, "b", "b")
    assert one.stream == ANNA


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_only_events_of_the_named_types_touch_a_view(view: View[Any]) -> None:
    told = told_to(view)
    touching = [one for one in told if view.keys(one)]
    assert touching
    assert Dispatch(VIEWS).share(told)[view.name] == [
        one for one in told if view.names is None or one.name in view.names
    ]
    assert view.names is None or {one.name for one in touching} <= view.names


def test_views_are_found_by_name() -> None:
    assert [view_named(view.name) for view in VIEWS] == list(VIEWS)
    assert view_named("nothing") is None
    assert len({view.name for view in VIEWS}) == len(VIEWS)
