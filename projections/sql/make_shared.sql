-- Make what all views share, unless it is there; one at a time makes tables, until the end of the transaction.
SELECT {views}.make_shared()
