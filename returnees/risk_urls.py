"""Addresses of risk lists."""

from django.urls import URLPattern, path

from returnees.views import risk, risk_acts

urlpatterns: list[URLPattern] = [
    path("risk-areas/", risk.risk_public, name="risk-public"),
    path("risk/", risk.risk_list, name="risk-list"),
    path("risk/new/", risk.risk_new, name="risk-new"),
    path("risk/<int:pk>/", risk.risk_version, name="risk-version"),
    path("risk/<int:pk>/add/", risk_acts.risk_entry_add, name="risk-entry-add"),
    path("risk/<int:pk>/publish/", risk_acts.risk_publish, name="risk-publish"),
    path("risk/<int:pk>/discard/", risk_acts.risk_discard, name="risk-discard"),
    path("risk/<int:pk>/screen/", risk_acts.risk_screen, name="risk-screen"),
    path("risk/lines/<int:pk>/decide/", risk_acts.risk_entry_decide, name="risk-entry-decide"),
    path("risk/lines/<int:pk>/remove/", risk_acts.risk_entry_remove, name="risk-entry-remove"),
    path("risk/areas/<int:pk>/last-case/", risk_acts.risk_last_case, name="risk-last-case"),
    path("risk/areas/<int:pk>/lower/", risk_acts.risk_lower, name="risk-lower"),
]
