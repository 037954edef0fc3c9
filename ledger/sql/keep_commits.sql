-- Let commits of this session wait for the disk where the role, the database or the server would not: a key
-- that is lost cannot be made again. A stronger setting, or one for standbys, stays as it is.
SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
