"""Results in the formats that dashboards read."""
