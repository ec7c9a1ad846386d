"""Just enough of protobuf's wire format to read a few fields of a message, bounded.

Source: protobuf.dev/programming-guides/encoding. Nothing is allocated for fields not asked for.
"""

from collections.abc import Iterator

from tools.errors import ModelArtifactError

#: A field: its number, and its value (an int, or the bytes of a length-delimited field).
Field = tuple[int, int | memoryview]


def fields(message: memoryview) -> Iterator[Field]:
    """All fields of a message, in order; fixed-width ones come as 0.

    Raises:
        ModelArtifactError: The bytes are no protobuf message.
    """
    for number, value, _ in pieces(message):
        yield number, value


def pieces(message: memoryview) -> Iterator[tuple[int, int | memoryview, memoryview]]:
    """All fields of a message, each with the bytes that write it, key included.

    Raises:
        ModelArtifactError: The bytes are no protobuf message.
    """
    position = 0
    while position < len(message):
        start = position
        key, position = _varint(message, position)
        number, wire_type = key >> 3, key & 7
        value: int | memoryview = 0
        if wire_type == 0:
            value, position = _varint(message, position)
        elif wire_type == 2:
            size, position = _varint(message, position)
            value = message[position : position + size]
            position += size
        elif wire_type in (1, 5):
            position += 8 if wire_type == 1 else 4
        else:
            raise _broken()
        if number == 0 or position > len(message):
            raise _broken()
        yield number, value, message[start:position]


def messages(message: memoryview, number: int) -> Iterator[memoryview]:
    """The length-delimited fields of one number."""
    for found, value in fields(message):
        if found == number and isinstance(value, memoryview):
            yield value


def text(message: memoryview, number: int) -> str:
    """The first string field of a number; empty when absent."""
    for value in messages(message, number):
        return bytes(value).decode("utf-8", errors="replace")
    return ""


def integer(message: memoryview, number: int) -> int | None:
    """The first integer field of a number."""
    for found, value in fields(message):
        if found == number and isinstance(value, int):
            return value
    return None


def encoded(number: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    return _encoded_varint(number << 3 | 2) + _encoded_varint(len(payload)) + payload


def _encoded_varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _varint(message: memoryview, position: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise _broken()
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise _broken()


def _broken() -> ModelArtifactError:
    return ModelArtifactError(
        "The file is broken or cut off: its protobuf fields do not add up.",
        remedy="Export the model again.",
    )
