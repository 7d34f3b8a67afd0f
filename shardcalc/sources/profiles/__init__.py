"""Capacity profiles and policies: YAML with the place of every value."""
