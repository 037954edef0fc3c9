-- Remove the hashes of fields of some subjects from the blind index, but for hashes that stay. Pairwise: subjects:
-- uuid[], fields: text[]; kept_subjects: uuid[], kept_hmacs: bytea[].
DELETE FROM blind_index USING unnest(%(subjects)s::uuid[], %(fields)s::text[]) AS erased (subject, field)
WHERE blind_index.subject = erased.subject AND blind_index.field = erased.field
  AND NOT EXISTS (
    SELECT FROM unnest(%(kept_subjects)s::uuid[], %(kept_hmacs)s::bytea[]) AS kept (subject, value_hmac)
    WHERE kept.subject = blind_index.subject AND kept.value_hmac = blind_index.value_hmac
  )
