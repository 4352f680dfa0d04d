"""The page behind the link of `manage.py setup_link`."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from grid.forms.setup import SetupForm
from grid.services.setup import SetupClosedError, check_token, make_first_admin
from grid.web import attempt

TEMPLATE = "registration/setup.html"
GONE = 410


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first admin; a link that is too old or used up says so (410)."""
    try:
        check_token(token)
    except SetupClosedError as refusal:
        return render(request, TEMPLATE, {"closed": str(refusal)}, status=GONE)
    form = SetupForm(request.POST or None)
    if request.method == "POST":
        admin = attempt(
            form,
            lambda: make_first_admin(
                token=token,
                phone=form.cleaned_data["phone"],
                name=form.cleaned_data["name"],
                password=form.cleaned_data["password"],
            ),
        )
        if admin is not None:
            messages.success(request, _("The first admin is made. Sign in now."))
            return redirect("sign-in")
    return render(request, TEMPLATE, {"form": form})
