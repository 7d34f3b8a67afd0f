"""What to do with a stream: from a history or a plan to a recommendation."""
