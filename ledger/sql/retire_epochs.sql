-- Every epoch before `epoch` has ended. now: when.
UPDATE epochs SET retired_at = %(now)s WHERE epoch < %(epoch)s AND retired_at IS NULL
