"""The transparency log: what lets an outsider find any change of the past, in formats of others.

Pure: `merkle`, `proofs`, `edge`, `tiles`, `bundles`, `keys`, `notes`, `checkpoints`, `proof_file`. They do no
input or output, and everything that checks something raises `Unproven` when it is not so. On files: `files`
and `history` under `folder`, `key_file`; `reading` makes proofs from them, `state` reads back the promised
tree. With the database: `publisher`, and `reimport` after a restore. The formats are those of C2SP
(signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-proof) over the tree of RFC 9162.
"""
