"""Notes and cited answers; knows neither `tools` nor `assistant`."""
