import type { HLJSApi, Language } from "highlight.js";
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

/** Style sheets, roughly: the full grammar is as large as five others. */
function css(api: HLJSApi): Language {
  return {
    name: "CSS",
    aliases: ["scss", "less"],
    contains: [
      api.C_BLOCK_COMMENT_MODE,
      api.APOS_STRING_MODE,
      api.QUOTE_STRING_MODE,
      { className: "keyword", begin: /@[\w-]+|!important\b/ },
      { className: "attr", begin: /(?<=[{;]\s*|^\s*)-{0,2}[a-z][\w-]*(?=\s*:\s*[^{}]*(?:[;}]|$))/ },
      { className: "number", begin: /#[0-9a-f]{3,8}\b|-?\b\d+(?:\.\d+)?(?:%|[a-z]+\b)?/i },
      { className: "selector-class", begin: /[.#][a-z_][\w-]*/i },
      { className: "built_in", begin: /[\w-]+(?=\()/ },
    ],
  };
}

const LANGUAGES = {
  bash,
  c,
  cpp,
  css,
  diff,
  go,
  java,
  javascript,
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
