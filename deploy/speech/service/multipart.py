"""multipart/form-data, as far as OpenAI's upload form needs it (RFC 7578)."""

import email.message

from .refusals import Refused

MAX_PARTS = 64


def boundary_of(content_type):
    message = email.message.Message()
    message["content-type"] = content_type or ""
    boundary = message.get_param("boundary")
    if message.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        raise Refused(400, "The body must be multipart/form-data with a boundary")
    return boundary.encode("latin-1", "replace")


def parse(content_type, body):
    """The fields as lists of strings by name, and the files as bytes by name."""
    delimiter = b"--" + boundary_of(content_type)
    fields, files = {}, {}
    position = body.find(delimiter)
    count = 0
    while position >= 0:
        position += len(delimiter)
        if body[position : position + 2] == b"--":
            return fields, files
        count += 1
        start = body.find(b"\r\n\r\n", position)
        end = body.find(b"\r\n" + delimiter, max(position, start))
        if start < 0 or end < 0 or count > MAX_PARTS:
            break
        _keep(body[position:start], memoryview(body)[start + 4 : end], fields, files)
        position = end + 2
    raise Refused(400, "The multipart body is cut or malformed")


def _keep(head, content, fields, files):
    disposition = email.message.Message()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            disposition["content-disposition"] = value.strip()
    name = disposition.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise Refused(400, "A part of the form has no name")
    if disposition.get_param("filename", header="content-disposition") is None:
        fields.setdefault(name.removesuffix("[]"), []).append(bytes(content).decode("utf-8", "replace"))
    else:
        files[name] = bytes(content)
