"""Planners: a recommendation in, an ordered tuple of AWS calls out. They change nothing."""
