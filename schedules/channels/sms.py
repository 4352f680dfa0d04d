"""SMS through a provider's own kit: Tencent Cloud, an optional extra (docs/reminders.md).

The kit is imported when a message is sent, never before: the portal starts and works without it.
"""

import logging
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext as _
from requests.exceptions import RequestException

from schedules.channels.answers import LONGEST, Answer, Message, Outcome
from schedules.channels.webhook import PATIENCE, lost

REGION = "ap-guangzhou"
KNOWN = {"sign", "params", "region", "endpoint"}
COUNTRY = "+86"
# The beginnings of the provider's codes; of all others nobody knows whether a message went.
AGAIN = ("LimitExceeded", "RequestLimitExceeded")
NO = (
    "AuthFailure", "ClientError", "ClientParamsError", "FailedOperation", "InvalidAction",
    "InvalidParameter", "InvalidRequest", "MissingParameter", "NoSuchProduct", "NoSuchVersion",
    "ResourceInsufficient", "ResourceNotFound", "ResourceUnavailable", "UnauthorizedOperation",
    "UnknownParameter", "UnsupportedOperation", "UnsupportedProtocol", "UnsupportedRegion",
)  # fmt: skip

# At its lowest level the kit logs whole requests; they hold phones and go nowhere.
logging.getLogger("tencentcloud_sdk_common").propagate = False


@dataclass(frozen=True, slots=True)
class Account:
    """What an address says: whose account, which application, which approved words."""

    secret_id: str
    secret_key: str
    app: str
    template: str
    sign: str
    with_text: bool
    region: str
    endpoint: str


def account(url: str) -> Account | None:
    """Return what an address says; None where it is none.

    tencent://SECRET_ID:SECRET_KEY@APP_ID/TEMPLATE_ID?sign=SIGN[&params=text][&region=…]
    [&endpoint=http://…]
    """
    try:
        parts = urlsplit(url)
        said = parse_qs(parts.query, strict_parsing=bool(parts.query))
    except ValueError:
        return None
    told = {key: values[0] for key, values in said.items()}
    app, template = parts.hostname or "", parts.path.strip("/")
    endpoint = urlsplit(told.get("endpoint", ""))
    right = (
        parts.scheme == "tencent"
        and bool(parts.username and parts.password and told.get("sign"))
        and app.isdecimal()
        and template.isdecimal()
        and told.keys() <= KNOWN
        and told.get("params", "text") == "text"
        and (endpoint.scheme in ("http", "https") if "endpoint" in told else True)
    )
    if not right:
        return None
    return Account(
        secret_id=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        app=app,
        template=template,
        sign=told["sign"],
        with_text="params" in told,
        region=told.get("region", REGION),
        endpoint=told.get("endpoint", ""),
    )


def is_installed() -> bool:
    """Say whether the provider's kit is there."""
    return find_spec("tencentcloud") is not None and find_spec("tencentcloud.sms") is not None


def not_installed() -> str:
    """Return the sentence that says how the kit is installed."""
    return _(
        "The SMS kit of Tencent Cloud is not installed: run `make env SMS=1` in the portal's "
        "folder and start the portal again, or use a webhook."
    )


def fault(url: str) -> str:
    """Return what is wrong with an address, or nothing."""
    if not is_installed():
        return not_installed()
    if account(url) is None:
        return _(
            "An SMS address reads tencent://SECRET_ID:SECRET_KEY@APP_ID/TEMPLATE_ID?sign=SIGN, "
            "with &params=text where the template has one variable."
        )
    return ""


def send(message: Message) -> Answer:
    """Hand a message to the provider; what its codes mean stands in AGAIN and NO.

    A connection that was never made was surely not taken; of one that broke nobody knows.
    """
    found = account(message.url)
    if found is None or not is_installed():
        return Answer(Outcome.REFUSED, fault(message.url))
    from tencentcloud.common.exception import (  # noqa: PLC0415  an extra
        TencentCloudSDKException,
    )

    try:
        answered = _client(found).SendSms(_request(found, message))
    except TencentCloudSDKException as error:
        if isinstance(error.__context__, RequestException):
            return lost(error.__context__)
        return _answer(str(error.code), str(error.message))
    told = (answered.SendStatusSet or [None])[0]
    if told is None:
        return Answer(Outcome.UNKNOWN)
    if told.Code == "Ok":
        return Answer(Outcome.ACCEPTED, f"Ok {told.SerialNo}"[:LONGEST])
    return _answer(told.Code, told.Message)


def _client(found: Account) -> Any:
    from tencentcloud.common.credential import Credential  # noqa: PLC0415  an extra
    from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415
    from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415
    from tencentcloud.sms.v20210111.sms_client import SmsClient  # noqa: PLC0415

    at = urlsplit(found.endpoint)
    http = HttpProfile(
        protocol=at.scheme or "https", endpoint=at.netloc or None, reqTimeout=PATIENCE
    )
    who = Credential(found.secret_id, found.secret_key)
    return SmsClient(who, found.region, ClientProfile(httpProfile=http))


def _request(found: Account, message: Message) -> Any:
    from tencentcloud.sms.v20210111.models import SendSmsRequest  # noqa: PLC0415  an extra

    to = message.address or message.phone
    request = SendSmsRequest()
    request.PhoneNumberSet = [to if to.startswith("+") else COUNTRY + to]
    request.SmsSdkAppId, request.TemplateId = found.app, found.template
    request.SignName = found.sign
    request.TemplateParamSet = [_words(message.text)] if found.with_text else []
    request.SessionContext = message.key
    return request


def _words(text: str) -> str:
    """Return a text in one line; a variable may hold no address."""
    return " ".join(line for line in text.splitlines() if "://" not in line)


def _answer(code: str, said: str) -> Answer:
    text = f"{code} {said}"[:LONGEST]
    if code.startswith(AGAIN):
        return Answer(Outcome.BUSY, text)
    return Answer(Outcome.REFUSED if code.startswith(NO) else Outcome.UNKNOWN, text)
