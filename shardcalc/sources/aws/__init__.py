"""Reading AWS: sessions, streams and metrics. The only package that imports boto3, and it only ever reads.

Everything that AWS answers leaves here as plain data or as an :class:`~shardcalc.aws.errors.AwsError`.
"""
