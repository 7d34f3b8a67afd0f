"""The use cases: each loads from sources, asks the core, and returns a result that is data."""
