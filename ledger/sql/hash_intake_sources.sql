-- Give rows of sources their hashes. keys (topics): text[], seconds (sources): text[], macs: bytea[], pairwise.
UPDATE intake_sources SET mac = hashed.mac
FROM unnest(%(keys)s::text[], %(seconds)s::text[], %(macs)s::bytea[]) AS hashed (topic, source, mac)
WHERE intake_sources.topic = hashed.topic AND intake_sources.source = hashed.source
