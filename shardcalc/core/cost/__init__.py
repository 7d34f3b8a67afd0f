"""What a workload costs: bills, the capacity modes side by side, and where they cross."""
