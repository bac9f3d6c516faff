"""An S3 server on a free port of loopback that checks every signature; it ends with its standard input.

Prints one line of JSON: port, access, secret and bucket.
"""

import json
import os
import sys

# So many calls are free: those that make the user, the key, the rights and the bucket.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "4"
os.environ["MOTO_S3_CUSTOM_ENDPOINTS"] = ""

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

BUCKET = "recordings"
RIGHTS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def prepare(endpoint):
    options = {
        "endpoint_url": endpoint,
        "region_name": "us-east-1",
        "aws_access_key_id": "first",
        "aws_secret_access_key": "first",
    }
    iam = boto3.client("iam", **options)
    iam.create_user(UserName="zvonar")
    key = iam.create_access_key(UserName="zvonar")["AccessKey"]
    iam.put_user_policy(UserName="zvonar", PolicyName="recordings", PolicyDocument=json.dumps(RIGHTS))
    boto3.client("s3", **options).create_bucket(Bucket=BUCKET)
    return key["AccessKeyId"], key["SecretAccessKey"]


def main():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    access, secret = prepare(f"http://127.0.0.1:{port}")
    print(json.dumps({"port": port, "access": access, "secret": secret, "bucket": BUCKET}), flush=True)
    sys.stdin.read()
    server.stop()


if __name__ == "__main__":
    main()
