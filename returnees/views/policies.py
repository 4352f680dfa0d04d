"""Notices: which binds where, what a pack says, proposals, and a desk for authors of packs."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from grid.days import today
from grid.permissions import Permission
from grid.web import PortalRequest, answer, attempt, need
from policies.pack import Pack
from policies.schema import keys, load
from returnees.models import PolicyPack, PolicyVersion, Screening
from returnees.pack_view import pack_view
from returnees.policies import pack_of, pack_of_file, stored_shipped
from returnees.policy_forms import PackFileForm, PackTextForm, ProposalForm
from returnees.policy_pages import (
    MISSING,
    bound,
    bound_versions,
    differences,
    in_force_instead,
    known_files,
    moves_of,
    undated,
)
from returnees.services.policies import (
    PackRefusedError,
    activate_proposal,
    check_text,
    keep_file,
    propose_policy,
    withdraw_proposal,
)

NEW, CHECK = "returnees/policy_new.html", "returnees/policy_check.html"
read_or_send = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def policy_list(request: PortalRequest) -> HttpResponse:
    """List what binds where since when, the proposals, the files, and the papers missing."""
    every, files = bound_versions(today()), known_files()
    context = {
        "bound": [one for one in every if not one.version.proposed],
        "proposed": [one for one in every if one.version.proposed],
        "files": files,
        "missing": MISSING,
        "undated": undated(file.pack for file in files),
        "can_propose": request.user.can(Permission.PROPOSE),
    }
    return render(request, "returnees/policy_list.html", context)


@require_safe
def policy_pack(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a stored pack as people can read it."""
    file = get_object_or_404(PolicyPack.objects.select_related("base", "added_by"), pk=pk)
    context = {"view": pack_view(pack_of_file(file)), "file": file}
    return render(request, "returnees/policy_pack.html", context)


@require_safe
def policy_shipped(request: PortalRequest, key: str) -> HttpResponse:
    """Show a shipped pack as people can read it."""
    if key not in keys():
        raise Http404
    return render(request, "returnees/policy_pack.html", {"view": pack_view(load(key))})


@never_cache
@read_or_send
def policy_new(request: PortalRequest) -> HttpResponse:
    """Choose a pack or upload one, then propose it for a place, a day and under readings."""
    need(request.user, Permission.PROPOSE)
    pack, file = _chosen(request)
    if pack is None:
        return _upload(request)
    form = ProposalForm(request.POST or None, user=request.user, pack=pack)
    if request.method == "POST":
        version = attempt(
            form,
            lambda: propose_policy(
                file=file or stored_shipped(pack.key, by=request.user),
                place=form.cleaned_data["place"],
                since=form.cleaned_data["since"],
                settings=form.settings(),
                by=request.user,
            ),
        )
        if version is not None:
            return redirect("policy-version", version.pk)
    status = 422 if form.is_bound else 200
    return render(request, NEW, {"form": form, "pack": pack, "file": file}, status=status)


def _chosen(request: PortalRequest) -> tuple[Pack | None, PolicyPack | None]:
    """Return the pack that the address names, and its stored file; 404 for an unknown one."""
    file, key = request.GET.get("file", ""), request.GET.get("pack", "")
    if file:
        if not file.isdecimal() or len(file) > 18:
            raise Http404
        stored = get_object_or_404(PolicyPack.objects.select_related("base"), pk=file)
        return pack_of_file(stored), stored
    if key and key not in keys():
        raise Http404
    return (load(key), None) if key else (None, None)


def _upload(request: PortalRequest) -> HttpResponse:
    """Offer the known packs, and take a file that is not known yet."""
    form = PackFileForm(request.POST or None, request.FILES or None)
    faults: tuple[str, ...] = ()
    if request.method == "POST" and form.is_valid():
        try:
            kept = keep_file(text=form.cleaned_data["text"], by=request.user)
        except PackRefusedError as refusal:
            faults = refusal.faults
        else:
            return redirect(f"{reverse('policy-new')}?file={kept.pk}")
    status = 422 if request.method == "POST" else 200
    context = {"upload": form, "files": known_files(), "faults": faults}
    return render(request, NEW, context, status=status)


@read_or_send
def policy_check(request: PortalRequest) -> HttpResponse:
    """Tell an author whether a pack file is right, or every fault of it; nothing is stored."""
    need(request.user, Permission.PROPOSE)
    form = PackTextForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                context["view"] = pack_view(check_text(form.cleaned_data["text"]))
                status = 200
            except PackRefusedError as refusal:
                context["faults"] = refusal.faults
    return render(request, CHECK, context, status=status)


@never_cache
@require_safe
def policy_version(request: PortalRequest, pk: int) -> HttpResponse:
    """Show a proposal with what it changes, or a version in force with its readings."""
    rows = PolicyVersion.objects.select_related("place", "made_by", "file")
    version = get_object_or_404(rows, pk=pk)
    former = in_force_instead(version) if version.proposed else None
    pack = pack_of(version)
    own = pack_of_file(version.file) if version.file else load(version.pack)
    screening = Screening.objects.filter(policy=version).first()
    context = {
        "one": bound(version, today()),
        "former": former,
        "differences": differences(version, former),
        "view": pack_view(pack, own),
        "screening": screening,
        "moves": moves_of(screening, request.user) if screening else [],
        "can_activate": request.user.can(Permission.PUBLISH, version),
        "can_withdraw": may_withdraw(request, version),
    }
    return render(request, "returnees/policy_version.html", context)


def may_withdraw(request: PortalRequest, version: PolicyVersion) -> bool:
    """Say whether the user may take a proposal back: who made it, or who may publish there."""
    own = version.made_by_id == request.user.pk and request.user.can(Permission.PROPOSE)
    return own or request.user.can(Permission.PUBLISH, version)


@require_POST
def policy_activate(request: PortalRequest, pk: int) -> HttpResponse:
    """Put a proposal in force from its day on."""
    version = get_object_or_404(PolicyVersion, pk=pk)
    need(request.user, Permission.PUBLISH, version)
    return answer(
        request,
        lambda: activate_proposal(version=version, by=request.user),
        done=_("The notice is in force; confirm below who is planned anew."),
        to=reverse("policy-version", args=[pk]),
    )


@require_POST
def policy_withdraw(request: PortalRequest, pk: int) -> HttpResponse:
    """Take a proposal back."""
    version = get_object_or_404(PolicyVersion, pk=pk)
    if not may_withdraw(request, version):
        raise PermissionDenied
    return answer(
        request,
        lambda: withdraw_proposal(version=version, by=request.user),
        done=_("The proposal is withdrawn."),
        to=reverse("policy-list"),
    )
