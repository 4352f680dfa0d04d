"""The user's own account: signing in and out, the password, and where a day begins."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth import views as auth
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from grid.errors import Refused
from grid.forms.account import SignInForm
from grid.permissions import Permission
from grid.services.accounts import change_password
from grid.web import PortalRequest


class SignIn(auth.LoginView):
    """Sign in by phone number and password."""

    form_class = SignInForm
    template_name = "registration/sign_in.html"
    redirect_authenticated_user = True


class SignOut(auth.LogoutView):
    """Sign out; by POST alone."""

    http_method_names = ["post", "options"]


class PasswordChange(auth.PasswordChangeView):
    """Set a new password; until then a temporary one opens no other page."""

    request: PortalRequest

    template_name = "registration/password_change.html"
    success_url = reverse_lazy("home")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        user = self.request.user
        try:
            change_password(user=user, password=form.cleaned_data["new_password1"], by=user)
        except Refused as refusal:
            form.add_error("new_password1", str(refusal))
            return self.form_invalid(form)
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("Your new password is set."))
        return redirect(self.get_success_url())


def home(request: PortalRequest) -> HttpResponse:
    """Begin with today's work for those who do it themselves, with the overview for the others."""
    by_hand = request.user.can(Permission.LOG) and not request.user.can(Permission.ASSIGN)
    return redirect("today" if by_hand else "dashboard")
