// Records a voice message: Ogg with Opus, as Telegram's own are.
import { webmToOgg } from "./ogg.js";

const types = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];

export class Recorder {
  // Asks for the microphone and begins at once.
  static async start() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return new Recorder(stream);
  }

  constructor(stream) {
    this.stream = stream;
    this.startedAt = performance.now();
    this.pieces = [];
    this.type = types.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
    this.recorder = new MediaRecorder(stream, this.type ? { mimeType: this.type } : {});
    this.recorder.addEventListener("dataavailable", (event) => this.pieces.push(event.data));
    this.recorder.start(500);
  }

  get seconds() { return (performance.now() - this.startedAt) / 1000; }

  cancel() {
    this.recorder.stop();
    this.free();
  }

  // Ends the recording and returns a file with its length.
  async finish() {
    const seconds = this.seconds;
    const ended = new Promise((resolve) => { this.recorder.addEventListener("stop", resolve, { once: true }); });
    this.recorder.stop();
    await ended;
    this.free();
    const blob = new Blob(this.pieces, { type: this.recorder.mimeType });
    if (!blob.type.includes("webm")) {
      const ending = blob.type.includes("ogg") ? "ogg" : "m4a";
      return { file: new File([blob], `voice.${ending}`, { type: blob.type.split(";")[0] }), seconds };
    }
    // Chromium records Opus in WebM only; the same packets fit into Ogg.
    const ogg = webmToOgg(new Uint8Array(await blob.arrayBuffer()));
    return { file: new File([ogg], "voice.ogg", { type: "audio/ogg" }), seconds };
  }

  free() { for (const track of this.stream.getTracks()) track.stop(); }
}
