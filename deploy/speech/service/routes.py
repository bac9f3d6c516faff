"""The routes: from a request's fields to an answer, without HTTP."""

import base64
import json
import math
import time

from . import decoding, multipart
from .engines import require_language
from .log import log
from .refusals import Refused, unavailable

EMBEDDING_SIZE = 512
MAX_TEXTS = 2048
MAX_TEXT_CHARACTERS = 32768
MAX_PROMPT_CHARACTERS = 4096


class Routes:
    def __init__(self, engines, speech_name, embeddings_name, max_seconds):
        self._engines = engines
        self._speech_names = (speech_name, "whisper-1")
        self._embeddings_name = embeddings_name
        self._max_seconds = max_seconds
        self._started = int(time.time())

    def health(self):
        return {"status": "ok" if self._engines.ready.is_set() else "loading"}

    def models(self):
        names = [self._speech_names[0], self._embeddings_name]
        data = [{"id": name, "object": "model", "created": self._started, "owned_by": "zvonar"} for name in names]
        return {"object": "list", "data": data}

    def require_ready(self):
        if not self._engines.ready.is_set():
            raise unavailable("Loading model", 2)

    def transcribe(self, content_type, body, wait, look):
        """The content type and the text of the answer. `wait` returns when it is this request's turn."""
        fields, files = multipart.parse(content_type, body)
        form = _Form(fields)
        self._check_model(form.one("model"), self._speech_names)
        answer_form = form.choice("response_format", ("json", "text", "verbose_json"), "json")
        granularities = form.many("timestamp_granularities", ("word", "segment"))
        if granularities and answer_form != "verbose_json":
            raise Refused(
                400, "timestamp_granularities needs response_format verbose_json", param="timestamp_granularities"
            )
        if form.one("stream") == "true":
            raise Refused(400, "Streaming is not supported", param="stream")
        language, prompt = form.one("language"), form.one("prompt")
        require_language(self._engines, language)
        if prompt is not None and len(prompt) > MAX_PROMPT_CHARACTERS:
            raise Refused(400, f"The prompt is longer than {MAX_PROMPT_CHARACTERS} characters", param="prompt")
        if "file" not in files:
            raise Refused(400, "The form has no file", param="file")
        if not files["file"]:
            raise Refused(400, "The file is empty", code="audio_unreadable", param="file")
        wait()
        started = time.monotonic()
        audio = decoding.samples(files["file"], self._max_seconds, look)
        duration = len(audio) / decoding.RATE
        log("info", "transcribing", audio_seconds=round(duration, 2))
        # Words are made for every answer: with them Whisper's segments end where speech ends.
        segments, spoken = self._engines.transcribe(audio, language, prompt, True, look)
        log(
            "info",
            "transcribed",
            audio_seconds=round(duration, 2),
            seconds=round(time.monotonic() - started, 2),
            segments=len(segments),
        )
        return _answer(answer_form, granularities, segments, language or spoken or "", duration)

    def embed(self, body, wait, look):
        try:
            request = json.loads(body)
        except ValueError as error:
            raise Refused(400, "The body is not JSON") from error
        if not isinstance(request, dict):
            raise Refused(400, "The body must be a JSON object")
        self._check_model(request.get("model"), (self._embeddings_name,))
        texts = request.get("input")
        texts = [texts] if isinstance(texts, str) else texts
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) and text for text in texts):
            raise Refused(400, "input must be a text or a list of texts, none of them empty", param="input")
        if len(texts) > MAX_TEXTS or any(len(text) > MAX_TEXT_CHARACTERS for text in texts):
            raise Refused(400, f"At most {MAX_TEXTS} texts of {MAX_TEXT_CHARACTERS} characters", param="input")
        if request.get("dimensions", EMBEDDING_SIZE) != EMBEDDING_SIZE:
            raise Refused(400, f"This model makes {EMBEDDING_SIZE} dimensions", param="dimensions")
        form = request.get("encoding_format", "float")
        if form not in ("float", "base64"):
            raise Refused(400, "encoding_format must be float or base64", param="encoding_format")
        wait()
        started = time.monotonic()
        data = []
        for index, text in enumerate(texts):
            look()
            data.append({"object": "embedding", "index": index, "embedding": _vector(self._engines.embed(text), form)})
        log("info", "embedded", texts=len(texts), seconds=round(time.monotonic() - started, 3))
        # The tokenizer is inside the engine: words stand for tokens, as nobody is billed by them.
        count = sum(len(text.split()) for text in texts)
        return {
            "object": "list",
            "data": data,
            "model": self._embeddings_name,
            "usage": {"prompt_tokens": count, "total_tokens": count},
        }

    def _check_model(self, name, known):
        if not isinstance(name, str) or not name:
            raise Refused(400, "you must provide a model parameter", param="model")
        if name not in known:
            raise Refused(404, f"The model does not exist; this service has {known[0]}", code="model_not_found", param="model")


class _Form:
    def __init__(self, fields):
        self._fields = fields

    def one(self, name):
        values = self._fields.get(name)
        return values[-1].strip() or None if values else None

    def choice(self, name, known, default):
        value = self.one(name) or default
        if value not in known:
            raise Refused(400, f"{name} must be one of {', '.join(known)}", param=name)
        return value

    def many(self, name, known):
        values = [value.strip() for value in self._fields.get(name, [])]
        if any(value not in known for value in values):
            raise Refused(400, f"{name} must be of {', '.join(known)}", param=name)
        return values


def _answer(form, granularities, segments, language, duration):
    text = "".join(segment["text"] for segment in segments).strip()
    if form == "text":
        return "text/plain; charset=utf-8", text + "\n"
    usage = {"type": "duration", "seconds": math.ceil(duration)}
    answer = {"text": text, "usage": usage}
    if form == "verbose_json":
        words = [word for segment in segments for word in segment.pop("words", [])]
        answer = {"task": "transcribe", "language": language, "duration": round(duration, 3), "text": text}
        if "word" in granularities:
            answer["words"] = words
        if "segment" in granularities or not granularities:
            answer["segments"] = segments
        answer["usage"] = usage
    return "application/json", json.dumps(answer, ensure_ascii=False)


def _vector(vector, form):
    if form == "float":
        return [float(number) for number in vector]
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")
