"""The files of the log and its key."""
