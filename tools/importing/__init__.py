"""An endpoint or template that is there already, as a specification, with what it cannot say."""

from tools.importing.endpoint import spec_of_endpoint
from tools.importing.reading import Imported
from tools.importing.template import spec_of_template

__all__ = ["Imported", "spec_of_endpoint", "spec_of_template"]
