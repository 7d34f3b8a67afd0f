"""The pages of ``suggest``."""
