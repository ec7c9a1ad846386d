"""Batch transform: jobs that really start the model's workers and score every record."""
