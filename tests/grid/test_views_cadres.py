"""Cadres: the password is shown once; what is open at a deactivation is said."""

import pytest
from django.urls import reverse

from grid.choices import Role
from grid.models import Post, User
from tests.cast import FAR, VILLAGE, World
from tests.schedules.pages import browser, soup

pytestmark = pytest.mark.django_db


def test_a_new_cadre_can_sign_in_with_the_password_shown(world: World) -> None:
    response = browser(world.township).post(
        reverse("cadre-new"),
        {"name": "新干部", "phone": "13900000001", "role": Role.VILLAGE_CADRE, "place": VILLAGE},
    )

    password = soup(response).select_one(".secret").text
    cadre = User.objects.get(phone="13900000001")
    assert cadre.check_password(password)
    assert cadre.must_change_password
    assert "no-store" in response["Cache-Control"]


def test_a_taken_phone_is_refused_in_the_form(world: World) -> None:
    response = browser(world.township).post(
        reverse("cadre-new"),
        {"name": "二号", "phone": world.cadre.phone, "role": Role.VILLAGE_CADRE, "place": VILLAGE},
    )

    assert soup(response).select_one("[role=alert], .field-error")
    assert not User.objects.filter(name="二号").exists()


def test_a_township_cannot_give_posts_elsewhere(world: World) -> None:
    response = browser(world.township).post(
        reverse("cadre-new"),
        {"name": "远方", "phone": "13900000002", "role": Role.VILLAGE_CADRE, "place": FAR},
    )

    assert response.status_code == 200
    assert not User.objects.filter(name="远方").exists()


def test_a_reset_password_is_shown_once(world: World) -> None:
    client = browser(world.township)

    response = client.post(reverse("cadre-reset-password", args=[world.cadre.pk]))

    world.cadre.refresh_from_db()
    assert world.cadre.check_password(soup(response).select_one(".secret").text)
    assert (
        ".secret" not in client.get(reverse("cadre-detail", args=[world.cadre.pk])).content.decode()
    )


def test_deactivating_says_what_is_open(world: World) -> None:
    response = browser(world.township).post(reverse("cadre-deactivate", args=[world.worker.pk]))

    world.worker.refresh_from_db()
    page = soup(response)
    assert not world.worker.is_active
    assert [dd.text for dd in page.select("dd")] == ["1", "1"]
    assert page.select_one(f'a[href*="cadre={world.worker.pk}"]')


def test_a_head_may_look_and_not_manage_and_a_stranger_sees_nobody(world: World) -> None:
    cadre = world.cadre

    assert browser(world.head).get(reverse("cadre-detail", args=[cadre.pk])).status_code == 200
    head = browser(world.head).post(reverse("cadre-deactivate", args=[cadre.pk]))
    stranger = browser(world.neighbour).post(reverse("cadre-deactivate", args=[cadre.pk]))

    assert (head.status_code, stranger.status_code) == (403, 404)
    cadre.refresh_from_db()
    assert cadre.is_active


def test_nobody_manages_a_cadre_with_a_post_elsewhere_or_oneself(world: World) -> None:
    Post.objects.create(user=world.cadre, role=Role.VILLAGE_CADRE, place_id=FAR)
    client = browser(world.township)

    both = client.post(reverse("cadre-deactivate", args=[world.cadre.pk]))
    own = client.post(reverse("cadre-deactivate", args=[world.township.pk]))

    assert (both.status_code, own.status_code) == (403, 403)


def test_a_post_is_given_and_ended(world: World) -> None:
    client = browser(world.township)

    client.post(
        reverse("post-new", args=[world.worker.pk]),
        {"role": Role.VILLAGE_CADRE, "place": VILLAGE, "since": "2026-01-01"},
    )
    post = Post.objects.get(user=world.worker, role=Role.VILLAGE_CADRE)
    client.post(reverse("post-end", args=[post.pk]))

    post.refresh_from_db()
    assert post.until is not None


def test_the_list_is_searched_and_filtered(world: World) -> None:
    client = browser(world.township)

    found = client.get(reverse("cadre-list"), {"q": "陈包"}).context["page"].rows
    heads = client.get(reverse("cadre-list"), {"role": Role.VILLAGE_HEAD}).context["page"].rows

    assert found == [world.cadre]
    assert heads == [world.head]
