"""The PostgreSQL that comes along: started on demand, shared, stopped by its last user."""

from ledger.embedded.cluster import behind
from ledger.embedded.place import default_data_dir
from ledger.embedded.server import LEDGER_ROLES, Server, start, visit

__all__ = ["LEDGER_ROLES", "Server", "behind", "default_data_dir", "start", "visit"]
