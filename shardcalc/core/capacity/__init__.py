"""How many shards a workload needs, and what follows from it."""
