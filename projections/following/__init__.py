"""From events to rows: views are followed as events come, built again from all of them, and compared.

`runner` follows: a batch comes from `incoming`, is shared out by `batch` and written by `storage`; `joins`
keeps what is derived of the rows of many streams. `rebuild` builds again: `derive` folds stream by stream,
`blocks` makes pieces to be written, `apart` and `folding` do so in other processes. `inspection` compares.
"""
