"""How a recommendation comes about: gaps, rules weighed, sizes, scaling, what would flip it."""
