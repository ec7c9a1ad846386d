"""How a model is fitted to its image: opened, inspected without unpickling, laid out, packed."""
