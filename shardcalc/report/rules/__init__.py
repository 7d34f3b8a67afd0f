"""The pages of ``check --explain``: the rules themselves."""
