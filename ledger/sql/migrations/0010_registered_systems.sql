-- Streams in which a system was registered, found without reading all events: with LEDGER_SOURCES=strict
-- every batch is held against what they say.
CREATE INDEX events_systems ON {events}.events (originator_id)
    WHERE topic = 'nl.voipzeker.ledger.system-registered.v1';
