"""What a plan would put up, as its calls say: what a person claims about it is not looked at."""

from tools.footprint.reading import footprint_of, puts_up
from tools.footprint.values import Capacity, Encryption, Footprint, HostedModel

__all__ = ["Capacity", "Encryption", "Footprint", "HostedModel", "footprint_of", "puts_up"]
