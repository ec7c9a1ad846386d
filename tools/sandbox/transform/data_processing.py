"""Records filtered before the model sees them, and joined with its answers; pure.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tools.sandbox.transform.json_path import PathError, parse, select

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
_FORMATS = (CSV, JSON, JSON_LINES)
OUTPUT, INPUT = "SageMakerOutput", "SageMakerInput"


class ProcessingError(Exception):
    """A record or an answer cannot be filtered or joined; the text is for the job's log."""


def media_type(value: str | None) -> str:
    """Return a content type without its parameters."""
    return (value or "").split(";")[0].strip().lower()


class DataProcessing:
    """InputFilter, JoinSource and OutputFilter of one job."""

    def __init__(
        self, given: Mapping[str, Any], content_type: str | None, accept: str | None
    ) -> None:
        """Take the request's DataProcessing and what goes in and comes out.

        Raises:
            PathError: A filter is no JSONPath that batch transform takes.
            ProcessingError: The formats allow no such thing.
        """
        self._input = parse(given.get("InputFilter", "$"))
        self._output = parse(given.get("OutputFilter", "$"))
        self._joins = given.get("JoinSource", "None") == "Input"
        self._coming = media_type(content_type)
        self._going = media_type(accept) or self._coming
        if self.active and self._coming not in _FORMATS:
            raise ProcessingError(
                "DataProcessing is supported for the content types text/csv, application/json and "
                f"application/jsonlines only, not for {self._coming or 'none'}."
            )
        if self._joins and (self._coming == CSV) != (self._going == CSV):
            raise ProcessingError(
                "To join the input, ContentType and Accept must be of the same format."
            )

    @property
    def active(self) -> bool:
        """Whether anything is to be done to records or answers."""
        return self._joins or bool(self._input) or bool(self._output)

    def narrowed(self, record: bytes) -> bytes:
        """Return what the model gets of a record.

        Raises:
            ProcessingError: The record is not of its format, or the filter selects nothing.
        """
        if not self._input:
            return record
        return _written(self._selected(_read(record, self._coming), self._input), self._coming)

    def finished(self, records: Sequence[bytes], answer: bytes) -> list[bytes]:
        """Return the lines of the output object for the records of one request.

        Raises:
            ProcessingError: The answer is not of its format, or not one for each record.
        """
        if not self._joins and not self._output:
            return [answer]
        answers = _answers(answer, self._going, len(records))
        if not self._joins:
            return [_written(self._selected(one, self._output), self._going) for one in answers]
        joined = (
            _joined(_read(record, self._coming), one, self._going)
            for record, one in zip(records, answers, strict=True)
        )
        return [_written(self._selected(one, self._output), self._going) for one in joined]

    @staticmethod
    def _selected(value: Any, steps: tuple[Any, ...]) -> Any:  # noqa: ANN401 - any JSON value
        try:
            return select(value, steps)
        except PathError as error:
            raise ProcessingError(str(error)) from error


def _read(record: bytes, kind: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        text = record.decode("utf-8-sig")
        if kind == CSV:
            return next(csv.reader(io.StringIO(text)))
        return json.loads(text)
    except (ValueError, StopIteration) as error:
        raise ProcessingError(f"Unable to parse the record as {_named(kind)}") from error


def _answers(answer: bytes, kind: str, count: int) -> list[Any]:
    """The answer as one value a record: its lines, or the members of a JSON array."""
    try:
        text = answer.decode("utf-8-sig")
        lines = [line for line in text.splitlines() if line.strip()]
        if kind == CSV:
            found: list[Any] = list(csv.reader(lines))
        elif len(lines) == count:
            found = [json.loads(line) for line in lines]
        else:
            found = json.loads(text)
    except ValueError as error:
        raise ProcessingError(
            f"Failed to parse output from the algorithm as {_named(kind)}"
        ) from error
    if not isinstance(found, list) or len(found) != count:
        raise ProcessingError(
            f"Number of records in the output from the algorithm is not {count}, the number of "
            "input records"
        )
    return found


def _named(kind: str) -> str:
    return {CSV: "CSV", JSON: "JSON"}.get(kind, "JSON Lines")


def _joined(record: Any, answer: Any, kind: str) -> Any:  # noqa: ANN401 - any JSON value
    if kind == CSV:
        return [*record, *answer]
    if isinstance(record, dict):
        return {**record, OUTPUT: answer}
    return {INPUT: record, OUTPUT: answer}


def _written(value: Any, kind: str) -> bytes:  # noqa: ANN401 - any JSON value
    if kind != CSV:
        return json.dumps(value).encode() + b"\n"
    line = io.StringIO()
    row = value if isinstance(value, list) else [value]
    csv.writer(line, lineterminator="\n").writerow(row)
    return line.getvalue().encode()
