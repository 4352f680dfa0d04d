"""Checks about the repository itself: what no type checker or linter sees."""

import re
import subprocess
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent
OWN_APPS = ("config", "grid", "returnees", "schedules")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


def readable(paths: list[Path]) -> list[tuple[Path, str]]:
    return [
        (path, path.read_text(encoding="utf-8", errors="replace"))
        for path in paths
        if path.is_file() and path.suffix not in {".mo", ".png", ".ico", ".gz", ".xlsx"}
    ]


def test_locks_name_no_host():
    for name in ROOT.glob("requirements*.lock"):
        assert "://" not in name.read_text(), name


def test_nothing_tracked_needs_a_folder_outside_the_checkout():
    needle = "../" + "shared"
    assert [str(p) for p, text in readable(tracked()) if needle in text] == []


def test_every_model_says_what_it_is():
    own = [m for app in OWN_APPS for m in apps.get_app_config(app).get_models()]
    undocumented = [
        m.__name__
        for m in own
        if not m.__name__.endswith("Event")
        and (not m.__doc__ or m.__doc__.startswith(f"{m.__name__}("))
    ]
    assert undocumented == []


def test_every_template_is_used():
    templates = {p for p in tracked() if p.is_relative_to(ROOT / "templates")}
    everything = "\n".join(
        text for p, text in readable(tracked()) if p.suffix in {".py", ".html", ".txt"}
    )
    by_name = {"400.html", "403.html", "404.html", "500.html"}
    # Read by django-import-export's own pages under these names.
    by_name |= {"admin/import_export/import_errors.html", "admin/import_export/import_preview.html"}
    unused = [
        name
        for p in templates
        if (name := p.relative_to(ROOT / "templates").as_posix()) not in by_name
        and name not in everything
    ]
    assert unused == []


def test_adr_numbers_follow_each_other():
    numbers = sorted(int(p.name[:4]) for p in (ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("dependencies = [") : text.index("[tool.ruff]")]
    bare = [line for line in block.splitlines() if re.match(r'\s+"[\w\-\[\],.]+[<>=]', line)]
    assert bare
    assert [line for line in bare if "#" not in line] == []


def test_relative_links_of_the_docs_lead_somewhere():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_settings_are_safe_without_anyone_asking():
    assert settings.DEBUG is False
    assert "*" not in settings.ALLOWED_HOSTS
    assert settings.SESSION_COOKIE_AGE == 30 * 24 * 3600
