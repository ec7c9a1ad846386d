"""How a model is fitted to its image: one module a family."""
