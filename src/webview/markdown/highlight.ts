import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { cFamily, css, sql } from "./grammars.ts";

const LANGUAGES = {
  bash,
  c: cFamily,
  css,
  diff,
  go,
  json,
  markdown,
  python,
  rust,
  sql,
  typescript,
  xml,
  yaml,
};
for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);
// Its grammar holds a copy of the smaller language's: one of the two is enough.
hljs.registerAliases(["javascript", "js", "jsx", "mjs", "cjs"], { languageName: "typescript" });

/** Longer blocks stay plain: colours are not worth a panel that stands still. */
const HIGHLIGHT_LIMIT = 60_000;

/** Markup of a highlighter that escapes what it is given; undefined for text that stays plain. */
export function highlight(code: string, language: string): string | undefined {
  if (code.length > HIGHLIGHT_LIMIT || !hljs.getLanguage(language)) return undefined;
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

/** A language by a file's name; "" when it has none that is known. */
export function languageOfPath(path: string): string {
  const extension = /\.([A-Za-z0-9]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const name = { mts: "typescript", cts: "typescript", vue: "xml", toml: "yaml", zsh: "bash" }[extension] ?? extension;
  return hljs.getLanguage(name) ? name : "";
}
