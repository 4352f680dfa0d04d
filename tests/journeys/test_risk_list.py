"""Tonight's list: published, confirmed once, and the cadre's next page has the work."""

import pytest
from django.urls import reverse

from returnees.models import Episode, RiskArea, RiskListVersion, Screening
from schedules.choices import Evidence
from schedules.models import Task
from schedules.services import reconcile
from tests.factories.returnees import an_episode

NOTICE = """高风险地区（1个）
海岳省（1个）
临沧湾市望潮区
"""


@pytest.fixture
def at_home(county) -> Episode:
    """The known person came home yesterday from an area of key concern."""
    episode = an_episode(-1, person=county.person)
    reconcile(episode_ids=[episode.pk])
    assert episode.classification == "JY.KEYCONCERN"
    return episode


@pytest.mark.clause("JX57-3a", "A-35")
@pytest.mark.usefixtures("at_noon")
def test_a_list_published_tonight_is_work_and_a_notice_on_the_cadres_next_page(
    county, browse, at_home
):
    worker = browse(county.worker).open(reverse("today"))
    assert "The plan changed" not in worker.text()

    # the county pastes the text of the notice, looks at its lines, and publishes it
    admin = browse(county.county).open(reverse("risk-new")).send(text=NOTICE, source="示例公告")
    version = RiskListVersion.objects.get()
    assert admin.address.startswith(reverse("risk-version", args=[version.pk]))
    assert "临沧湾市望潮区" in admin.text()
    admin.send(reverse("risk-publish", args=[version.pk]))
    assert RiskArea.objects.get(mark="high").opened_by == version

    # who is touched, what changes, what it means in work: nothing has moved yet
    screening = Screening.objects.get(risk_list=version)
    township = browse(county.township).open(reverse("screening", args=[screening.pk]))
    assert county.person.name in township.text()
    township.open(reverse("screening-work", args=[screening.pk]))
    (row,) = township.page.select("#screening-work tbody tr")
    assert county.worker.name in row.text
    at_home.refresh_from_db()
    assert at_home.classification == "JY.KEYCONCERN"

    # one confirmation
    township.open(reverse("screening", args=[screening.pk]))
    township.send(reverse("screening-confirm", args=[screening.pk]))
    at_home.refresh_from_db()
    assert at_home.classification == "JY.MIDHIGH"

    # the worker's next page: the work, the hint, the notice with its reason
    worker.open(reverse("today"))
    assert "The plan changed on" in worker.text()
    told = Task.objects.pending().get(episode=at_home, duty__evidence=Evidence.POLICY_TEXT)
    assert "JY.MIDHIGH" in told.occasion
    assert f"/episodes/{at_home.pk}/contact/?kind=policy_text" in " ".join(
        worker.links("/contact/")
    )
    worker.open(reverse("notices"))
    assert "1 of your people was planned anew because of the risk list of" in worker.text()
    assert worker.links(reverse("person", args=[county.person.pk]))
    assert not worker.links(f"/screenings/{screening.pk}/"), "a grid worker confirms nothing"
