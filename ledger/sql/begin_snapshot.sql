-- The transaction sees one moment of the database, whatever is written meanwhile.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY
