"""Every address by name: what it takes to read it and to post to it.

`get` and `post` are rights of tests.access.roles ("" = the method is not allowed). An address `at`
something names a row, which is 404 outside the scope. `got` and `posted` are the answers to those
who may; the forms are posted as good as empty, so a form of its own comes back with its faults.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Row:
    """One address, or one way of using it."""

    name: str
    get: str = ""
    post: str = ""
    at: str = ""
    got: int = 200
    posted: int = 302
    data: dict[str, Any] = field(default_factory=dict)
    query: str = ""
    # Answers that follow from the page itself rather than from the table of roles.
    apart: dict[str, int] = field(default_factory=dict)
    api: bool = False
    shows_in_full: bool = False
    everywhere: bool = False  # what it names knows no scope: whoever is signed in may look

    def __str__(self) -> str:
        return f"{self.name}{self.query}{'*' if self.data else ''}"


WHY = {"why": "家人来电更正", "reason": "家人来电更正"}
NO_AREA = {"clerk": 404}  # whoever has no area finds no overview of it

PAGES = [
    # account
    Row("home", get="signed in", got=302, post="signed in"),
    Row("sign-in", get="public", post="public", got=302, apart={"anonymous": 200}),
    Row("sign-out", post="signed in"),
    Row("password-change", get="signed in", post="signed in", posted=200),
    Row("setup", get="public", post="public", at="token", got=410, posted=410),
    Row("set_language", get="public", post="public", got=302),
    # grid
    Row("place-search", get="public", query="?field=place&place_text=东"),
    Row("household-list", get="signed in"),
    Row("household-new", get="register", post="register", posted=200),
    Row("household-detail", get="see", at="household"),
    Row("household-edit", get="register", post="register", at="household", posted=200),
    Row("household-assess", post="register", at="household"),
    Row("person-new", get="register", post="register", at="household", posted=200),
    Row("person-edit", get="register", post="register", at="person", posted=200),
    Row("assignment-list", get="signed in"),
    Row("assignment-new", get="assign", post="assign", posted=200),
    Row("assignment-end", post="assign", at="assignment"),
    Row("hand-over", post="assign"),
    Row("leave-new", get="assign", post="assign", posted=200),
    Row("coverage", get="see", apart=NO_AREA),
    Row("cadre-list", get="signed in"),
    Row("cadre-new", get="posts", post="posts", posted=200),
    Row("cadre-detail", get="see", at="cadre"),
    Row("cadre-reset-password", post="posts", at="cadre", posted=200),
    Row("cadre-deactivate", post="posts", at="cadre", posted=200),
    Row("cadre-reactivate", post="posts", at="cadre"),
    Row("post-new", post="posts", at="cadre"),
    Row("post-end", post="posts", at="post"),
    # tonight's lists, the template, the API of imports
    Row("import-template", get="import", post="import", posted=200),
    Row("api-import-list", get="import", post="import", posted=400, api=True),
    Row("api-import-lists", get="import", api=True),
    Row("api-import-detail", get="import", at="batch", api=True),
    Row("api-import-rows", get="import", at="batch", api=True),
    Row("api-import-confirm", post="import", at="batch", posted=200, api=True),
    Row("api-import-cancel", post="import", at="batch", posted=200, api=True),
    Row("api-import-undo", post="import", at="batch", posted=409, api=True),
    Row("api-import-decide", post="import", at="batch", posted=400, api=True),
    Row("api-import-problems", post="import and export", at="batch", posted=200, api=True),
    Row("api-import-answer", post="import and export in full", at="batch", posted=409, api=True),
    Row("import-tonight", get="see", apart=NO_AREA),
    Row("import-nothing", post="import", at="village", apart={"worker": 404}),
    # people who come home
    Row("person", get="see", at="person"),
    Row("person-reveal", post="show", at="person", posted=200, data=WHY, shows_in_full=True),
    Row("episode-arrival", post="log", at="episode"),
    Row("episode-no-show", post="log", at="episode"),
    Row("episode-cancel", post="register", at="episode", data=WHY),
    Row("episode-divert", post="register", at="episode", data=WHY),
    Row("episode-facts", post="register", at="episode", data=WHY),
    Row("episode-release", post="override", at="episode", data=WHY),
    Row("test-result", get="log", post="log", at="test", posted=200),
    Row("stage-close", get="log", post="log", at="stage", posted=200),
    Row("abnormality-close", get="log", post="log", at="abnormality", posted=200),
    Row("abnormality-report", post="log", at="abnormality"),
    Row("abnormality-list", get="signed in"),
    # the import conversation
    Row("import-list", get="import"),
    Row("import-list", get="import", query="?list=returnees&state=checked&q=名"),
    Row("import-new", get="import", post="import", posted=200),
    Row("import-detail", get="import", at="batch"),
    Row("import-detail", get="import", at="batch", query="?show=ask&q=邻"),
    Row("import-row", get="import", at="import_row"),
    Row("import-sheet", post="import", at="batch"),
    Row("import-columns", get="import", post="import", at="batch", posted=200),
    Row("import-accept", post="import", at="batch"),
    Row("import-options", post="import", at="batch"),
    Row("import-decide", post="import", at="batch"),
    Row("import-decide", post="import", at="batch", data={"numbers": ["2", "3"], "action": "skip"}),
    Row("import-confirm", post="import", at="batch"),
    Row("import-cancel", post="import", at="batch"),
    Row("import-discard", post="import", at="batch"),
    Row("import-undo", post="import", at="batch"),
    Row("import-problems", post="import and export", at="batch", posted=200),
    Row("import-answer", post="import and export in full", at="batch"),
    Row("report-new", get="register", post="register", posted=422),
    Row("report-saved", get="see", at="episode"),
    Row("public-report", get="public", post="public", at="village", posted=422),
    Row("public-report-thanks", get="public", at="village", got=302),
    Row("returnee-list", get="signed in"),
    Row("returnee-export", post="export", posted=200, data={"kind": "csv"}),
    Row(
        "returnee-export",
        post="export in full",
        posted=200,
        data={"kind": "csv", "full": "1"},
        shows_in_full=True,
    ),
    # schedules
    Row("today", get="log"),
    Row("round", get="log", post="log", at="household", posted=422),
    Row("health-log", get="log", post="log", at="episode", posted=422),
    Row("contact-log", get="log", post="log", at="episode", posted=422, query="?kind=call"),
    Row("arrival-log", get="log", post="log", at="episode", posted=422),
    Row("no-show-log", post="log", at="episode", posted=422),
    Row("test-log", get="log", post="log", at="test", posted=422),
    Row("notices", get="signed in"),
    Row("notices-read", post="signed in", posted=400),
    Row("dashboard", get="signed in"),
    Row("dashboard", get="see", at="grid"),
    Row("daily-report", get="signed in"),
    Row("daily-report-xlsx", post="export", posted=200, apart=NO_AREA),
    Row("task-list", get="signed in"),
    Row("person-tasks", get="see", at="person"),
    Row("healthz", get="public", got=503),  # no beat runs in the tests
    # api
    Row("api-root", get="signed in", api=True),
    Row("api-schema", get="signed in", api=True),
    Row("api-docs", get="signed in", api=True),
    Row("api-place-list", get="signed in", api=True),
    Row("api-place-detail", get="see", at="grid", api=True),
    Row("api-returnee-list", get="signed in", api=True),
    Row("api-returnee-detail", get="see", at="episode", api=True),
    Row("api-task-list", get="signed in", api=True),
    Row("api-task-detail", get="see", at="task", api=True),
    Row("api-health-log-list", post="log", at="body", posted=201, api=True),
    # reminders
    Row("by-hand", get="assign"),
    Row("by-hand-told", post="assign"),
    Row("timetable", get="configure"),
    Row("timetable-again", post="configure", data={"job": "escalate"}),
    Row("forecast", get="assign"),
    Row("metrics", get="public", got=404),
    # inspections
    Row("inspection-list", get="signed in"),
    Row("inspection-list", get="signed in", query="?show=mine"),
    Row("inspection", get="see", post="inspect", at="inspection", posted=422),
    Row("inspection", get="see", post="inspect", at="inspection", data={"note": "已整改"}),
    Row("escalations", get="signed in"),
    Row("escalations", get="signed in", query="?show=all"),
    Row("escalations-answer", post="signed in"),
    # lists, notices, re-screening, zones
    Row("policy-list", get="signed in"),
    Row("policy-new", get="propose", post="propose", posted=422),
    Row("policy-new", get="propose", post="propose", posted=422, query="?pack=JY"),
    Row("policy-check", get="propose", post="propose", posted=422),
    Row("policy-pack", get="signed in", at="pack", everywhere=True),
    Row("policy-shipped", get="signed in", at="shipped", everywhere=True),
    Row("policy-version", get="signed in", at="policy", everywhere=True),
    Row("policy-activate", post="publish", at="policy", everywhere=True),
    Row("policy-withdraw", post="publish", at="policy", everywhere=True),
    Row("policy-question", get="public"),
    Row("api-policy-plan", post="public", posted=400, api=True),
    Row("api-policy-packs", get="public", api=True),
    Row("screening-list", get="signed in"),
    Row("screening", get="see", at="screening"),
    Row("screening-item", get="see", at="screening_item"),
    Row("screening-confirm", post="override", at="screening"),
    Row("screening-confirm", post="override", at="screening", data={"all": "1"}),
    Row("screening-leave", post="override", at="screening", data=WHY),
    Row("screening-refresh", post="override", at="screening"),
    Row("screening-close", post="override", at="screening"),
    Row("screening-work", get="see", at="screening"),
    Row("stay-where", get="log", post="log", at="stay", posted=422),
    Row("override-list", get="signed in"),
    Row("override-new", get="propose", post="propose", at="episode", posted=422),
    Row("override-decide", post="override", at="override"),
    Row("override-withdraw", post="override", at="override", data=WHY),
    Row("zone-list", get="signed in"),
    Row("zone-new", get="publish", post="publish", posted=422),
    Row("zone-case", post="publish", at="zone"),
    Row("zone-lift", post="publish", at="zone"),
    Row("permit-list", get="signed in"),
    Row("permit-new", get="register", post="register", posted=422),
    Row("permit", get="see", at="permit"),
    Row("permit-decide", post="override", at="permit"),
    Row("permit-withdraw", post="register", at="permit", data=WHY),
    Row("placement-new", get="register", post="register", posted=422),
    Row("away-list", get="signed in"),
    Row("away-new", get="register", post="register", posted=422),
    Row("away-edit", get="register", post="register", at="away", posted=422),
    Row("away-end", post="register", at="away"),
    Row("away-advise", post="register", at="away"),
    # contacts to verify
    Row("verification-list", get="signed in"),
    Row("verification-list", get="signed in", query="?show=all"),
    Row("verification-export", post="export", posted=200, data={"kind": "csv"}),
    Row(
        "verification-export",
        post="export in full",
        posted=200,
        data={"kind": "csv", "full": "1"},
        shows_in_full=True,
    ),
    Row("verification", get="see", at="verification"),
    Row("verification-attempt", post="log", at="verification"),
    Row("verification-outcome", post="log", at="verification", posted=422),
    Row("verification-reopen", post="log", at="verification", data=WHY),
    Row("verification-hand-on", post="assign", at="verification"),
    Row(
        "verification-reveal",
        post="show",
        at="verification",
        posted=200,
        data=WHY,
        shows_in_full=True,
    ),
    Row("risk-public", get="public"),
    Row("risk-list", get="signed in"),
    Row("risk-list", get="signed in", query="?show=lists"),
    Row("risk-list", get="signed in", query="?show=lower"),
    Row("risk-new", get="propose", post="propose", posted=422),
    Row("risk-version", get="signed in", at="risk_list", everywhere=True),
    Row("risk-entry-add", post="propose", at="risk_list", everywhere=True),
    Row("risk-entry-decide", post="propose", at="risk_entry", everywhere=True),
    Row("risk-entry-remove", post="propose", at="risk_entry", everywhere=True),
    Row("risk-publish", post="publish", at="risk_list", everywhere=True),
    Row("risk-discard", post="propose", at="risk_list", everywhere=True),
    Row("risk-screen", post="propose", at="risk_list", everywhere=True),
    Row("risk-last-case", post="propose", at="risk_area", everywhere=True),
    Row("risk-lower", post="propose", at="risk_area", everywhere=True),
]
DEBUG_ONLY = {"dev-components"}
