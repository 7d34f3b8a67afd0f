"""How AWS is reached: the user's own credentials, a role, a Region, an endpoint; retries and timeouts.

One :class:`Account` is one set of credentials. It counts its calls, and every failure leaves it as an
``AwsError``.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Self

from shardcalc.sources.aws.answers import Strict
from shardcalc.sources.aws.errors import UNDERSTOOD, AwsError, Call, Trouble, botocore_errors, translate

ATTEMPTS: Final = 6
"""Times that a call is tried: with botocore's growing pauses, about a quarter of a minute of throttling.
AWS_MAX_ATTEMPTS and the profile win."""

OPTIONAL_ATTEMPTS: Final = 2
"""Times that a call is tried whose answer can be done without."""
CUT_ATTEMPTS: Final = 3
"""Times that an answer may come cut off before it is given up."""
CONNECT_WITHIN: Final = 5
"""Seconds to wait for a connection; it does not depend on the time to wait for an answer."""
CLIENTS: Final = {"tag": "resourcegroupstaggingapi"}
"""Botocore's names of services, where they are not those of IAM."""
STS_REGION: Final = "us-east-1"


@dataclass(frozen=True, slots=True)
class Access:
    """How the user wants AWS to be reached; the names are those of the AWS CLI."""

    profile: str = ""
    endpoint_url: str = ""
    role_arn: str = ""
    external_id: str = ""
    timeout: float = 20
    """Seconds to wait for an answer."""


class Account:
    """One set of credentials, in any Region. It only reads, and counts what it asks.

    Beside another account of the same profile it begins with that one's credentials: an MFA code is good for
    one use.
    """

    def __init__(self, access: Access, *, attempts: int | None = None, beside: Account | None = None) -> None:
        self.access = access
        self._attempts = attempts
        self.calls: Counter[str] = Counter()
        """How many calls were answered or failed, by IAM action; retries are not counted."""
        self.metrics = 0
        """Metrics asked for with GetMetricData: what CloudWatch bills."""
        self.number = access.role_arn.split(":")[4] if access.role_arn else ""
        """The account's number; empty until somebody learns it."""
        self._clients: dict[tuple[str, str, int | None], Any] = {}
        try:
            same = beside is not None and beside.access.profile == access.profile
            self._own: Any = beside._own if beside is not None and same else _core(access.profile)
            self._session = _assumed(self._own, access) if access.role_arn else self._own
        except botocore_errors() as error:
            raise translate(error, Call("sts", "AssumeRole", "", "", access.role_arn)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; another call opens them again."""
        for client in self._clients.values():
            client.close()

    @property
    def region(self) -> str:
        """The Region of the environment or profile.

        Raises:
            AwsError: none is set.
        """
        try:
            region = self._session.get_config_variable("region")
        except botocore_errors() as error:
            raise translate(error, Call("", "", "", "")) from error
        if not region:
            from botocore.exceptions import NoRegionError

            raise translate(NoRegionError(), Call("", "", "", ""))
        return str(region)

    def identify(self, region: str) -> str:
        """The account's number. STS is asked once; it answers everybody, and free of charge. Empty when it
        does not.
        """
        if not self.number:
            with suppress(AwsError):
                said = self.ask("sts", region, "GetCallerIdentity", {}, "Account", attempts=OPTIONAL_ATTEMPTS)
                self.number = str(said["Account"])
        return self.number

    def ask(
        self,
        service: str,
        region: str,
        operation: str,
        arguments: Mapping[str, Any],
        member: str,
        *,
        subject: str = "",
        attempts: int | None = None,
    ) -> dict[str, Any]:
        """Make one call, with botocore's retries.

        Args:
            service: as in IAM, such as ``kinesis``.
            region: where.
            operation: AWS's name of it, ``DescribeStreamSummary``.
            arguments: the call's members.
            member: what the answer must have to be one; a proxy's page has not.
            subject: what it is about, for the message when it fails.
            attempts: times that it is tried; as the account says when not given.

        Raises:
            AwsError: it failed.
        """
        asked = Call(service, operation, region, subject, self.access.role_arn)
        self.calls[asked.action] += 1
        try:
            from botocore import xform_name

            call = getattr(self._client(service, region, attempts or self._attempts), xform_name(operation))
            answer = _whole_answer(call, arguments)
        except botocore_errors() as error:
            raise translate(error, asked) from error
        if member not in answer:
            raise AwsError(
                Trouble.BROKEN,
                f"the answer to {asked.action} in {region} cannot be understood: it has no {member}",
                UNDERSTOOD,
            )
        return answer

    def address(self, service: str, region: str) -> str:
        """Where a service is really asked: flags, environment and profile may all say another place."""
        return str(self._client(service, region, self._attempts).meta.endpoint_url)

    def prepare(self, service: str, region: str) -> None:
        """Make the client of a Region beforehand: making one is not safe in threads, using one is.

        Raises:
            AwsError: there is no such endpoint.
        """
        try:
            self._client(service, region, self._attempts)
        except botocore_errors() as error:
            raise translate(error, Call(service, "", region, "")) from error

    def _client(self, service: str, region: str, attempts: int | None) -> Any:
        client = self._clients.get((service, region, attempts))
        if client is None:
            try:
                client = self._session.create_client(
                    CLIENTS.get(service, service),
                    region_name=region,
                    endpoint_url=self.access.endpoint_url or None,
                    config=_config(self._session, self.access, attempts),
                )
            except ValueError as error:
                # Botocore checks an endpoint's form with a bare ValueError.
                raise AwsError(
                    Trouble.UNREACHABLE, str(error), "check --region and --endpoint-url"
                ) from error
            self._clients[service, region, attempts] = client
        return client


def _assumed(own: Any, access: Access) -> Any:
    """A session with the credentials of a role, which is assumed with those of another session."""
    from botocore.credentials import (
        AssumeRoleCredentialFetcher,
        CredentialProvider,
        CredentialResolver,
        DeferredRefreshableCredentials,
    )
    from botocore.exceptions import NoCredentialsError

    credentials = own.get_credentials()
    if credentials is None:
        raise NoCredentialsError
    extra = {"RoleSessionName": "shardcalc"} | (
        {"ExternalId": access.external_id} if access.external_id else {}
    )
    create = partial(
        own.create_client,
        region_name=_sts_region(own, access.role_arn.split(":")[1]),
        endpoint_url=access.endpoint_url or None,
        config=_config(own, access),
    )
    fetcher = AssumeRoleCredentialFetcher(create, credentials, access.role_arn, extra_args=extra)

    class Role(CredentialProvider):  # type: ignore[misc]  # botocore has no types
        """The role as the only source of credentials; a long read outlives one session of it, so it is
        renewed.
        """

        METHOD = "assume-role"

        def load(self) -> Any:
            return DeferredRefreshableCredentials(fetcher.fetch_credentials, self.METHOD)

    session = _core(access.profile)
    session.register_component("credential_provider", CredentialResolver([Role()]))
    return session


def _sts_region(session: Any, partition: str) -> str:
    """The Region whose STS gives a role's credentials: any Region of the role's partition does."""
    known = session.get_available_regions("sts", partition)
    region = session.get_config_variable("region")
    if region in known:
        return str(region)
    return STS_REGION if STS_REGION in known or not known else str(known[0])


def _core(profile: str) -> Any:
    from botocore.session import Session

    session = Session(profile=profile or None)
    if region := os.environ.get("AWS_REGION"):
        # The variable of all of AWS's SDKs, before AWS_DEFAULT_REGION; this botocore reads the latter only.
        session.set_config_variable("region", region)
    session.get_scoped_config()  # a profile that does not exist is an error now, and not in the first call
    # For a profile with mfa_serial. Botocore's own prompt waits for ever where nobody can type.
    session.get_component("credential_provider").get_provider("assume-role")._prompter = _mfa_code
    # Botocore's hook for the form of timestamps, the one that the AWS CLI uses. Left as they came, a page of
    # 100,800 points takes
    # a seventeenth of the time that it takes with datetimes.
    factory = session.get_component("response_parser_factory")
    factory.set_parser_defaults(timestamp_parser=_as_it_came)
    create = factory.create_parser
    factory.create_parser = lambda protocol: Strict(create(protocol))
    session.register("before-parse", _refuse_cut)
    return session


def _mfa_code(prompt: str) -> str:
    from getpass import getpass

    with suppress(EOFError):
        if sys.stdin is not None and sys.stdin.isatty():
            return getpass(prompt)
    raise AwsError(
        Trouble.CREDENTIALS,
        "the profile asks for an MFA code, and there is no terminal to type it in",
        "run it in a terminal, or sign in first and use the credentials of that session",
    )


def _as_it_came(value: Any) -> Any:
    return value


def _whole_answer(call: Any, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Make a call, again if its answer was cut off, which not every release of botocore retries."""
    from botocore.exceptions import IncompleteReadError

    for _ in range(CUT_ATTEMPTS - 1):
        try:
            answer: dict[str, Any] = call(**arguments)
        except IncompleteReadError:
            continue
        return answer
    last: dict[str, Any] = call(**arguments)
    return last


def _refuse_cut(response_dict: Mapping[str, Any], **_: Any) -> None:
    # From 1.44 botocore takes a body that is shorter than announced for the whole of it.
    headers, body = response_dict["headers"], response_dict["body"]
    length = headers.get("content-length") or "0"
    if not re.fullmatch("[0-9]{1,18}", length):
        from botocore.parsers import ResponseParserError

        raise ResponseParserError("its Content-Length is no number")
    if isinstance(body, bytes) and "content-encoding" not in headers and len(body) < int(length):
        from botocore.exceptions import IncompleteReadError

        raise IncompleteReadError(actual_bytes=len(body), expected_bytes=int(length))


def _config(session: Any, access: Access, attempts: int | None = None) -> Any:
    from botocore.config import Config

    from shardcalc.core.version import __version__

    return Config(
        # Adaptive: pauses grow while AWS throttles, and the client slows itself down.
        retries={
            "mode": "adaptive",
            "total_max_attempts": attempts or session.get_config_variable("max_attempts") or ATTEMPTS,
        },
        connect_timeout=min(access.timeout, CONNECT_WITHIN),
        read_timeout=access.timeout,
        user_agent_extra=f"shardcalc/{__version__}",
    )
