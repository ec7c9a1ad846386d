"""Where the user's model comes from, brought to a local path: nothing of it is executed."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from tools.aws import AwsClients
from tools.errors import AccessDeniedError, InvalidInputError, NotFoundError
from tools.requirements import ModelSource, ModelSourceKind

#: `{"kind": "local", "uri": "sample"}` means the sample model that comes with the product.
SAMPLE = "sample"
#: docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
MOST_BYTES = 5 * 10**9  # one S3 PutObject; larger archives need another way of uploading


def local_path(
    source: ModelSource | None, clients: AwsClients, downloads: Path, sample: Callable[[], Path]
) -> Path:
    """Return a local path of the model, downloading it from S3 when it lies there.

    Args:
        source: What the user named.
        clients: For reading S3.
        downloads: Folder for what is downloaded.
        sample: Returns the sample model's file.

    Raises:
        InvalidInputError: No source, a kind that this version does not plan, or too large.
        NotFoundError: There is no such object.
        AccessDeniedError: S3 refuses.
    """
    if source is None:
        raise InvalidInputError(
            "Which model is to be deployed is not known yet.",
            remedy="Name a path, an s3:// URI, or say 'the sample model'.",
        )
    match source.kind:
        case ModelSourceKind.LOCAL if source.uri == SAMPLE:
            return sample()
        case ModelSourceKind.LOCAL:
            return expanded(source.uri)
        case ModelSourceKind.S3:
            return _downloaded(source.uri, clients, downloads)
        case _:
            raise InvalidInputError(
                f"A model from {source.kind} cannot be planned by this version.",
                remedy="Give a local path or the s3:// URI of the model's archive.",
            )


def expanded(path: str) -> Path:
    """Return a path a person wrote, with `~` resolved; whether it exists is seen when it is read.

    Raises:
        InvalidInputError: No file can have that name, or it begins with the home of nobody.
    """
    try:
        found = Path(path).expanduser()
        found.exists()
    except (RuntimeError, OSError) as error:
        raise InvalidInputError(
            f"There is no file or folder {path[:200]}.", remedy="Check the path; give it in full."
        ) from error
    return found


def local_size_bytes(source: ModelSource | None, sample: Callable[[], Path]) -> int | None:
    """Return the size of a local model's file or folder; None when it is not there or not local."""
    if source is None or source.kind is not ModelSourceKind.LOCAL:
        return None
    try:
        path = sample() if source.uri == SAMPLE else Path(source.uri).expanduser()
        files = path.rglob("*") if path.is_dir() else (path,)
        return sum(file.stat().st_size for file in files if file.is_file()) or None
    except (OSError, RuntimeError):  # unreadable, or a home folder nobody has
        return None


def _downloaded(uri: str, clients: AwsClients, downloads: Path) -> Path:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    named = uri.startswith("s3://") and _BUCKET.fullmatch(bucket)
    if not named or not key or key.endswith("/"):
        raise InvalidInputError(
            f"{uri[:200]} does not name one object in S3.",
            remedy="Give s3://bucket/path/model.tar.gz.",
        )
    place = {"Bucket": bucket, "Key": key}
    try:
        head = clients.call("s3.head_object", place)
        if head["ContentLength"] > MOST_BYTES:
            raise InvalidInputError(
                f"{uri} has {head['ContentLength']:,} bytes; at most {MOST_BYTES:,} are handled.",
                remedy="Give a smaller archive.",
            )
        folder = downloads / hashlib.sha256(f"{uri} {head.get('ETag')}".encode()).hexdigest()[:24]
        path = folder / Path(key).name
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(path.suffix + ".part")
            with part.open("wb") as file:
                for chunk in clients.call("s3.get_object", place)["Body"].iter_chunks(1 << 20):
                    file.write(chunk)
            part.rename(path)
    except NotFoundError as error:
        raise NotFoundError(
            f"There is nothing at {uri} that these credentials can see.",
            remedy="Check bucket, key and region.",
        ) from error
    except AccessDeniedError as error:
        raise AccessDeniedError(
            f"S3 refuses access to {uri}.",
            remedy="Grant s3:GetObject on it, or copy the archive to a place you can read.",
        ) from error
    return path
