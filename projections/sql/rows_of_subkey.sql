-- The rows of one kind of the register, of all streams. subkey.
SELECT stream, state FROM {views}.processing_register WHERE subkey = %(subkey)s
