"""What is asked of a stream, and the one table of its fields."""
