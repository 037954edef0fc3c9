-- All rows of a table of the server's catalogue. {catalogue}, {columns}.
COPY (SELECT {columns} FROM pg_catalog.{catalogue}) TO STDOUT
