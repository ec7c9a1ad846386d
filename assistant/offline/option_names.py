"""How the inference options are called in sentences; loads no framework."""

from assistant.messages import N_, Translator

OPTION_NAMES: dict[str, str] = {
    "real-time": N_("real-time endpoint"),
    "serverless": N_("serverless endpoint"),
    "asynchronous": N_("asynchronous endpoint"),
    "batch-transform": N_("batch transform job"),
    "edge": N_("model on the device itself"),
    "none": N_("solution outside SageMaker hosting"),
}


def option_name(option: str, _: Translator) -> str:
    """Name an inference option; an unknown one keeps its own name."""
    return _(OPTION_NAMES[option]) if option in OPTION_NAMES else option
