-- Everything of one ledger but its roles. Only for one in which nothing was recorded.
DROP SCHEMA IF EXISTS {views}, {keys}, {events} CASCADE
