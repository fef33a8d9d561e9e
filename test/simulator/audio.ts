/** Small real audio: what the simulated voice says, and how long what it hears lasts. */

export type AudioFormat = "wav" | "mp3" | "pcm" | "pcm16";

const RATE = 24_000;
const TONE_HZ = 440;
const BYTES_PER_SAMPLE = 2;

/** A tone, longer for a longer text, in the format that was asked for: mono, 24 kHz, 16 bits; MP3 is silence. */
export function spokenAs(format: AudioFormat, text: string): Buffer {
  const seconds = Math.min(0.5, 0.1 + Array.from(text).length * 0.01);
  switch (format) {
    case "wav":
      return wav(tone(seconds));
    case "mp3":
      return silentMp3(seconds);
    case "pcm":
    case "pcm16":
      return tone(seconds);
  }
}

function tone(seconds: number): Buffer {
  const samples = Math.round(seconds * RATE);
  const bytes = Buffer.alloc(samples * BYTES_PER_SAMPLE);
  for (let i = 0; i < samples; i++) {
    const level = Math.sin((2 * Math.PI * TONE_HZ * i) / RATE) * 8000;
    bytes.writeInt16LE(Math.round(level), i * BYTES_PER_SAMPLE);
  }
  return bytes;
}

function wav(samples: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * BYTES_PER_SAMPLE, 28);
  head.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  head.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}

/** Frames of MPEG 1 layer 3 at 128 kbit/s and 44.1 kHz that hold nothing. */
const MP3_FRAME = { header: [0xff, 0xfb, 0x90, 0xc0], bytes: 417, seconds: 1152 / 44_100 } as const;

function silentMp3(seconds: number): Buffer {
  const frame = Buffer.alloc(MP3_FRAME.bytes);
  Buffer.from(MP3_FRAME.header).copy(frame);
  return Buffer.concat(Array.from({ length: Math.ceil(seconds / MP3_FRAME.seconds) }, () => frame));
}

/** Kilobits a second of MPEG 1 layer 3, by the header's index. */
const MP3_RATES = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

/** Seconds of a WAV or MP3 file; undefined when it is neither. */
export function audioSeconds(bytes: Buffer): number | undefined {
  if (/^RIFF[\s\S]{4}WAVE$/.test(bytes.subarray(0, 12).toString("latin1"))) return wavSeconds(bytes);
  const start = bytes.subarray(0, 3).toString("latin1") === "ID3" ? afterTag(bytes) : 0;
  const [sync = 0, second = 0, third = 0] = bytes.subarray(start, start + 3);
  if (sync !== 0xff || (second & 0xe0) !== 0xe0) return undefined;
  return ((bytes.length - start) * 8) / ((MP3_RATES[third >> 4] || 128) * 1000);
}

function wavSeconds(bytes: Buffer): number | undefined {
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = bytes.subarray(at, at + 4).toString("latin1");
    const size = bytes.readUInt32LE(at + 4);
    if (name === "fmt " && at + 20 <= bytes.length) bytesPerSecond = bytes.readUInt32LE(at + 16);
    if (name === "data") {
      return bytesPerSecond > 0 ? Math.min(size, bytes.length - at - 8) / bytesPerSecond : undefined;
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** The tag's size is four times seven bits. */
function afterTag(bytes: Buffer): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10);
  return 10 + (a << 21) + (b << 14) + (c << 7) + d;
}
