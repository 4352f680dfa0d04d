"""Addresses of notices and the public question."""

from django.urls import path

from returnees.views import policies, question

urlpatterns = [
    path("policies/", policies.policy_list, name="policy-list"),
    path("policies/new/", policies.policy_new, name="policy-new"),
    path("policies/check/", policies.policy_check, name="policy-check"),
    path("policies/packs/<int:pk>/", policies.policy_pack, name="policy-pack"),
    path("policies/versions/<int:pk>/", policies.policy_version, name="policy-version"),
    path("policies/versions/<int:pk>/activate/", policies.policy_activate, name="policy-activate"),
    path("policies/versions/<int:pk>/withdraw/", policies.policy_withdraw, name="policy-withdraw"),
    path("policies/<str:key>/", policies.policy_shipped, name="policy-shipped"),
    path("ask/", question.policy_question, name="policy-question"),
]
