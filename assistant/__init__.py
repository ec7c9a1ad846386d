"""The conversation: the graph, the chat models and the command line."""
