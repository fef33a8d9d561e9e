const FORMATS: readonly (readonly [magic: string, name: string])[] = [
  ["89504e47", "PNG image"],
  ["ffd8ff", "JPEG image"],
  ["47494638", "GIF image"],
  ["424d", "bitmap image"],
  ["00000100", "icon"],
  ["25504446", "PDF"],
  ["504b0304", "zip archive"],
  ["504b0506", "zip archive"],
  ["1f8b", "gzip archive"],
  ["28b52ffd", "zstd archive"],
  ["fd377a585a", "xz archive"],
  ["425a68", "bzip2 archive"],
  ["377abcaf271c", "7z archive"],
  ["526172211a07", "RAR archive"],
  ["7f454c46", "ELF program"],
  ["cafebabe", "Java class or macOS program"],
  ["cffaedfe", "macOS program"],
  ["4d5a", "Windows program"],
  ["0061736d", "WebAssembly"],
  ["53514c69746520666f726d617420", "SQLite database"],
  ["d0cf11e0a1b11ae1", "old Office document"],
  ["774f4646", "WOFF font"],
  ["774f4632", "WOFF font"],
  ["4f54544f", "OpenType font"],
  ["0001000000", "TrueType font"],
  ["4f676753", "Ogg media"],
  ["664c6143", "FLAC audio"],
  ["494433", "MP3 audio"],
];

/** What kind of binary file begins like this. */
export function binaryFormat(bytes: Buffer): string | undefined {
  const start = bytes.subarray(0, 16).toString("hex");
  const named = FORMATS.find(([magic]) => start.startsWith(magic))?.[1];
  if (named) return named;
  if (start.startsWith("52494646")) {
    const kind = bytes.subarray(8, 12).toString("latin1");
    return kind === "WEBP" ? "WebP image" : kind === "WAVE" ? "WAV audio" : "RIFF media";
  }
  return bytes.subarray(4, 8).toString("latin1") === "ftyp" ? "MP4 or HEIF media" : undefined;
}
