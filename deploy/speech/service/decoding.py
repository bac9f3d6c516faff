"""Uploaded bytes to samples, with the container forced from the bytes themselves.

The demuxer is never guessed by FFmpeg: a playlist that calls itself a recording would make it fetch addresses.
"""

import io

import av
import numpy

from .refusals import Refused

RATE = 16000


def container_of(data):
    """FFmpeg's name of the container, by its first bytes; None when it is none that we take."""
    if data[:4] == b"fLaC":
        return "flac"
    if data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE":
        return "wav"
    if data[:4] == b"OggS":
        return "ogg"
    if data[4:8] == b"ftyp":
        return "mov"
    if data[:4] == b"\x1aE\xdf\xa3":
        return "matroska"
    if data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 in (0xE2, 0xE4, 0xE6)):
        return "mp3"
    return None


def samples(data, max_seconds, look):
    """16 kHz mono float samples; channels are mixed down, as OpenAI does.

    `look` is called between pieces and may raise.
    """
    name = container_of(data)
    if name is None:
        raise _unreadable("it is none of flac, wav, ogg, mp3, m4a, webm")
    pieces, count = [], 0
    try:
        with av.open(io.BytesIO(data), format=name, metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise _unreadable("it has no audio track")
            resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
            frames = container.decode(audio=0)
            for number, frame in enumerate(_with_end(frames)):
                for piece in resampler.resample(frame):
                    array = piece.to_ndarray().reshape(-1)
                    pieces.append(array)
                    count += len(array)
                if count > max_seconds * RATE:
                    raise Refused(400, f"The audio is longer than {max_seconds // 60} minutes", code="audio_too_long", param="file")
                if number % 256 == 0:
                    look()
    except av.FFmpegError as error:
        raise _unreadable(type(error).__name__) from error
    if count == 0:
        raise _unreadable("no sound could be decoded")
    return numpy.concatenate(pieces).astype(numpy.float32) / 32768.0


def _with_end(frames):
    """The frames and then None, which makes the resampler give what it still holds."""
    yield from frames
    yield None


def _unreadable(why):
    return Refused(400, f"The audio file could not be decoded: {why}", code="audio_unreadable", param="file")
