"""The pages of ``facts``."""
