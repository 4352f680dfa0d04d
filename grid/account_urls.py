"""Addresses of the user's own account."""

from django.urls import path

from grid.views import account

urlpatterns = [
    path("", account.home, name="home"),
    path("sign-in/", account.SignIn.as_view(), name="sign-in"),
    path("sign-out/", account.SignOut.as_view(), name="sign-out"),
    path("password/", account.PasswordChange.as_view(), name="password-change"),
]
