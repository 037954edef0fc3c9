"""PostgreSQL and files: the only places that know how they answer, fail and keep."""
