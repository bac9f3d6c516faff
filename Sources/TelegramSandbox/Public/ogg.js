// Puts the Opus packets of a WebM recording into Ogg (RFC 3533, RFC 7845) without encoding them again.

// Matroska elements that contain what we look for; all others are skipped over.
const containers = new Set([0x18538067, 0x1f43b675, 0x1654ae6b, 0xae, 0xa0]);
const codecPrivate = 0x63a2;
const blocks = new Set([0xa3, 0xa1]);

function readNumber(bytes, position, keepsMarker) {
  const first = bytes[position];
  const length = Math.clz32(first) - 23;
  let value = keepsMarker ? first : first & (0xff >> length);
  let isUnknown = !keepsMarker && value === 0xff >> length;
  for (let index = 1; index < length; index += 1) {
    value = value * 256 + bytes[position + index];
    if (bytes[position + index] !== 0xff) isUnknown = false;
  }
  return { value: isUnknown ? Infinity : value, end: position + length };
}

function readWebM(bytes) {
  const found = { head: null, packets: [] };
  const walk = (start, stop) => {
    let position = start;
    while (position < stop) {
      const id = readNumber(bytes, position, true);
      const size = readNumber(bytes, id.end, false);
      const end = Math.min(size.end + size.value, stop);
      if (containers.has(id.value)) {
        // A live recording leaves the sizes of its containers open: their children follow, whoever's they are.
        walk(size.end, end);
      } else if (id.value === codecPrivate) {
        found.head = bytes.slice(size.end, end);
      } else if (blocks.has(id.value)) {
        // Track number, two bytes of time, one of flags; browsers do not lace.
        const track = readNumber(bytes, size.end, false);
        found.packets.push(bytes.slice(track.end + 3, end));
      }
      position = end;
    }
  };
  walk(0, bytes.length);
  return found;
}

// The samples at 48 kHz in a packet, from its first byte or two (RFC 6716, 3.1).
function sampleCount(packet) {
  const mode = packet[0] >> 3;
  const size = packet[0] & 3;
  const frames = size === 0 ? 1 : size < 3 ? 2 : packet[1] & 63;
  const perFrame = mode < 12 ? [480, 960, 1920, 2880][mode & 3] : mode < 16 ? [480, 960][mode & 1] : [120, 240, 480, 960][mode & 3];
  return frames * perFrame;
}

const checksums = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit += 1) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

function page(packet, flags, granule, serial, number) {
  const lacing = [...Array(Math.floor(packet.length / 255)).fill(255), packet.length % 255];
  const bytes = new Uint8Array(27 + lacing.length + packet.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
  view.setBigUint64(6, BigInt(granule), true);
  view.setUint32(14, serial, true);
  view.setUint32(18, number, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  bytes.set(packet, 27 + lacing.length);
  let checksum = 0;
  for (const byte of bytes) checksum = ((checksum << 8) ^ checksums[((checksum >>> 24) ^ byte) & 255]) >>> 0;
  view.setUint32(22, checksum, true);
  return bytes;
}

function defaultHead() {
  // OpusHead: version 1, one channel, 312 samples to skip, 48 kHz, no gain, mapping family 0.
  return Uint8Array.from([...new TextEncoder().encode("OpusHead"), 1, 1, 0x38, 1, 0x80, 0xbb, 0, 0, 0, 0, 0]);
}

export function webmToOgg(bytes) {
  const { head, packets } = readWebM(bytes);
  if (!packets.length) throw new Error("the recording is empty");
  const serial = crypto.getRandomValues(new Uint32Array(1))[0];
  const vendor = new TextEncoder().encode("OpusTags\u0004\u0000\u0000\u0000Zvon\u0000\u0000\u0000\u0000");
  const pages = [page(head ?? defaultHead(), 2, 0, serial, 0), page(vendor, 0, 0, serial, 1)];
  let granule = 0;
  packets.forEach((packet, index) => {
    granule += sampleCount(packet);
    // A page a packet: 28 bytes more each, and a player can seek to any of them.
    pages.push(page(packet, index === packets.length - 1 ? 4 : 0, granule, serial, index + 2));
  });
  return new Blob(pages, { type: "audio/ogg" });
}
