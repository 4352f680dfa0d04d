"""Cadres: list, page with posts, new, password, deactivate with what is still open."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.choices import Role
from grid.days import today
from grid.forms.cadres import CadreForm, PostForm
from grid.models import Assignment, Post, User
from grid.paging import keyset_page
from grid.permissions import Permission
from grid.services import accounts
from grid.services.posts import end_post, give_post
from grid.web import PortalRequest, answer, attempt, need, page, tell

read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def cadre_list(request: PortalRequest) -> HttpResponse:
    """List the cadres in scope, searched by name, phone or unit, filtered by role and state."""
    rows = User.objects.visible_to(request.user)
    query, role = request.GET.get("q", "").strip(), request.GET.get("role", "")
    if query:
        rows = rows.filter(
            Q(name__contains=query) | Q(phone__contains=query) | Q(unit__contains=query)
        )
    held = Post.objects.active_on(today())
    rows = rows.filter(pk__in=held.filter(role=role).values("user")) if role else rows
    state = request.GET.get("state", "active")
    rows = rows.filter(is_active=state != "inactive") if state != "all" else rows
    posts = held.select_related("place", "block").order_by("pk")
    rows = rows.prefetch_related(Prefetch("posts", queryset=posts, to_attr="posts_today"))
    context = {
        "page": keyset_page(rows, order=("name", "pk"), query=request.GET),
        "query": query,
        "role": role,
        "state": state,
        "roles": Role.choices,
        "can_manage": request.user.can(Permission.MANAGE_POSTS),
    }
    return page(request, "grid/cadre_list.html", context, fragment="rows")


@require_safe
def cadre_detail(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a cadre: posts held and past, what the cadre answers for."""
    cadre = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    assignments = Assignment.objects.filter(cadre=cadre).open().visible_to(request.user)
    context = {
        "cadre": cadre,
        "posts": cadre.posts.select_related("place", "block").order_by("-since", "-pk"),
        "assignments": assignments.select_related(
            "place", "block", "household", "person", "at"
        ).order_by("tier", "at_id", "pk")[:LISTED],
        "assignment_count": assignments.count(),
        "post_form": PostForm(user=request.user) if manages(request.user, cadre) else None,
        "today": today(),
    }
    return render(request, "grid/cadre_detail.html", context)


LISTED = 50  # assignments on a cadre's page; the assignment list shows the rest


def manages(user: User, cadre: User) -> bool:
    """Say whether the user may manage this cadre's account and posts; nobody manages their own."""
    return (
        cadre != user
        and user.can(Permission.MANAGE_POSTS)
        and accounts.may_manage(by=user, user=cadre)
    )


def cadre_to_manage(request: PortalRequest, pk: int) -> User:
    """Return the cadre: 404 outside the scope, 403 without the right over the cadre's posts."""
    cadre: User = get_object_or_404(User.objects.visible_to(request.user), pk=pk)
    if not manages(request.user, cadre):
        raise PermissionDenied
    return cadre


@never_cache
@read_or_send
def cadre_new(request: PortalRequest) -> HttpResponse:
    """Create a cadre; the temporary password is shown on the answer and never again."""
    need(request.user, Permission.MANAGE_POSTS)
    form = CadreForm(request.POST or None, user=request.user)
    if request.method == "POST":
        made = attempt(form, lambda: accounts.create_cadre(**form.cleaned_data, by=request.user))
        if made is not None:
            context = {"cadre": made[0], "password": made[1], "is_new": True}
            return render(request, "grid/cadre_password.html", context)
    return render(request, "grid/cadre_form.html", {"form": form})


@never_cache
@require_POST
def cadre_reset_password(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a cadre a temporary password, shown once."""
    cadre = cadre_to_manage(request, pk)
    password = accounts.reset_password(user=cadre, by=request.user)
    return render(request, "grid/cadre_password.html", {"cadre": cadre, "password": password})


@require_POST
def cadre_deactivate(request: PortalRequest, pk: int) -> HttpResponse:
    """Deactivate a cadre and show what is still open with that cadre."""
    cadre = cadre_to_manage(request, pk)
    left = accounts.deactivate(user=cadre, by=request.user)
    rows = [
        (_("Assignments"), left.assignments),
        (_("Posts"), left.posts),
        (_("Colleagues to be covered"), left.covers),
    ]
    context = {"cadre": cadre, "left": [(label, count) for label, count in rows if count]}
    return render(request, "grid/cadre_deactivated.html", context)


@require_POST
def cadre_reactivate(request: PortalRequest, pk: int) -> HttpResponse:
    """Let a cadre sign in and hold work again."""
    cadre = cadre_to_manage(request, pk)
    return answer(
        request,
        lambda: accounts.reactivate(user=cadre, by=request.user),
        done=_("%(name)s may sign in again.") % {"name": cadre.name},
        to=reverse("cadre-detail", args=[pk]),
    )


@require_POST
def post_new(request: PortalRequest, pk: int) -> HttpResponse:
    """Give a cadre a further post."""
    cadre = cadre_to_manage(request, pk)
    form = PostForm(request.POST, user=request.user)
    made = attempt(form, lambda: give_post(user=cadre, **form.cleaned_data, by=request.user))
    tell(request, form)
    if made is not None:
        messages.success(request, _("The post is given."))
    return redirect("cadre-detail", pk)


@require_POST
def post_end(request: PortalRequest, pk: int) -> HttpResponse:
    """End a post from today on."""
    post = get_object_or_404(Post.objects.visible_to(request.user), pk=pk)
    need(request.user, Permission.MANAGE_POSTS, post)
    return answer(
        request,
        lambda: end_post(post=post, by=request.user),
        done=_("The post is ended."),
        to=reverse("cadre-detail", args=[post.user_id]),
    )
