"""Addresses of the import conversation, the same for every kind of list."""

from django.urls import path

from grid.views import import_acts, import_files, imports

urlpatterns = [
    path("imports/", imports.import_list, name="import-list"),
    path("imports/new/", imports.import_new, name="import-new"),
    path("imports/rows/<int:pk>/", imports.import_row, name="import-row"),
    path("imports/<uuid:pk>/", imports.import_detail, name="import-detail"),
    path("imports/<uuid:pk>/sheet/", import_acts.import_sheet, name="import-sheet"),
    path("imports/<uuid:pk>/columns/", import_acts.import_columns, name="import-columns"),
    path("imports/<uuid:pk>/accept/", import_acts.import_accept, name="import-accept"),
    path("imports/<uuid:pk>/options/", import_acts.import_options, name="import-options"),
    path("imports/<uuid:pk>/decide/", import_acts.import_decide, name="import-decide"),
    path("imports/<uuid:pk>/confirm/", import_acts.import_confirm, name="import-confirm"),
    path("imports/<uuid:pk>/cancel/", import_acts.import_cancel, name="import-cancel"),
    path("imports/<uuid:pk>/discard/", import_acts.import_discard, name="import-discard"),
    path("imports/<uuid:pk>/undo/", import_acts.import_undo, name="import-undo"),
    path("imports/<uuid:pk>/problems/", import_files.import_problems, name="import-problems"),
    path("imports/<uuid:pk>/answer/", import_files.import_answer, name="import-answer"),
]
