"""Back office of work: duties, tasks and job runs to look at."""

from django.contrib import admin

from grid.back_office import ReadOnlyAdmin
from grid.permissions import Permission
from schedules.models import Duty, JobRun, Task


@admin.register(Duty)
class DutyAdmin(ReadOnlyAdmin):
    """Duties as the packs state them."""

    list_display = ["key", "title_zh", "clause", "evidence", "missable"]
    list_filter = ["pack", "evidence"]


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin):
    """Tasks."""

    list_display = ["episode", "duty", "due_day", "due_at", "holder", "state"]
    list_select_related = ["episode__person", "duty", "holder"]
    list_filter = ["state", "due_day"]


@admin.register(JobRun)
class JobRunAdmin(ReadOnlyAdmin):
    """What ran when and what failed, for those who run the portal."""

    view_right = Permission.CONFIGURE
    list_display = ["name", "started_at", "finished_at", "figures", "error"]
    list_filter = ["name"]
