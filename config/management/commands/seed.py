"""Make a believable community under invented places."""

import secrets
from argparse import ArgumentParser
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from config.seeding.news import make_news
from config.seeding.people import Community, make_community
from config.seeding.places import COUNTY, make_county
from config.seeding.returns import live_through, make_policy
from grid.models import Place
from policies.schema import keys

READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
SHOWN = [  # title, what the person sees first
    ("镇街管理员", "township admin: dashboard, import, daily report"),
    ("网格员", "grid worker: today's people and tasks"),
    ("村支书", "village head"),
    ("包片领导", "leader of a block"),
    ("督导组组长", "supervisor"),
    ("县防指办管理员", "county admin and back office"),
]


class Command(BaseCommand):
    """Fill an empty portal with an invented county; the same for the same seed."""

    help = "Make a believable community under invented places, the same for the same --seed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--returnees", type=int, default=160, help="default: 160")
        parser.add_argument("--villages", type=int, default=12, help="default: 12")
        parser.add_argument("--pack", default="JY", help="the notice in force; default: JY")
        parser.add_argument("--seed", type=int, default=1, help="default: 1")

    def handle(self, *, returnees: int, villages: int, seed: int, pack: str, **_: Any) -> None:
        if villages < 1 or returnees < 0:
            raise CommandError("Give at least one village and no negative number.", returncode=2)
        if pack not in keys():
            raise CommandError(
                f"--pack {pack}: no such notice is shipped; use one of: {', '.join(keys())}.",
                returncode=2,
            )
        if Place.objects.filter(pk=COUNTY).exists():
            raise CommandError(
                f"There is an invented county ({COUNTY}) already; seed an empty database.",
                returncode=2,
            )
        community, made = _make(returnees, villages, seed, pack)
        path = _write_logins(community)
        self.stdout.write(f"{villages} villages, {made} returnees; demo log-ins in {path}")


@transaction.atomic
def _make(returnees: int, villages: int, seed: int, pack: str) -> tuple[Community, int]:
    random, now = Random(seed), timezone.now()  # noqa: S311  a believable world, not a secret
    password = "".join(secrets.choice(READABLE) for _ in range(10))
    county = make_county(villages=villages)
    community = make_community(
        county=county,
        random=random,
        today=timezone.localdate(now),
        password=password,
        residents=returnees,
    )
    community.cast["县防指办管理员"][0].is_staff = True
    community.cast["县防指办管理员"][0].save(update_fields=["is_staff"])
    make_policy(pack=pack, today=timezone.localdate(now))
    made = live_through(community=community, count=returnees, random=random, now=now)
    make_news(community=community, random=random, now=now)
    return community, made


def _write_logins(community: Community) -> Path:
    """Write the demo log-ins where `make run` finds them, readable by the owner alone."""
    path = Path(settings.BASE_DIR) / "var" / "demo_logins.txt"
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    lines = [
        f"{community.cast[title][0].phone}  {community.password}  {title} ({what})"
        for title, what in SHOWN
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
