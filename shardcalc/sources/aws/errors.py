"""What can go wrong between us and AWS, and the one table that says it in words.

Every exception of botocore becomes an :class:`AwsError`: what kind of trouble it is, what AWS said, what to
do, and whether it concerns one stream or everything that would be asked with the same credentials in the same
Region.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from shardcalc.core.text import without_password


class Trouble(StrEnum):
    """A kind of trouble; the word is part of the JSON contract."""

    CREDENTIALS = "credentials"
    EXPIRED = "expired-token"
    DENIED = "access-denied"
    MISSING = "not-found"
    STATE = "not-ready"
    THROTTLED = "throttled"
    UNREACHABLE = "unreachable"
    CLOCK = "clock-skew"
    BROKEN = "broken-answer"
    PARTIAL = "partial-data"
    REFUSED = "refused"
    CAPPED = "over-budget"


AT_ONCE: Final = frozenset({Trouble.CREDENTIALS, Trouble.EXPIRED, Trouble.CLOCK, Trouble.CAPPED})
"""Trouble that concerns every stream of the same account and Region: nothing more is asked there."""
LASTING: Final = frozenset({Trouble.THROTTLED, Trouble.UNREACHABLE, Trouble.BROKEN})
"""Trouble of one stream, until several streams in a row have it."""
IN_A_ROW: Final = 3
"""Streams in a row with the same lasting trouble, after which the others are not asked for."""


class AwsError(Exception):
    """AWS could not be read: why, and what to do about it."""

    def __init__(self, trouble: Trouble, message: str, remedy: str) -> None:
        message = without_password(message)
        super().__init__(message)
        self.trouble = trouble
        self.message = message
        self.remedy = remedy
        self.subject = ""
        """What could not be read, when it is known: a stream with its Region."""

    def about(self, stream: str, before: str = "") -> AwsError:
        """The same trouble, told of one stream."""
        made = AwsError(self.trouble, before + self.message, self.remedy)
        made.subject = stream
        return made


class Breaker:
    """Which streams of one account and Region are not asked for any more, and why.

    A stream that failed is not asked for again. All are given up when the trouble concerns every call, or
    when several streams in a row had the same lasting trouble: to wait for each of thousands takes hours.
    """

    def __init__(self, *lasting: Trouble) -> None:
        self._lasting = LASTING.union(lasting)
        self._failed: dict[str, AwsError] = {}
        self._row: list[Trouble] = []
        self._over: AwsError | None = None

    def why(self, stream: str) -> AwsError | None:
        """Why a stream is not asked for; None when it is."""
        return self._failed.get(stream) or (self._over and self._over.about(stream))

    def failed(self, error: AwsError, stream: str = "") -> None:
        """Take note of trouble with one stream, or with a call that was about several."""
        if error.trouble in AT_ONCE:
            self._over = error
        elif stream:
            self._failed[stream] = error.about(stream)
            self._row = [*(one for one in self._row if one is error.trouble), error.trouble]
            if error.trouble in self._lasting and len(self._row) >= IN_A_ROW:
                self._over = error.about("", f"not asked, because {IN_A_ROW} streams in a row failed: ")

    def worked(self) -> None:
        """Take note of an answer."""
        self._row = []


@dataclass(frozen=True, slots=True)
class Call:
    """What was asked of AWS when it failed: for the message only."""

    service: str
    operation: str
    region: str
    subject: str
    """For people: ``stream orders``; empty when the call is about the whole account."""
    role: str = ""
    """The role that is assumed for it."""

    @property
    def action(self) -> str:
        """The IAM action of the operation."""
        return f"{self.service}:{self.operation}"


@dataclass(frozen=True, slots=True)
class Explanation:
    """One line of the table."""

    trouble: Trouble
    says: str
    do: str


UNDERSTOOD: Final = "check the proxy and --endpoint-url, or run it again"
_SIGN_IN: Final = "sign in again (aws sso login, aws login), or renew the session's credentials"
_TRUST: Final = (
    "check the role's ARN and external id, that its trust policy names you, "
    "and that you may call sts:AssumeRole on it"
)
_WAIT: Final = "run it again later, or read fewer streams or days; others may be using the same API"

CODES: Final[Mapping[str, Explanation]] = {
    "ExpiredToken ExpiredTokenException RequestExpired TokenRefreshRequired": Explanation(
        Trouble.EXPIRED, "the session token has expired ({action} in {region})", _SIGN_IN
    ),
    "UnrecognizedClientException InvalidClientTokenId InvalidAccessKeyId MissingAuthenticationToken "
    "MissingAuthenticationTokenException InvalidToken "
    "OptInRequired SubscriptionRequiredException": Explanation(
        Trouble.CREDENTIALS,
        "AWS does not know these credentials in {region} ({action}: {said})",
        "check the keys and the profile, and that the account has {region} switched on",
    ),
    "SignatureDoesNotMatch InvalidSignatureException IncompleteSignature": Explanation(
        Trouble.CREDENTIALS,
        "AWS does not accept the signature ({action} in {region}: {said})",
        "check the secret key, and the clock of this machine",
    ),
    "RequestTimeTooSkewed RequestInTheFuture SignatureExpired": Explanation(
        Trouble.CLOCK,
        "this machine's clock differs too much from AWS's ({action} in {region}: {said})",
        "set the clock, for example with NTP",
    ),
    "AccessDenied AccessDeniedException UnauthorizedOperation "
    "NotAuthorized AuthorizationError Forbidden 403": Explanation(
        Trouble.DENIED,
        "access denied: {action} is missing{on} in {region} ({said})",
        "allow {action}; shardcalc iam prints the least policy of each command",
    ),
    "ResourceNotFoundException ResourceNotFound": Explanation(
        Trouble.MISSING,
        "{subject} does not exist in {region}",
        "check the name, the Region and the account; shardcalc fleet lists the streams",
    ),
    "ResourceInUseException": Explanation(
        Trouble.STATE,
        "{subject} is being changed in {region} ({said})",
        "run it again when the stream is ACTIVE",
    ),
    "LimitExceededException LimitExceeded Throttling ThrottlingException ThrottledException RequestThrottled "
    "RequestThrottledException "
    "TooManyRequestsException RequestLimitExceeded "
    "BandwidthLimitExceeded PriorRequestNotComplete SlowDown 429": Explanation(
        Trouble.THROTTLED, "AWS throttles {action} in {region}, after {attempts}", _WAIT
    ),
    "InternalFailure InternalServerError InternalServiceError InternalServiceFault InternalServiceException "
    "ServiceUnavailable ServiceUnavailableException "
    "RequestTimeout RequestTimeoutException 500 502 503 504": Explanation(
        Trouble.BROKEN,
        "AWS failed to answer {action} in {region}, after {attempts} ({said})",
        "run it again later; AWS's health page may know more",
    ),
    "ExpiredNextTokenException InvalidNextToken": Explanation(
        Trouble.BROKEN, "a page token of {action} expired while reading in {region}", "run it again"
    ),
}
"""Error codes that AWS answers with, or HTTP statuses. A code that is not here is shown as AWS said it."""

RAISED: Final[Mapping[str, Explanation]] = {
    "NoCredentialsError NoAuthTokenError": Explanation(
        Trouble.CREDENTIALS,
        "no AWS credentials found",
        "sign in (aws sso login, aws login, aws configure), or give --profile",
    ),
    "UnauthorizedSSOTokenError SSOTokenLoadError SSOError TokenRetrievalError "
    "LoginTokenLoadError LoginRefreshTokenExpired LoginRefreshRequired": Explanation(
        Trouble.EXPIRED, "the sign-in session has ended: {said}", _SIGN_IN
    ),
    "PartialCredentialsError CredentialRetrievalError MetadataRetrievalError InvalidConfigError "
    "ConfigParseError ConfigNotFound UnknownCredentialError "
    "InfiniteLoopConfigError RefreshWithMFAUnsupportedError": Explanation(
        Trouble.CREDENTIALS,
        "the AWS credentials cannot be loaded: {said}",
        "check the profile in ~/.aws/config and ~/.aws/credentials",
    ),
    "ProfileNotFound": Explanation(
        Trouble.CREDENTIALS, "{said}", "aws configure list-profiles names the profiles there are"
    ),
    "NoRegionError": Explanation(
        Trouble.UNREACHABLE, "no Region is set", "give --region, or set AWS_REGION or the profile's region"
    ),
    "InvalidRegionError UnknownRegionError "
    "EndpointProviderError UnknownEndpointError EndpointVariantError": Explanation(
        Trouble.UNREACHABLE, "there is no {service} in {region}: {said}", "check the name of the Region"
    ),
    "ReadTimeoutError": Explanation(
        Trouble.UNREACHABLE,
        "no answer to {action} in {region} within the time to wait",
        "run it again, or give a longer --timeout",
    ),
    "SSLError": Explanation(
        Trouble.UNREACHABLE,
        "no secure connection for {action} in {region}: {said}",
        "check the proxy, and AWS_CA_BUNDLE",
    ),
    "ConnectTimeoutError EndpointConnectionError ProxyConnectionError ProxyConfigurationError": Explanation(
        Trouble.UNREACHABLE,
        "no connection for {action} in {region}: {said}",
        "check the network, the proxy and --endpoint-url",
    ),
    "ConnectionClosedError ResponseStreamingError "
    "IncompleteReadError HTTPClientError ConnectionError": Explanation(
        Trouble.BROKEN,
        "the connection was cut in the middle of an answer to {action} in {region}",
        "run it again",
    ),
    "ResponseParserError": Explanation(
        Trouble.BROKEN, "the answer to {action} in {region} cannot be understood: {said}", UNDERSTOOD
    ),
    "ParamValidationError": Explanation(
        Trouble.REFUSED, "{action} cannot be asked: {said}", "check the names given"
    ),
}
"""Botocore's own exceptions, by the name of the class or of the nearest class above it."""

_OTHER: Final = Explanation(Trouble.REFUSED, "AWS refused {action}{on} in {region}: {said}", "")


def translate(error: Exception, asked: Call) -> AwsError:
    """Say in words what an exception of botocore means."""
    response: dict[str, Any] = getattr(error, "response", None) or {}
    inside = response.get("Error", {})
    code = str(inside.get("Code", "")).rpartition("#")[2].partition(":")[0]
    said = _one_line(
        str(inside.get("Message") or inside.get("message") or "") or (code if response else str(error))
    )
    operation = getattr(error, "operation_name", None)
    if operation == "AssumeRole":
        # The role is assumed when the first call is signed, so its failure comes out of that call.
        asked = Call("sts", operation, asked.region, asked.role and f"role {asked.role}")
    row = _by_code(code, said, response) if response else _by_class(error)
    attempts = response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
    words = {
        "action": asked.action,
        "service": asked.service,
        "region": asked.region or "no Region",
        "subject": asked.subject or "what was asked for",
        "on": f" on {asked.subject}" if asked.subject else "",
        "said": said,
        "attempts": f"{attempts} attempt{'' if attempts == 1 else 's'}",
    }
    remedy = row.do.format(**words)
    if operation == "AssumeRole" and row.trouble in (Trouble.DENIED, Trouble.REFUSED):
        remedy = _TRUST
    return AwsError(row.trouble, row.says.format(**words), remedy)


def _by_code(code: str, said: str, response: dict[str, Any]) -> Explanation:
    # AWS's JSON services answer a skewed clock with the code of a bad signature.
    if code in ("InvalidSignatureException", "SignatureDoesNotMatch") and (
        "expired" in said.lower() or "not yet current" in said.lower()
    ):
        code = "RequestTimeTooSkewed"
    return _find(CODES, (code, str(response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))))


def _by_class(error: Exception) -> Explanation:
    return _find(RAISED, [kind.__name__ for kind in type(error).__mro__])


def _find(table: Mapping[str, Explanation], names: Iterable[str]) -> Explanation:
    rows = {name: row for known, row in table.items() for name in known.split()}
    return next((rows[name] for name in names if name in rows), _OTHER)


def _one_line(text: str) -> str:
    line = without_password(" ".join("".join(c if c.isprintable() else " " for c in text).split()))
    return line if len(line) <= 300 else line[:297] + "..."


def botocore_errors() -> tuple[type[Exception], ...]:
    """The exceptions to catch around a call: botocore's two roots."""
    from botocore.exceptions import BotoCoreError, ClientError
    from botocore.parsers import ResponseParserError

    return (BotoCoreError, ClientError, ResponseParserError)
