"""Households, sites and cadres in the back office's files."""

from collections import defaultdict
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from grid.announce import responsibility_changed
from grid.choices import Level
from grid.days import today
from grid.exchange.resources import PortalResource, is_new
from grid.models import Household, Place, Post, Site, User
from grid.permissions import Permission


class AtPlace(PortalResource):
    """Rows at a place of the user's area."""

    deep = Level.PROVINCE  # the widest level of a place that such a row may be at

    def prepare(self, rows: list[Any]) -> None:
        """Load the places of the file."""
        self.places = Place.objects.in_bulk(list({self.cell(row, "place") for row in rows}))

    def check(self, instance: Any, row: Any) -> dict[str, Any]:
        """The place is there, in use, deep enough, and the user's."""
        code = instance.place_id or ""
        words = {"code": code, "place": self.places.get(code)}
        place = self.places.get(code)
        if place is None:
            return {"place": _("There is no place %(code)s.") % words}
        if self.user is None or not self.user.can(self.right, place):
            return {"place": _("%(code)s lies outside your area.") % words}
        if place.level < self.deep:
            return {"place": _("%(place)s is wider than a village.") % words}
        if place.closed and is_new(instance):
            return {"place": _("%(place)s is no longer in use.") % words}
        return {}


class HouseholdResource(AtPlace):
    """Households by place and door number; those given up leave, and are passed over in a file.

    What is personal in them (telephones) is not among the columns: the list of households brings
    it in, and shows it to those who may see it.
    """

    deep = Level.VILLAGE
    read_only: ClassVar = ("closed_on",)

    class Meta:
        model = Household
        import_id_fields = ("place", "number")
        fields = (
            "place",
            "number",
            "address",
            "use",
            "head_name",
            "home_suitable",
            "assessed_on",
            "note",
            "closed_on",
        )

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(closed_on=None)

    def passes_over(self, row: Any) -> bool:
        return bool(self.cell(row, "closed_on"))

    def check(self, instance: Household, row: Any) -> dict[str, Any]:
        told = super().check(instance, row)
        if not told and not instance.number:
            told = {"number": _("A household needs a door number of at most 40 characters.")}
        if not told and instance.home_suitable is not None and instance.assessed_on is None:
            told = {"assessed_on": _("Say on which day the home was assessed.")}
        if not told and instance.assessed_on and instance.assessed_on > today():
            told = {"assessed_on": _("A home cannot be assessed in the future.")}
        return told

    def finish(self, written: list[Household]) -> None:
        """Tell who answers for what that there are households."""
        responsibility_changed({one.place_id for one in written})


class SiteResource(AtPlace):
    """Isolation sites by place and name."""

    class Meta:
        model = Site
        import_id_fields = ("place", "name")
        fields = ("place", "name", "rooms", "closed")


class UserResource(PortalResource):
    """Cadres by phone: what stands on their page is corrected, nobody is made here.

    New cadres come with their post through the list of cadres, or the cadres page.
    """

    right = Permission.MANAGE_POSTS
    read_only: ClassVar = ("is_active",)

    class Meta:
        model = User
        import_id_fields = ("phone",)
        fields = ("phone", "name", "unit", "title", "party_member", "is_active")

    def prepare(self, rows: list[Any]) -> None:
        """Load the posts of the cadres: all of them must lie where the user manages posts."""
        phones = {self.cell(row, "phone") for row in rows}
        posts = Post.objects.active_on(today()).filter(user__phone__in=phones)
        self.posts: dict[int, list[Post]] = defaultdict(list)
        for post in posts.select_related("block"):
            self.posts[post.user_id].append(post)

    def check(self, instance: User, row: Any) -> dict[str, Any]:
        if is_new(instance):
            return {
                "phone": _(
                    "No cadre has the phone %(phone)s: new ones come with their post, through the "
                    "list of cadres."
                )
                % {"phone": instance.phone}
            }
        posts = self.posts.get(instance.pk, [])
        user = self.user
        manages = user is not None and (
            user.is_superuser
            or (
                not instance.is_superuser
                and bool(posts)
                and all(user.can(self.right, post) for post in posts)
            )
        )
        if not manages:
            return {
                "phone": _("%(name)s holds posts outside your area: ask the admin there.")
                % {"name": instance.name}
            }
        return {}
