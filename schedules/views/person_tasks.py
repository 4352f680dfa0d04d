"""The part of a person's page that lists what is owed to them and what was done."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from grid.days import today
from grid.models import Person
from grid.web import PortalRequest, page
from returnees.models import Episode
from returnees.person_page import persons_for
from schedules.choices import TaskState
from schedules.models import Contact, Task

SHOWN = 60  # of each kind; the task list shows the rest


@require_safe
def person_tasks(request: PortalRequest, pk: int) -> HttpResponse:
    """Show the open and the latest tasks of a person's newest episode, and the contacts."""
    person: Person = get_object_or_404(persons_for(request.user), pk=pk)
    episodes = Episode.objects.filter(person=person).visible_to(request.user)
    episode = episodes.order_by("-pk").first()
    if episode is None:
        raise Http404
    tasks = Task.objects.filter(episode=episode)
    tasks = tasks.select_related("duty", "holder", "done_by")
    contacts = Contact.objects.filter(episode=episode).select_related("by")
    context = {
        "person": person,
        "open": tasks.open_by(today()).order_by("due_at", "pk")[:SHOWN],
        "done": tasks.exclude(state=TaskState.PENDING).order_by("-due_day", "-pk")[:SHOWN],
        "contacts": contacts[:SHOWN],
        "now": timezone.now(),
    }
    return page(request, "schedules/person_tasks.html", context, fragment="tasks")
