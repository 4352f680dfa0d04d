"""A browser without a screen: opens pages, fills in the forms that stand on them, follows on."""

from collections.abc import Callable
from typing import Any

from bs4 import BeautifulSoup, Tag
from django.http import HttpResponse
from django.test import Client

from grid.models import User

SIGNED = "django.contrib.auth.backends.ModelBackend"


class Browser:
    """One person's browser. Forms are sent as the page gives them, with the tokens it gives."""

    def __init__(self, user: User | None, *, committing: Callable[..., Any]) -> None:
        self.client = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)
        self.committing = committing
        self.page = BeautifulSoup("", "html.parser")
        self.answer: HttpResponse = HttpResponse()
        self.address = ""
        if user is not None:
            self.client.force_login(user, SIGNED)

    def open(self, address: str, *, status: int = 200) -> "Browser":
        """Open an address and whatever it sends on to."""
        self._take(self.client.get(address, follow=True), address, status)
        return self

    def send(self, action: str = "", *, status: int = 200, **values: Any) -> "Browser":
        """Send the page's form of this address (default: its own), fields filled in over it."""
        form = self.form(action)
        data = {**fields_of(form), **values}
        to = form.get("action") or self.address
        with self.committing(execute=True):
            answer = self.client.post(to, data, follow=True)
        self._take(answer, str(to), status)
        return self

    def form(self, action: str = "") -> Tag:
        """Return the POST form of the page that goes to this address."""
        forms = [form for form in self.page.find_all("form") if form.get("method") == "post"]
        wanted = action or self.address
        found = [form for form in forms if (form.get("action") or self.address) == wanted]
        assert found, f"no form to {action or self.address} on {self.address}"
        return found[0]

    def text(self) -> str:
        """Return what stands on the page, blanks squeezed."""
        main = self.page.find("main")
        return " ".join((main or self.page).get_text(" ").split())

    def table(self) -> dict[str, str]:
        """Return the rows of the page's table: the heading of the row and its text."""
        rows = self.page.select("tbody tr")
        return {
            cell.get_text(strip=True): " ".join(row.get_text(" ").split())
            for row in rows
            if (cell := row.find("th"))
        }

    def links(self, part: str) -> list[str]:
        """Return the addresses on the page that hold this part."""
        return [str(a["href"]) for a in self.page.find_all("a", href=True) if part in a["href"]]

    def tile(self, part: str) -> int:
        """Return the number on the tile whose address holds this part."""
        tile = next(a for a in self.page.select("a.tile") if part in str(a["href"]))
        return int(tile.select_one(".tile-value").text)

    def _take(self, answer: Any, address: str, status: int) -> None:
        self.answer = answer
        chain = getattr(answer, "redirect_chain", [])
        self.address = chain[-1][0] if chain else address
        self.page = BeautifulSoup(answer.content, "html.parser")
        assert answer.status_code == status, (address, answer.status_code, self.text())


def fields_of(form: Tag) -> dict[str, Any]:
    """Return what a form would send if nothing were changed and no button had a name."""
    values: dict[str, Any] = {}
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = field.get("name"), field.get("type", "text")
        if not name or kind in ("submit", "file", "search"):
            continue
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.find("option", selected=True)
            values[name] = chosen["value"] if chosen else ""
        else:
            values[name] = field.text if field.name == "textarea" else field.get("value", "")
    return values
