"""What is true: quantities, workloads, AWS's facts, capacity, cost, resharding, history, advice and lint.

Pure: no I/O but reading the packaged facts, no clock, no environment, no third-party package, no type of
    another room.
"""
