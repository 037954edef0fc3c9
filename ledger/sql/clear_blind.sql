-- Everything that was searchable.
DELETE FROM blind_index
