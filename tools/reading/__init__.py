"""How people write quantities, places and choices, in English and Vietnamese."""
