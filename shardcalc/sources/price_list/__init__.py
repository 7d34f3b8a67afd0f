"""AWS's published price list."""
