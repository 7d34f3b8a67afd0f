"""The pages of ``fleet``."""
