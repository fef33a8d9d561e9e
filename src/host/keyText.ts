/**
 * A key out of what was pasted: people copy it with quotes, as a line of a shell profile, as a header, or with a space
 * that no one can see.
 */
export function cleanKey(text: string): string {
  return text
    .replace(/[\u200b-\u200f\u2060\ufeff]/g, "")
    .trim()
    .replace(/^(?:export\s+|set\s+|\$env:)?[A-Z0-9_]*(?:KEY|TOKEN)[A-Z0-9_]*\s*=\s*/, "")
    .replace(/^["'`]|["'`;,]+$/g, "")
    .replace(/^(?:(?:authorization|api-key)\s*:\s*)?(?:bearer\s+)?/i, "")
    .trim();
}
