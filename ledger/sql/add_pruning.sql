-- A prefix that this transaction prunes. through: its last position.
INSERT INTO prunings (through) VALUES (%(through)s)
