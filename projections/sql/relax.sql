-- From here on a commit returns before it is on disk. Rows and bookmark go together, so a crash of the
-- server can only take both back, and they are made again from the events.
SET synchronous_commit = off
