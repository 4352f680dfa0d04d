"""Addresses of the foundation's pages; those of the account stand in grid.account_urls."""

from django.urls import path

from grid.views import (
    assignments,
    cadres,
    coverage,
    households,
    import_templates,
    places,
    tonight,
)

urlpatterns = [
    path("places/search/", places.place_search, name="place-search"),
    path("imports/template/", import_templates.import_template, name="import-template"),
    path("imports/tonight/", tonight.import_tonight, name="import-tonight"),
    path("imports/tonight/<str:code>/nothing/", tonight.import_nothing, name="import-nothing"),
    path("households/", households.household_list, name="household-list"),
    path("households/new/", households.household_new, name="household-new"),
    path("households/<int:pk>/", households.household_detail, name="household-detail"),
    path("households/<int:pk>/edit/", households.household_edit, name="household-edit"),
    path("households/<int:pk>/assess/", households.household_assess, name="household-assess"),
    path("households/<int:pk>/members/new/", households.person_new, name="person-new"),
    path("persons/<int:pk>/edit/", households.person_edit, name="person-edit"),
    path("assignments/", assignments.assignment_list, name="assignment-list"),
    path("assignments/new/", assignments.assignment_new, name="assignment-new"),
    path("assignments/hand-over/", assignments.hand_over, name="hand-over"),
    path("assignments/leave/", assignments.leave_new, name="leave-new"),
    path("assignments/coverage/", coverage.coverage, name="coverage"),
    path("assignments/<int:pk>/end/", assignments.assignment_end, name="assignment-end"),
    path("cadres/", cadres.cadre_list, name="cadre-list"),
    path("cadres/new/", cadres.cadre_new, name="cadre-new"),
    path("cadres/<int:pk>/", cadres.cadre_detail, name="cadre-detail"),
    path("cadres/<int:pk>/password/", cadres.cadre_reset_password, name="cadre-reset-password"),
    path("cadres/<int:pk>/deactivate/", cadres.cadre_deactivate, name="cadre-deactivate"),
    path("cadres/<int:pk>/reactivate/", cadres.cadre_reactivate, name="cadre-reactivate"),
    path("cadres/<int:pk>/posts/new/", cadres.post_new, name="post-new"),
    path("posts/<int:pk>/end/", cadres.post_end, name="post-end"),
]
