"""SMS through the provider's kit, against a provider on a socket of this machine."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from schedules.channels import Answer, Message, Outcome, address_fault, hand_over, sms
from schedules.choices import ChannelKind
from tests.schedules.service import Answering, serving

# The kit reads the time in a way that newer Pythons advise against.
pytestmark = pytest.mark.filterwarnings("ignore:datetime.datetime.utcfromtimestamp")

ID, SECRET = "AKIDexample", "geheim/+="
KEY = "digest:1:2021-02-08:08:00:c1"


@dataclass
class Provider:
    """A provider that knows one account; `answers` are used up, the last one stays.

    An answer is the code of a message ("Ok"), {"Code": …} for the request as a whole, or "cut" (the
    connection breaks once the request is read).
    """

    at: str = ""
    answers: list[Any] = field(default_factory=lambda: ["Ok"])
    got: list[dict[str, Any]] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)

    def address(self, more: str = "", key: str = "geheim%2F%2B%3D") -> str:
        return f"tencent://{ID}:{key}@1400001/9876?sign=网格包保&endpoint={self.at}{more}"


def signature(headers: Any, body: bytes) -> str:
    """Return how the provider signs a request itself (TC3-HMAC-SHA256)."""
    day = datetime.fromtimestamp(int(headers["X-TC-Timestamp"]), UTC).date().isoformat()
    plain = "\n".join(
        [
            "POST", "/", "", f"content-type:{headers['Content-Type']}", f"host:{headers['Host']}",
            "", "content-type;host", hashlib.sha256(body).hexdigest(),
        ]
    )  # fmt: skip
    scope = f"{day}/sms/tc3_request"
    digest = hashlib.sha256(plain.encode()).hexdigest()
    key = f"TC3{SECRET}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    told = f"TC3-HMAC-SHA256\n{headers['X-TC-Timestamp']}\n{scope}\n{digest}"
    return hmac.new(key, told.encode(), "sha256").hexdigest()


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(Answering):
        def take(self, body: bytes) -> None:
            provider.actions.append(self.headers["X-TC-Action"])
            provider.got.append(json.loads(body))
            answers = provider.answers
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if answer == "cut":
                self.connection.close()
                return
            if not self.headers["Authorization"].endswith(signature(self.headers, body)):
                answer = {"Code": "AuthFailure.SignatureFailure", "Message": "?"}
            if isinstance(answer, str):
                status = {"SerialNo": "2640:1", "Code": answer, "Message": "said", "Fee": 1}
                answered: dict[str, Any] = {"SendStatusSet": [status]}
            else:
                answered = {"Error": answer}
            self.say(200, {"Response": {**answered, "RequestId": "r"}})

    with serving(Handler) as address:
        provider.at = address
        yield provider


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[Provider]:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)  # the kit would ask a proxy for this machine
    with running() as found:
        yield found


def sent(url: str, **more: str) -> Answer:
    text = "今日待办 3 项\nhttps://portal.test"
    message = Message(key=KEY, title="t", text=text, url=url, **{"phone": "13800138000", **more})
    return hand_over(ChannelKind.SMS, message)


def test_a_message_is_signed_and_names_application_template_and_key(provider: Provider) -> None:
    answer = sent(provider.address())

    assert (answer.outcome, answer.text) == (Outcome.ACCEPTED, "Ok 2640:1")
    (got,) = provider.got
    assert provider.actions == ["SendSms"]
    assert got == {
        "PhoneNumberSet": ["+8613800138000"], "SmsSdkAppId": "1400001", "TemplateId": "9876",
        "SignName": "网格包保", "TemplateParamSet": [], "SessionContext": KEY,
    }  # fmt: skip


def test_a_template_with_a_variable_gets_the_text_without_addresses(provider: Provider) -> None:
    sent(provider.address("&params=text"), address="+85251234567")

    (got,) = provider.got
    assert got["TemplateParamSet"] == ["今日待办 3 项"]
    assert got["PhoneNumberSet"] == ["+85251234567"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("LimitExceeded.PhoneNumberThirtySecondLimit", Outcome.BUSY),
        ("FailedOperation.PhoneNumberInBlacklist", Outcome.REFUSED),
        ("InvalidParameterValue.IncorrectPhoneNumber", Outcome.REFUSED),
        ("InternalError.Timeout", Outcome.UNKNOWN),
        ({"Code": "RequestLimitExceeded", "Message": "slower"}, Outcome.BUSY),
        ({"Code": "UnauthorizedOperation.SmsSdkAppIdVerifyFail", "Message": ""}, Outcome.REFUSED),
        ({"Code": "InternalError", "Message": ""}, Outcome.UNKNOWN),
        ({"Code": "SomethingNew", "Message": ""}, Outcome.UNKNOWN),
        ("cut", Outcome.UNKNOWN),
    ],
)
def test_each_code_says_what_is_known(provider: Provider, answer: Any, outcome: Outcome) -> None:
    provider.answers = [answer]

    got = sent(provider.address())

    assert got.outcome == outcome
    assert len(provider.got) == 1  # the portal alone decides about another attempt
    assert SECRET not in got.text
    if answer != "cut":
        assert got.text.startswith(answer if isinstance(answer, str) else answer["Code"])


def test_a_wrong_secret_is_refused_by_the_provider(provider: Provider) -> None:
    answer = sent(provider.address(key="other"))

    assert answer.outcome == Outcome.REFUSED
    assert answer.text.startswith("AuthFailure.SignatureFailure")


def test_where_nobody_listens_nothing_was_taken(provider: Provider) -> None:
    with running() as gone:
        url = gone.address()

    assert sent(url).outcome == Outcome.BUSY


GOOD = f"tencent://{ID}:{SECRET.replace('/', '%2F')}@1400001/9876?sign=网格"


@pytest.mark.parametrize(
    "url",
    [
        "https://sms.test/", f"tencent://{ID}@1400001/9876?sign=网格", GOOD.replace("sign", "name"),
        GOOD.replace("/9876", ""), GOOD.replace("1400001", "app"), GOOD + "&params=title",
        GOOD + "&endpoint=portal", "tencent://[", GOOD + "&nonsense",
    ],
)  # fmt: skip
def test_an_address_that_cannot_work_is_told_of(url: str) -> None:
    assert "tencent://" in address_fault(ChannelKind.SMS, url)
    assert sent(url).outcome == Outcome.REFUSED
    assert address_fault(ChannelKind.SMS, GOOD) == ""


def test_without_the_kit_saying_so_is_all_that_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sms, "find_spec", lambda _name: None)

    assert "make env SMS=1" in address_fault(ChannelKind.SMS, GOOD)
    answer = sent(GOOD)
    assert (answer.outcome, "make env SMS=1" in answer.text) == (Outcome.REFUSED, True)
