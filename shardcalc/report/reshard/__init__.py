"""The pages of ``reshard``."""
