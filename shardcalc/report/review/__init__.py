"""The pages of ``report``, the capacity review."""
