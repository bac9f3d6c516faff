"""The bundled speech service: speech to text and sentence embeddings in OpenAI's form."""
