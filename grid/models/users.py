"""Cadres are users: log-in by phone number, dated posts, and the grants that follow from them."""

from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grid.audit import tracked, tracked_without
from grid.choices import Role
from grid.days import today
from grid.identity import MOBILE
from grid.models.places import Block, Place
from grid.permissions import Permission
from grid.scope import Grant, HasScope, Scope, ScopedQuerySet, active_on, under


class UserQuerySet(models.QuerySet["User"]):
    """Cadres by post and state."""

    def active(self) -> Self:
        """Return those who may sign in and hold work."""
        return self.filter(is_active=True)

    def visible_to(self, user: "User", permission: Permission | None = None) -> Self:
        """Return cadres with a post or assignment inside the user's scope, and the user."""
        scope = user.scope(permission)
        condition = Q(pk=user.pk)
        for prefix in scope.prefixes:
            condition |= Q(pk__in=Post.objects.filter(under(prefix)).values("user"))
            condition |= Q(
                pk__in=Post.objects.filter(under(prefix, "block__township")).values("user")
            )
        return self.filter(condition)

    def with_post_under(self, code: str, day: date) -> Self:
        """Return those who hold a post at or below a place on a day."""
        posts = Post.objects.filter(active_on(day)).filter(
            under(code) | under(code, "block__township")
        )
        return self.filter(pk__in=posts.values("user"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Creates users by phone number."""

    def create_user(
        self, phone: str, name: str, password: str | None = None, **rest: Any
    ) -> "User":
        """Return a new saved user; without a password no log-in is possible."""
        user: User = self.model(phone=phone, name=name, **rest)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user

    def create_superuser(self, phone: str, name: str, password: str, **rest: Any) -> "User":
        """Return a new user who may do everything in the back office."""
        return self.create_user(phone, name, password, is_staff=True, is_superuser=True, **rest)


@tracked_without("password", "last_login")
class User(AbstractBaseUser, PermissionsMixin):
    """A cadre (包保干部, grid worker, admin, leader): the phone number is the log-in."""

    phone = models.CharField(
        _("phone"),
        max_length=11,
        unique=True,
        validators=[RegexValidator(MOBILE, _("A mobile number has eleven digits: 1xxxxxxxxxx."))],
    )
    name = models.CharField(_("name"), max_length=30)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    title = models.CharField(_("post title"), max_length=40, blank=True)
    party_member = models.BooleanField(_("party member"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may enter the back office"), default=False)
    must_change_password = models.BooleanField(_("must set a new password"), default=False)
    joined_at = models.DateTimeField(_("joined at"), auto_now_add=True)

    USERNAME_FIELD = "phone"
    REQUIRED_FIELDS: ClassVar = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("cadre")
        verbose_name_plural = _("cadres")
        ordering: ClassVar = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def grants(self) -> tuple[Grant, ...]:
        """All grants of today, loaded once per request: posts, assignments, leave cover."""
        from grid.grants import grants_of  # noqa: PLC0415  models are not loaded yet

        return grants_of(self, today())

    def scope(self, permission: Permission | None = None) -> Scope:
        """Return the user's scope, or the part of it where the permission is held."""
        if self.is_superuser:
            return EVERYWHERE
        return Scope.of(g for g in self.grants if permission is None or g.allows(permission))

    def can(self, permission: Permission, row: HasScope | None = None) -> bool:
        """Say whether the user holds the permission, for this row or anywhere at all."""
        if not self.is_active:
            return False
        if self.is_superuser:
            return True
        return any(g.allows(permission) and (row is None or g.covers(row)) for g in self.grants)

    @property
    def home_place(self) -> str:
        """The code of the user's widest post: where dashboards and forms begin."""
        prefixes = self.scope().prefixes
        return min(prefixes, key=len) if prefixes else ""


EVERYWHERE = Scope(prefixes=("",), households=frozenset(), persons=frozenset())


class PostQuerySet(ScopedQuerySet):
    """Posts by place and day."""

    def active_on(self, day: date) -> Self:
        """Return the posts held on a day."""
        return self.filter(active_on(day))


@tracked
class Post(models.Model):
    """A dated role at a place or over a block. Ended and begun, never overwritten."""

    user = models.ForeignKey(User, models.CASCADE, verbose_name=_("cadre"), related_name="posts")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    place = models.ForeignKey(
        Place, models.PROTECT, verbose_name=_("place"), null=True, blank=True, related_name="posts"
    )
    block = models.ForeignKey(
        Block, models.PROTECT, verbose_name=_("block"), null=True, blank=True, related_name="posts"
    )
    since = models.DateField(_("since"), default=today)
    until = models.DateField(_("until (not included)"), null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = _("post")
        verbose_name_plural = _("posts")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="post_has_one_target",
                condition=Q(place=None, block__isnull=False) | Q(place__isnull=False, block=None),
                violation_error_message=_("A post is at one place or over one block."),
            ),
            models.CheckConstraint(
                name="post_dates_in_order",
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                violation_error_message=_("The post ends before it begins."),
            ),
            models.UniqueConstraint(
                name="post_held_once",
                fields=["user", "role", "place", "block"],
                condition=Q(until=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"

    def scope_keys(self) -> tuple[str, int | None, int | None]:
        """Return place, household, person."""
        place = self.place_id or (self.block.township_id if self.block else "")
        return place, None, None
