"""The pages of ``check``."""
