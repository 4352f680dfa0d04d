"""Addresses of the overviews. The returnee list stands here: it is narrowed by work as well."""

from django.urls import path

from returnees.views import returnee_list
from schedules.filters import WorkReturneeFilter
from schedules.views import daily_report, dashboard, person_tasks, screening_work, task_list

by_work = {"filterset": WorkReturneeFilter}

urlpatterns = [
    path("dashboard/", dashboard.dashboard, name="dashboard"),
    path("dashboard/<str:code>/", dashboard.dashboard, name="dashboard"),
    path("daily-report/", daily_report.daily_report, name="daily-report"),
    path("daily-report/xlsx/", daily_report.daily_report_xlsx, name="daily-report-xlsx"),
    path("tasks/", task_list.task_list, name="task-list"),
    path("persons/<int:pk>/tasks/", person_tasks.person_tasks, name="person-tasks"),
    path("screenings/<int:pk>/work/", screening_work.screening_work, name="screening-work"),
    path("returnees/", returnee_list.returnee_list, by_work, name="returnee-list"),
    path("returnees/export/", returnee_list.returnee_export, by_work, name="returnee-export"),
]
