"""The way from one shard count to another."""
