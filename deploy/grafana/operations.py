"""The operator's dashboard: does everything run, keep up, and fit on the disk."""

from deploy.grafana.model import Dashboard, Panel, Query, Row, Variable

TOPIC = '{topic=~"$topic"}'
OURS = '{job=~"ledger-.+"}'


def _quantiles(metric: str) -> tuple[Query, ...]:
    """Half, 95 and 99 of a hundred were faster."""
    return tuple(
        Query(
            f"histogram_quantile({share}, sum by (le) (rate({metric}_bucket[$__rate_interval])))",
            f"{share:.0%}",
        )
        for share in (0.5, 0.95, 0.99)
    )


def _by_witness(metric: str) -> str:
    """The rise of a count in a quarter of an hour by witness; 0 when there is none."""
    return f"sum by (witness) (increase({metric}[15m])) or on() vector(0)"


NOW = Row(
    "Now",
    (
        Panel(
            "Alerts",
            "How many alerts of this project fire; what each means is in docs/reference/alerts.md.",
            (
                Query(
                    'count(ALERTS{alertstate="firing", alertname=~"Ledger.+"}) or vector(0)',
                    "firing",
                ),
            ),
            kind="stat",
            limits=(None, 1),
        ),
        Panel(
            "Processes down",
            "Processes that Prometheus knows and that do not answer.",
            (Query(f"count(up{OURS} == 0) or vector(0)", "down"),),
            kind="stat",
            limits=(None, 1),
        ),
        Panel(
            "Position",
            "Events that are recorded.",
            (Query("max(ledger_position)", "position"),),
            kind="stat",
        ),
        Panel(
            "Recorded a second",
            "Events a second over five minutes, all topics together.",
            (Query("sum(topic:ledger_events_recorded:rate5m)", "events"),),
            kind="stat",
        ),
        Panel(
            "Longest wait in Kafka",
            "How long the oldest record that is not recorded has waited.",
            (Query("max(topic:ledger_kafka_lag_seconds:max)", "lag"),),
            kind="stat",
            unit="s",
            limits=(60, 300),
        ),
        Panel(
            "Oldest answer",
            "How far the slowest view is behind the ledger.",
            (Query("max(view:ledger_view_lag_seconds:max)", "lag"),),
            kind="stat",
            unit="s",
            limits=(30, 120),
        ),
    ),
    across=6,
)

INTAKE = Row(
    "Intake",
    (
        Panel(
            "Messages a second",
            "What became of the messages: an event, a counted duplicate, a dead letter.",
            (
                Query(
                    f"sum(rate(ledger_events_recorded_total{TOPIC}[$__rate_interval]))", "recorded"
                ),
                Query(f"sum(rate(ledger_duplicates_total{TOPIC}[$__rate_interval]))", "duplicate"),
                Query(f"sum(rate(ledger_rejections_total{TOPIC}[$__rate_interval]))", "refused"),
            ),
            stacked=True,
        ),
        Panel(
            "Wait in Kafka",
            "Age of the oldest record that is not recorded, by topic. Grows: another consumer, or see "
            "the batches beside it.",
            (Query(f"topic:ledger_kafka_lag_seconds:max{TOPIC}", "{{topic}}"),),
            unit="s",
            limits=(None, 300),
        ),
        Panel(
            "Records behind, by partition",
            "From the ledger's bookmark to the end of the partition, and what of it a transaction holds "
            "back.",
            (
                Query(f"max by (topic, partition) (ledger_kafka_lag_records{TOPIC})"),
                Query(f"max by (topic) (ledger_kafka_held_back_records{TOPIC})", "{{topic}}: open"),
            ),
        ),
        Panel(
            "Share refused",
            "Of a quarter of an hour's messages, by topic. A source is quarantined at 20 % of its own, "
            "unless set otherwise.",
            (Query(f"topic:ledger_rejections:share15m{TOPIC}", "{{topic}}"),),
            unit="percentunit",
            limits=(0.05, 0.2),
        ),
        Panel(
            "Refused, by reason",
            "Dead letters in an hour, by the code of the contract.",
            (Query(f"sum by (code) (increase(ledger_rejections_total{TOPIC}[1h]))", "{{code}}"),),
            stacked=True,
        ),
        Panel(
            "Records before retention",
            "From the oldest record that Kafka holds to the bookmark, the least of each topic. At 0 "
            "while behind: records are lost.",
            (
                Query(
                    f"min by (topic) (ledger_kafka_retention_headroom_records{TOPIC})", "{{topic}}"
                ),
            ),
        ),
        Panel(
            "Time of a batch",
            "From decoding to commit. Slower: the database's disk, or who holds the head.",
            _quantiles("ledger_batch_seconds"),
            unit="s",
        ),
        Panel(
            "Messages in a batch",
            "Always at the limit: the consumers are behind.",
            (
                Query(
                    "sum(rate(ledger_batch_messages_sum[$__rate_interval]))"
                    " / sum(rate(ledger_batch_messages_count[$__rate_interval]))",
                    "mean",
                ),
            ),
        ),
        Panel(
            "Fenced and assigned anew",
            "In a quarter of an hour. Neither loses anything; both should be rare.",
            (
                Query("sum(increase(ledger_kafka_fenced_total[15m]))", "fenced batches"),
                Query("sum(increase(ledger_kafka_rebalances_total[15m]))", "rebalances"),
            ),
        ),
    ),
)

VIEWS = Row(
    "Views",
    (
        Panel(
            "Age of answers",
            "Age of the oldest event that a view does not have.",
            (Query("view:ledger_view_lag_seconds:max", "{{view}}"),),
            unit="s",
            limits=(None, 120),
        ),
        Panel(
            "Positions behind",
            "From a view's bookmark to the ledger's position.",
            (Query("max by (view) (ledger_view_lag_positions)", "{{view}}"),),
        ),
        Panel(
            "Events folded a second",
            "Each view counts by itself.",
            (Query("sum(rate(ledger_events_projected_total[$__rate_interval]))", "events"),),
        ),
        Panel(
            "Time of a batch of a view",
            "From reading to commit.",
            _quantiles("ledger_projection_batch_seconds"),
            unit="s",
        ),
        Panel(
            "Bookmarks",
            "Position up to which each view has everything, beside the ledger's own.",
            (
                Query("max by (view) (ledger_view_bookmark_position)", "{{view}}"),
                Query("max(ledger_position)", "ledger"),
            ),
        ),
        Panel(
            "Halted",
            "Views that met something that must not be: the projector's log names the position. Topics "
            "and sources of which too much was refused: `ledger status` names them.",
            (
                Query("max by (view) (ledger_view_halted)", "{{view}}"),
                Query("max(ledger_halted_topics)", "topics"),
                Query("sum(max by (topic) (ledger_quarantined_sources))", "sources"),
            ),
            limits=(None, 1),
        ),
    ),
)

LOG = Row(
    "Transparency log",
    (
        Panel(
            "Waiting for a checkpoint",
            "Positions that no signed checkpoint covers yet. Above 0 for minutes: see the failures, then the "
            "publisher's log.",
            (Query("ledger:ledger_position:uncovered", "positions"),),
        ),
        Panel(
            "Age of the checkpoint",
            "Since the last one was published. Grows while nothing is recorded, which is well.",
            (Query("max(ledger_checkpoint_age_seconds)", "age"),),
            unit="s",
        ),
        Panel(
            "Failed publications",
            "In a quarter of an hour. Passing faults are tried again; the publisher's log names them.",
            (Query("sum(increase(ledger_publisher_failures_total[15m]))", "failures"),),
        ),
        Panel(
            "Witnesses",
            "Checkpoints in a quarter of an hour that each witness of the policy signed, or did not sign. "
            "Without a policy a line at 0.",
            (
                Query(_by_witness("ledger_witness_cosignatures_total"), "signed {{witness}}"),
                Query(_by_witness("ledger_witness_misses_total"), "missed {{witness}}"),
            ),
        ),
    ),
    across=4,
)

CONSOLE = Row(
    "Web console and HTTP API",
    (
        Panel(
            "Requests a second",
            "By status; 5xx are errors of ours or of a service.",
            (
                Query(
                    "sum by (status) (rate(ledger_web_requests_total[$__rate_interval]))",
                    "{{status}}",
                ),
            ),
        ),
        Panel(
            "Time of a page",
            "Half, 95 and 99 of a hundred answers were faster.",
            _quantiles("ledger_web_request_seconds"),
            unit="s",
        ),
        Panel(
            "Logins, opened values and searches",
            "In an hour. A reader gave a reason for opened values; searches are by a value.",
            (
                Query("sum by (outcome) (increase(ledger_web_logins_total[1h]))", "{{outcome}}"),
                Query("sum(increase(ledger_web_values_opened_total[1h]))", "values opened"),
                Query(
                    "sum by (outcome) (increase(ledger_web_searches_total[1h]))",
                    "searches {{outcome}}",
                ),
            ),
        ),
    ),
)

MACHINES = Row(
    "Database, Kafka and processes",
    (
        Panel(
            "Waited for a service",
            "Times in five minutes that a service did not answer. Nothing is lost meanwhile.",
            (
                Query(
                    "sum by (service) (increase(ledger_service_away_total[5m]))",
                    "{{service}}",
                ),
            ),
        ),
        Panel(
            "Database, as the processes see it",
            "1 while a process can read it.",
            (Query("min by (job) (ledger_database_up)", "{{job}}"),),
        ),
        Panel(
            "On disk",
            "Tables and indexes of this ledger, without the write-ahead log.",
            (Query("max(ledger_data_directory_bytes)", "data"),),
            unit="bytes",
        ),
        Panel(
            "Memory",
            "Of each process; flat, whatever the size of the ledger.",
            (Query(f"process_resident_memory_bytes{OURS}", "{{job}} {{instance}}"),),
            unit="bytes",
        ),
        Panel(
            "Processor",
            "Cores that each process uses.",
            (
                Query(
                    f"rate(process_cpu_seconds_total{OURS}[$__rate_interval])",
                    "{{job}} {{instance}}",
                ),
            ),
        ),
        Panel(
            "Versions",
            "Of the program; more than one only during an upgrade.",
            (Query("count by (version) (ledger_build_info)", "{{version}}"),),
        ),
    ),
)

OPERATIONS = Dashboard(
    uid="ledger-operations",
    title="Ledger: operations",
    about="Does everything run, keep up, and fit on the disk.",
    rows=(NOW, INTAKE, VIEWS, LOG, CONSOLE, MACHINES),
    variables=(Variable("topic", "ledger_events_recorded_total"),),
)
