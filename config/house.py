"""Rules of the house that an operator may change, by the environment."""

from config.environment import clock, env

RULES = {
    "import_days_back": env.int("IMPORT_DAYS_BACK", default=70),
    "import_days_ahead": env.int("IMPORT_DAYS_AHEAD", default=60),
    # Hours in which the letter of another place about a contact is to be answered.
    "verification_hours": env.int("VERIFICATION_HOURS", default=24),
    "default_pack": env.str("POLICY_PACK", default="JY"),
    # The local hour by which villages send the lists of a day.
    "list_deadline": clock("LIST_DEADLINE", "20:00"),
    "site_url": env.str("SITE_URL", default=""),  # named at the end of messages
    # Hours after the limit of a matter until each tier above is told, the nearest first.
    "escalation_steps": {
        "abnormal": (0, 2, 4),  # after the two hours of the report (JY-2s, A-38)
        "check": (0, 1, 3),  # after 20:00, when the day's check is due (JY-2r)
        "unreached": (0, 12, 24),
        "overdue": (4, 24, 48),
    },
    # What calls a supervisor to a township, and when it is judged (docs/reminders.md); a place may
    # have its own in the back office. Checks: fewer in a hundred; the others: more than so many.
    "thresholds": {
        "checks": (80, "21:00"),
        "overdue": (20, "09:00"),
        "unanswered": (5, "09:00"),
    },
    "inspection_hours": env.int("INSPECTION_HOURS", default=24),  # until it is to be closed
    "tasks_a_day": env.int("TASKS_A_DAY", default=120),  # more than that is too much for a cadre
    # Local hours in which no channel outside the portal rings, but for what is urgent.
    "quiet_from": env.str("QUIET_FROM", default="22:00"),
    "quiet_until": env.str("QUIET_UNTIL", default="06:30"),
}
