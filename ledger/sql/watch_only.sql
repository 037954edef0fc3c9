-- From now on this session reads only, and no statement may take longer. limit_ms: text.
SELECT set_config('default_transaction_read_only', 'on', false),
       set_config('statement_timeout', %(limit_ms)s, false),
       set_config('lock_timeout', %(limit_ms)s, false)
