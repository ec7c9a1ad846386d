"""Every error that leaves `knowledge`."""


class KnowledgeError(Exception):
    """The notes, the index or the embedding model cannot be used as they are.

    `remedy` says in one imperative sentence what a person can do.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
