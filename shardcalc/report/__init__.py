"""Doors out: one folder a noun, one module a format in it, beside the kit and the words that all share."""
