"""The pages of ``plan``."""
