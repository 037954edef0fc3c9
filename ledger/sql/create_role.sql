-- A role of one ledger, and the right of the installing user to take it.
CREATE ROLE {role} LOGIN NOINHERIT;
GRANT {role} TO CURRENT_USER;
