"""The pages of ``cost``."""
