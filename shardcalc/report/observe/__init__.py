"""The page of ``--dry-run``."""
