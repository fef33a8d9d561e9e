/** What may stand in a log line: never a key, a bearer token or a cookie, whatever text it came in with. */
const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\b((?:set-)?cookie["']?\s*[:=]\s*)[^\r\n]+/gi, "$1…"],
  [/(api-platform_serviceToken\s*=\s*)("[^"]*"|[^\s;]+)/gi, "$1…"],
  [/\b(authorization["']?\s*[:=]\s*["']?(?:bearer\s+)?)[^\s"',;}]+/gi, "$1…"],
  [/\b(bearer\s+)[A-Za-z0-9._~+/=-]{6,}/gi, "$1…"],
  [/(api[-_]?key["']?\s*[:=]\s*["']?)[^\s"',;}]+/gi, "$1…"],
  // The name and password of a proxy's address.
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@"']+@/gi, "$1…@"],
  [/\b(sk|tp|ttp)-[A-Za-z0-9_-]{6,}/g, "$1-…"],
];

/** `secrets` are taken out as they stand, in whatever form they have, and as they stand in JSON, addresses and base64. */
export function redact(text: string, secrets: Iterable<string> = []): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 6) continue;
    for (const spelling of spellings(secret)) clean = clean.replaceAll(spelling, "…");
  }
  for (const [pattern, by] of PATTERNS) clean = clean.replace(pattern, by);
  return clean;
}

function spellings(secret: string): Set<string> {
  const quoted = JSON.stringify(secret).slice(1, -1);
  return new Set([secret, quoted, encodeURIComponent(secret), Buffer.from(secret).toString("base64")]);
}

/** How a key is named to its owner: prefix and last four characters, as in `tp-…3f9a`. */
export function keyHint(key: string): string {
  const prefix = /^(sk|tp|ttp)-/.exec(key)?.[0] ?? "";
  const tail = key.length >= prefix.length + 12 ? key.slice(-4) : "";
  return `${prefix}…${tail}`;
}
