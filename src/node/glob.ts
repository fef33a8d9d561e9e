import { ToolError } from "../agent/errors.ts";

/** Says whether a path (relative, with `/`) matches. */
export type GlobTest = (path: string) => boolean;

const MAX_ALTERNATIVES = 200;

/**
 * Globs as gitignore and ripgrep mean them: `*` and `?` within a name, `**` across folders, `[a-z]`, `{a,b}`, `\` takes
 * the next character as it is, `/` at the end means all below. Names that start with a dot are like any other. A pattern without `/` is matched against
 * the name alone. Takes time in proportion to pattern × path, whatever the pattern.
 */
export function compileGlob(pattern: string): GlobTest {
  const alternatives = expandBraces(pattern.replace(/^\.\//, "")).map((alternative) => {
    const segments = alternative.replace(/^\//, "").replace(/\/$/, "/**").split("/");
    return alternative.includes("/") ? segments : ["**", ...segments];
  });
  const compiled = alternatives.map((segments) => segments.map((segment) => (segment === "**" ? ANY : parse(segment))));
  return (path) => {
    const names = path.split("/");
    return compiled.some((segments) => matchSegments(segments, names));
  };
}

type Token = { readonly kind: "star" } | { readonly kind: "one"; readonly test: (char: string) => boolean };
/** `**`: any number of folders. */
const ANY = "any";
type Segment = typeof ANY | readonly Token[];

function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const group = firstGroup(next);
    if (!group) done.push(next);
    else open.push(...group.reverse());
    if (done.length + open.length > MAX_ALTERNATIVES) throw new ToolError("The glob has too many alternatives.");
  }
  return done;
}

/** The pattern once for each alternative of its first `{a,b}`; undefined without one. */
function firstGroup(pattern: string): string[] | undefined {
  const start = indexOfPlain(pattern, "{", 0);
  if (start < 0) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let i = start; i < pattern.length; i++) {
    const char = pattern[i];
    if (char === "\\") i++;
    else if (char === "{") depth++;
    else if (char === "," && depth === 1) {
      parts.push(pattern.slice(from, i));
      from = i + 1;
    } else if (char === "}" && --depth === 0) {
      parts.push(pattern.slice(from, i));
      const [before, after] = [pattern.slice(0, start), pattern.slice(i + 1)];
      return parts.map((part) => before + part + after);
    }
  }
  return [`${pattern.slice(0, start)}\\${pattern.slice(start)}`];
}

function indexOfPlain(text: string, wanted: string, from: number): number {
  for (let i = from; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === wanted) return i;
  }
  return -1;
}

function parse(segment: string): Token[] {
  const tokens: Token[] = [];
  const chars = [...segment];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i] ?? "";
    if (char === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star" });
    } else if (char === "?") tokens.push({ kind: "one", test: () => true });
    else if (char === "[" && chars.indexOf("]", i + 2) > 0) {
      const end = chars.indexOf("]", i + 2);
      tokens.push({ kind: "one", test: parseClass(chars.slice(i + 1, end)) });
      i = end;
    } else {
      const literal = char === "\\" && i + 1 < chars.length ? (chars[++i] ?? "") : char;
      tokens.push({ kind: "one", test: (other) => other === literal });
    }
  }
  return tokens;
}

function parseClass(chars: readonly string[]): (char: string) => boolean {
  const negated = chars[0] === "!" || chars[0] === "^";
  const body = negated ? chars.slice(1) : chars;
  const ranges: (readonly [string, string])[] = [];
  for (let i = 0; i < body.length; i++) {
    const from = body[i] ?? "";
    const to = body[i + 1] === "-" ? body[i + 2] : undefined;
    ranges.push([from, to ?? from]);
    if (to !== undefined) i += 2;
  }
  return (char) => ranges.some(([from, to]) => from <= char && char <= to) !== negated;
}

/** Row by row: which beginnings of `names` the segments so far can cover. */
function matchSegments(segments: readonly Segment[], names: readonly string[]): boolean {
  let reach = [true, ...names.map(() => false)];
  for (const [i, segment] of segments.entries()) {
    if (segment === ANY) {
      // At the end it stands for everything below, but not for the folder itself.
      const from = reach.indexOf(true);
      const least = i === segments.length - 1 ? from + 1 : from;
      reach = reach.map((_, n) => from >= 0 && n >= least);
    } else reach = reach.map((_, n) => n > 0 && reach[n - 1] === true && matchName(segment, [...(names[n - 1] ?? "")]));
  }
  return reach.at(-1) === true;
}

/** On a mismatch only the last star needs another try. */
function matchName(tokens: readonly Token[], chars: readonly string[]): boolean {
  let t = 0;
  let c = 0;
  let star = -1;
  let resume = 0;
  while (c < chars.length) {
    const token = tokens[t];
    if (token?.kind === "one" && token.test(chars[c] ?? "")) {
      t++;
      c++;
    } else if (token?.kind === "star") {
      star = t++;
      resume = c;
    } else if (star >= 0) {
      t = star + 1;
      c = ++resume;
    } else return false;
  }
  while (tokens[t]?.kind === "star") t++;
  return t === tokens.length;
}
