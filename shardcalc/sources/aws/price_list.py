"""The Price List Query API: every product of a Region, page by page, as the JSON texts that AWS answers."""

from __future__ import annotations

from typing import Any, Final

from shardcalc.core.facts import FactsError, regions
from shardcalc.sources.aws.errors import AwsError, Trouble
from shardcalc.sources.aws.session import Access, Account

MOST_PAGES: Final = 50
"""A Region has a few dozen products; more pages than this are no price list."""


def products(
    service: str, region: str, profile: str, endpoint_url: str, *, required: bool
) -> tuple[str, list[str] | None]:
    """Every product of the service in a Region, and the address that said so; None in their place when there
    are no credentials and the API is not required.

    Raises:
        AwsError: AWS could not be read.
        FactsError: the pages never end, or are not of the documented shape.
    """
    filters = [{"Type": "TERM_MATCH", "Field": "regionCode", "Value": region}]
    asked: dict[str, Any] = {
        "ServiceCode": service,
        "Filters": filters,
        "FormatVersion": "aws_v1",
        "MaxResults": 100,
    }
    found: list[str] = []
    seen: set[str] = set()
    with Account(Access(profile=profile, endpoint_url=endpoint_url)) as account:
        while True:
            try:
                answer = account.ask(
                    "pricing",
                    regions().query_prices[0],
                    "GetProducts",
                    asked,
                    "PriceList",
                    subject="the price list",
                )
            except AwsError as error:
                if error.trouble is Trouble.CREDENTIALS and not required and not found:
                    return "", None
                raise
            found += answer["PriceList"]
            token = answer.get("NextToken")
            if not token:
                return account.address("pricing", regions().query_prices[0]), found
            if token in seen or len(seen) >= MOST_PAGES:
                raise FactsError("the Price List Query API: its pages do not end")
            seen.add(token)
            asked["NextToken"] = token
