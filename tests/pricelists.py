"""Price lists of the documented shape, made for tests: the us-east-1 prices, under made-up SKUs, with the
neighbours that loose matching trips over.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

# dimension: usage type without prefix, operation, group, unit, price; as AWS's list and published captures of
# it write them
PRODUCTS = {
    "shard_hour": (
        "Storage-ShardHour",
        "shardHourStorage",
        "Provisioned shard hour",
        "ShardHour",
        "0.0170000000",
    ),
    "put_payload_unit": (
        "PutRequestPayloadUnits",
        "PutRequest",
        "Payload Units",
        "PutRequest",
        "0.0000000165",
    ),
    "extended_shard_hour": (
        "Extended-ShardHour",
        "shardHourStorage",
        "Addon shard hour",
        "ShardHour",
        "0.0230000000",
    ),
    "long_term_storage": (
        "LongTermRetention-ByteHrs",
        "LongTermRetentionByteHrs",
        "Long-term Data Retention GB-month",
        "GB-Mo",
        "0.0250000000",
    ),
    "long_term_retrieval": (
        "LongTermRetention-ReadBytes",
        "LongTermRetentionDataRetrieval",
        "",
        "GB",
        "0.0230000000",
    ),
    "fan_out_consumer_shard_hour": (
        "EnhancedFanoutHour",
        "ConsumerHour",
        "Enhanced fan-out consumer-shard hour",
        "ConsumerShardHour",
        "0.0170000000",
    ),
    "fan_out_data": (
        "ReadBytes",
        "EnhancedFanoutDataRetrieval",
        "Enhanced fan-out GB of data retrieved",
        "GB",
        "0.0150000000",
    ),
    "on_demand_stream_hour": (
        "OnDemand-StreamHour",
        "OnDemandStreamHr",
        "OnDemand",
        "StreamHr",
        "0.0450000000",
    ),
    "on_demand_data_in": (
        "OnDemand-BilledIncomingBytes",
        "OnDemandDataIngested",
        "OnDemand",
        "GB",
        "0.0900000000",
    ),
    "on_demand_data_out": (
        "OnDemand-BilledOutgoingBytes",
        "OnDemandDataRetrieval",
        "OnDemand",
        "GB",
        "0.0450000000",
    ),
    "on_demand_fan_out_data": (
        "OnDemand-BilledOutgoingEFOBytes",
        "OnDemandEFODataRetrieval",
        "OnDemand",
        "GB",
        "0.0560000000",
    ),
    "on_demand_extended_storage": (
        "OnDemand-ExtendedRetention-ByteHrs",
        "OnDemandExtendedRetentionByteHrs",
        "OnDemand",
        "GB-Mo",
        "0.1100000000",
    ),
    "on_demand_long_term_storage": (
        "OnDemand-LongTermRetention-ByteHrs",
        "OnDemandLongTermRetentionByteHrs",
        "OnDemand",
        "GB-Mo",
        "0.0250000000",
    ),
    "advantage_data_in": (
        "Advantage-BilledIncomingBytes",
        "AdvantageDataIngested",
        "OnDemand Advantage",
        "GB",
        "0.0360000000",
    ),
    "advantage_data_in_shortfall": (
        "Advantage-IncomingShortfall",
        "AdvantageDataIngestionShortfall",
        "OnDemand Advantage",
        "GB",
        "0.0360000000",
    ),
    "advantage_data_out": (
        "Advantage-BilledOutgoingBytes",
        "AdvantageDataRetrieval",
        "OnDemand Advantage",
        "GB",
        "0.0180000000",
    ),
    "advantage_data_out_shortfall": (
        "Advantage-OutgoingShortfall",
        "AdvantageDataRetrievalShortfall",
        "OnDemand Advantage",
        "GB",
        "0.0180000000",
    ),
    "advantage_fan_out_data": (
        "Advantage-BilledOutgoingEFOBytes",
        "AdvantageEFODataRetrieval",
        "OnDemand Advantage",
        "GB",
        "0.0180000000",
    ),
    "advantage_extended_storage": (
        "Advantage-ExtRetention-ByteHrs",
        "AdvantageExtRetentionByteHrs",
        "OnDemand Advantage",
        "GB-Mo",
        "0.0250000000",
    ),
    "advantage_long_term_storage": (
        "Advantage-LTRetention-ByteHrs",
        "AdvantageLTRetentionByteHrs",
        "OnDemand Advantage",
        "GB-Mo",
        "0.0250000000",
    ),
}
TERM = "JRTCKXETXF"


def product(sku: str, region: str, prefix: str, usagetype: str, operation: str, group: str) -> dict[str, Any]:
    attributes = {
        "servicecode": "AmazonKinesis",
        "regionCode": region,
        "usagetype": f"{prefix}{usagetype}",
        "operation": operation,
        "group": group,
        **({"kinesisAdvantageOperation": operation} if "Advantage" in group else {}),
    }
    return {"sku": sku, "productFamily": "Kinesis Streams", "attributes": attributes}


def term(sku: str, unit: str, price: str, currency: str = "USD") -> dict[str, Any]:
    code = f"{sku}.{TERM}"
    tier = {
        "rateCode": f"{code}.6YS6EN2CT7",
        "unit": unit,
        "beginRange": "0",
        "endRange": "Inf",
        "pricePerUnit": {currency: price},
        "description": "",
    }
    return {code: {"offerTermCode": TERM, "sku": sku, "priceDimensions": {tier["rateCode"]: tier}}}


def bulk(region: str = "eu-west-1", prefix: str = "EU-") -> dict[str, Any]:
    """A bulk offer file of one Region, with products of neighbours: another Region, a channel, another
    family.
    """
    document: dict[str, Any] = {
        "formatVersion": "v1.0",
        "offerCode": "AmazonKinesis",
        "version": "20261112093000",
        "publicationDate": "2026-11-12T09:30:00Z",
        "products": {},
        "terms": {"OnDemand": {}},
    }
    for index, (usagetype, operation, group, unit, price) in enumerate(PRODUCTS.values()):
        sku = f"SKU{index:03d}"
        document["products"][sku] = product(sku, region, prefix, usagetype, operation, group)
        document["terms"]["OnDemand"][sku] = term(sku, unit, price)
    other = product(
        "OTHER1", "eu-west-2", "EUW2-", "Storage-ShardHour", "shardHourStorage", "Provisioned shard hour"
    )
    channel = product(
        "OTHER2",
        region,
        "EU-",
        "On-demand-Advantage-Channel-ProcessedBytes-S3TablesDestination",
        "ChannelDelivery",
        "Channels",
    )
    firehose = product("OTHER3", region, "EU-", "ReadBytes", "EnhancedFanoutDataRetrieval", "x") | {
        "productFamily": "Kinesis Firehose"
    }
    longer = product(
        "OTHER4", region, "EU-", "LongTermRetention-ReadBytes", "EnhancedFanoutDataRetrieval", "x"
    )
    for item in (other, channel, firehose, longer):
        document["products"][item["sku"]] = item
        document["terms"]["OnDemand"][item["sku"]] = term(item["sku"], "GB", "9.99")
    return document


def query_items(document: dict[str, Any]) -> list[str]:
    """The same list as GetProducts answers it: one JSON text a product."""
    return [
        json.dumps(
            {
                "product": item,
                "serviceCode": document["offerCode"],
                "terms": {"OnDemand": document["terms"]["OnDemand"][sku]},
                "version": document["version"],
                "publicationDate": document["publicationDate"],
            }
        )
        for sku, item in document["products"].items()
    ]


def changed(change: Any, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """A copy of the list with something wrong in it."""
    copy = deepcopy(document or bulk())
    change(copy)
    return copy
