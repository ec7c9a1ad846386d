"""How a recommendation comes about: gaps filled, rules weighed, sizes, scaling, what would flip it."""
