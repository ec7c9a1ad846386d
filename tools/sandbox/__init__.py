"""The local AWS: an unmodified boto3 client talks to it on 127.0.0.1."""
