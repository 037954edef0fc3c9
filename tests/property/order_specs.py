"""Drawn acts on orders and secrecy, for the views of a confidential ledger."""

from hypothesis import strategies as st

from tests.property.spec_parts import merged, named, persons, with_

_REFS = st.sampled_from(["O-1", "O-2"])
_DAYS = st.sampled_from(["2026-03-02", "2026-04-01"])
under = st.fixed_dictionaries(
    {}, optional={"provision": st.sampled_from(["nl.sv.126nd", "nl.awr.53", "us.cloud-act"])}
)
order_acts = merged(
    named(
        *("order-received", "order-received", "order-authenticated", "order-validated"),
        *("order-narrowed", "order-objected", "order-rejected", "order-executed"),
        *("order-confirmed", "order-withdrawn"),
    ),
    persons,
    under,
    with_(
        order_ref=_REFS,
        oral=st.booleans(),
        authority=st.just("police"),
        requested_fields=st.just(["iban"]),
        what=st.sampled_from(["written-order", "receipt"]),
        disclosure_id=st.sampled_from(["i1001", "i2002"]),
    ),
)
_about = st.fixed_dictionaries(
    {}, optional={"order_ref": _REFS, "disclosure_id": st.sampled_from(["i1001", "i2002", "i3003"])}
)
secrecy_acts = merged(
    named("secrecy-imposed", "secrecy-reviewed", "secrecy-lifted", "secrecy-lifted"),
    persons,
    _about,
)
preservation_acts = merged(
    named("preservation-imposed", "preservation-extended", "preservation-released"),
    persons,
    st.fixed_dictionaries({"until": _DAYS}, optional={"order_ref": _REFS}),
)
restriction_acts = merged(
    named("restriction-applied"),
    persons,
    with_(ground=st.sampled_from(["d", "i"]), review_on=_DAYS),
)
secret_disclosures = merged(
    named("personal-data-disclosed", "personal-data-disclosed", "disclosure-handed-over"),
    persons,
    under,
    st.fixed_dictionaries(
        {"disclosure_id": st.sampled_from(["i1001", "i2002", "i3003"])},
        optional={"case_ref": _REFS},
    ),
)
