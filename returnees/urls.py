"""Addresses of returns; the list stands in schedules.dashboard_urls, which adds the work filter."""

from django.urls import include, path

from returnees.views import abnormality_list, acts, findings, person, reports

urlpatterns = [
    path("persons/<int:pk>/", person.person, name="person"),
    path("persons/<int:pk>/reveal/", person.person_reveal, name="person-reveal"),
    path("episodes/<int:pk>/arrival/", acts.episode_arrival, name="episode-arrival"),
    path("episodes/<int:pk>/no-show/", acts.episode_no_show, name="episode-no-show"),
    path("episodes/<int:pk>/cancel/", acts.episode_cancel, name="episode-cancel"),
    path("episodes/<int:pk>/divert/", acts.episode_divert, name="episode-divert"),
    path("episodes/<int:pk>/facts/", acts.episode_facts, name="episode-facts"),
    path("episodes/<int:pk>/release/", acts.episode_release, name="episode-release"),
    path("tests/<int:pk>/", findings.test_result, name="test-result"),
    path("stages/<int:pk>/close/", findings.stage_close, name="stage-close"),
    path("abnormalities/<int:pk>/close/", findings.abnormality_close, name="abnormality-close"),
    path("abnormalities/<int:pk>/report/", findings.abnormality_report, name="abnormality-report"),
    path("abnormalities/", abnormality_list.abnormality_list, name="abnormality-list"),
    path("reports/new/", reports.report_new, name="report-new"),
    path("reports/<int:pk>/", reports.report_saved, name="report-saved"),
    path("report/<str:village_code>/", reports.public_report, name="public-report"),
    path(
        "report/<str:village_code>/thanks/",
        reports.public_report_thanks,
        name="public-report-thanks",
    ),
    path("", include("returnees.risk_urls")),
    path("", include("returnees.screening_urls")),
    path("", include("returnees.policy_urls")),
    path("", include("returnees.away_urls")),
    path("", include("returnees.zone_urls")),
    path("", include("returnees.verification_urls")),
]
