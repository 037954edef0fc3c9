"""The privacy officer's dashboard: who received data, what people agreed to, what was erased, what was
refused. Counts only: who it was is answered by commands, which open values."""

from deploy.grafana.model import Dashboard, Panel, Query, Row

DAY_S = 86_400

NOW = Row(
    "Now",
    (
        Panel(
            "Erasures",
            "Carried out since the beginning.",
            (Query("max(ledger_erasures_total)", "erasures"),),
            kind="stat",
        ),
        Panel(
            "Erasures pending",
            "Known to the journal and not in the database. Anything but 0 is an incident.",
            (Query("max(ledger_erasures_pending)", "pending"),),
            kind="stat",
            limits=(None, 1),
        ),
        Panel(
            "Keys destroyed",
            "Each made one person's values of one category unreadable.",
            (Query("max(ledger_keys_destroyed_total)", "keys"),),
            kind="stat",
        ),
        Panel(
            "Key epoch",
            "When it ends, logs and backups forget what was erased in it: after 7 days.",
            (Query("max(ledger_key_epoch_age_seconds)", "age"),),
            kind="stat",
            unit="s",
            limits=(7 * DAY_S, 8 * DAY_S),
        ),
        Panel(
            "Disclosures",
            "Since the beginning, those annulled later included.",
            (Query("sum(max by (recipient_kind) (ledger_disclosures_total))", "disclosures"),),
            kind="stat",
        ),
        Panel(
            "Dead letters",
            "Refused messages that wait to be looked at. They may hold acts that are not in the ledger.",
            (Query("max(ledger_dead_letters)", "letters"),),
            kind="stat",
            limits=(1, 100),
        ),
    ),
    across=6,
)

DISCLOSURES = Row(
    "Who received data",
    (
        Panel(
            "By kind of recipient, so far",
            "See `ledger disclosures --kind` for whom, when and why.",
            (
                Query(
                    "sort_desc(max by (recipient_kind) (ledger_disclosures_total))",
                    "{{recipient_kind}}",
                ),
            ),
            kind="bargauge",
        ),
        Panel(
            "By kind of recipient, a day",
            "An unusual rise: ask who asked.",
            (
                Query(
                    "max by (recipient_kind) (increase(ledger_disclosures_total[1d]))",
                    "{{recipient_kind}}",
                ),
            ),
            stacked=True,
        ),
    ),
    across=2,
)

CONSENTS = Row(
    "Consents",
    (
        Panel(
            "By purpose and status",
            "What the deciding act made of each.",
            (
                Query(
                    "sort_desc(max by (purpose, status) (ledger_consents))",
                    "{{purpose}}: {{status}}",
                ),
            ),
            kind="bargauge",
        ),
        Panel(
            "Given, by purpose",
            "Consents that were given and not taken back.",
            (Query('max by (purpose) (ledger_consents{status="given"})', "{{purpose}}"),),
        ),
        Panel(
            "Not given any more, by purpose",
            "Withdrawn, refused, expired or invalidated. A jump: look at the last campaign.",
            (
                Query(
                    'max by (purpose, status) (ledger_consents{status!="given"})',
                    "{{purpose}}: {{status}}",
                ),
            ),
        ),
    ),
)

REQUESTS = Row(
    "What persons ask for",
    (
        Panel(
            "Open requests, by right",
            "See `ledger request list` for whose they are and until when.",
            (Query("max by (right) (ledger_requests_open)", "{{right}}"),),
            stacked=True,
        ),
        Panel(
            "Overdue requests, by right",
            "Anything but 0 breaks the law: `ledger request list --overdue`.",
            (Query("max by (right) (ledger_requests_overdue)", "{{right}}"),),
            stacked=True,
        ),
        Panel(
            "Incidents with something to be done",
            "Breaches and suspected misuse; overdue ones break the law: `ledger incident list`.",
            (
                Query("max by (kind) (ledger_incidents_open)", "{{kind}}"),
                Query("max by (kind) (ledger_incidents_overdue)", "{{kind}}: overdue"),
            ),
        ),
        Panel(
            "Complaints that wait for an answer",
            "The house promised an answer within a month: see `ledger complaint list`.",
            (
                Query("max(ledger_complaints_open)", "open"),
                Query("max(ledger_complaints_overdue)", "overdue"),
            ),
        ),
        Panel(
            "Recipients to be told, by action",
            "Of corrections, erasures and restrictions: see `ledger notify list`.",
            (Query("max by (action) (ledger_notifications_open)", "{{action}}"),),
            stacked=True,
        ),
        Panel(
            "Legal holds",
            "In force, and past their day of review: `ledger hold list` names those.",
            (
                Query("max(ledger_holds)", "in force"),
                Query("max(ledger_holds_overdue)", "overdue"),
            ),
        ),
    ),
)

FINDINGS = Row(
    "What breaks a rule",
    (
        Panel(
            "Open findings, by severity",
            "They close by themselves when an event resolves them: `ledger findings` says which.",
            (
                Query(
                    "sum by (severity) (max by (about, severity) (ledger_findings_open))",
                    "{{severity}}",
                ),
            ),
            stacked=True,
        ),
        Panel(
            "Open findings, by what they are about",
            "See `ledger findings --severity high` for the event, the clause and what ends each.",
            (
                Query(
                    "sort_desc(max by (about, severity) (ledger_findings_open) > 0)",
                    "{{about}}: {{severity}}",
                ),
            ),
            kind="bargauge",
        ),
    ),
    across=2,
)

LOOKS = Row(
    "Who looks at data",
    (
        Panel(
            "Reads that wait to be recorded",
            "Noted reads that are no event yet. The upkeep records them once an hour: above 0 "
            "for longer, see its log. `ledger access` tells who read what.",
            (Query("max(ledger_reads_waiting)", "reads"),),
            limits=(None, 1),
        ),
        Panel(
            "Looks in other systems that break a rule",
            "A role that was not held or did not cover it, or no certificate: `ledger findings` names them.",
            (
                Query(
                    'max by (severity) (ledger_findings_open{about="access"})',
                    "{{severity}}",
                ),
            ),
            stacked=True,
        ),
    ),
    across=2,
)

ERASURES = Row(
    "Forgetting",
    (
        Panel(
            "Erasures a day",
            "Those repeated after a restore included.",
            (Query("max(increase(ledger_erasures_total[1d]))", "erasures"),),
        ),
        Panel(
            "Keys destroyed a day",
            "By erasures and by the end of periods.",
            (Query("max(increase(ledger_keys_destroyed_total[1d]))", "keys"),),
        ),
        Panel(
            "Age of the key epoch",
            "A saw whose teeth are 7 days apart.",
            (Query("max(ledger_key_epoch_age_seconds)", "age"),),
            unit="s",
            limits=(None, 8 * DAY_S),
        ),
    ),
)

REFUSALS = Row(
    "Refused messages",
    (
        Panel(
            "By reason, a day",
            "`personal-data-in-facts` and `unknown-field`: a sender tells more than the contract allows.",
            (Query("sum by (code) (increase(ledger_rejections_total[1d]))", "{{code}}"),),
            stacked=True,
        ),
        Panel(
            "About erased people, a day",
            "Senders that still hold what was erased here.",
            (
                Query(
                    'sum by (topic) (increase(ledger_rejections_total{code="erased-subject"}[1d]))',
                    "{{topic}}",
                ),
            ),
        ),
        Panel(
            "Kept dead letters",
            "They are forgotten after 14 days, whether somebody looked or not.",
            (Query("max(ledger_dead_letters)", "letters"),),
        ),
    ),
)

PRIVACY = Dashboard(
    uid="ledger-privacy",
    title="Ledger: privacy officer",
    about="Who received data, what people agreed to, what breaks a rule, what was erased, what was refused.",
    rows=(NOW, DISCLOSURES, CONSENTS, REQUESTS, FINDINGS, LOOKS, ERASURES, REFUSALS),
    hours=7 * 24,
)
