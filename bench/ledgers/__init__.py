"""Several ledgers as one, by simulation: which event goes where, what their views come to, what proves it.

Nothing of the product needs this, and the product has no command that splits a ledger:
`docs/explanation/several-ledgers.md` is the design, and this shows that its parts fit together.
"""
