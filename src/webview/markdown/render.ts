import DOMPurify from "dompurify";
import { Marked, type Token, type Tokens } from "marked";

/**
 * Markdown to safe nodes. A model's text is hostile: its HTML becomes text, its images become links, links carry no
 * `href` (a click asks the host), and what is left goes through an allow-list.
 */

/** Top-level pieces of a text; their `raw` strings joined are the text. */
export function blocksOf(source: string): Token[] {
  return marked.lexer(source);
}

/** Markup of one piece, not yet sanitised: good for telling pieces apart, not for a page. "" shows nothing. */
export function markupOf(block: Token): string {
  return block.type === "space" || block.type === "def" ? "" : marked.parser([block]);
}

export function sanitise(markup: string): DocumentFragment {
  return purifier().sanitize(markup, { RETURN_DOM_FRAGMENT: true });
}

const ALLOWED_TAGS = [
  ..."h1 h2 h3 h4 h5 h6 p br hr ul ol li blockquote pre code".split(" "),
  ..."strong em del a table thead tbody tr th td".split(" "),
];

let configured: ReturnType<typeof DOMPurify> | undefined;

/** Set up once: reading its settings costs more than a paragraph does. */
function purifier(): ReturnType<typeof DOMPurify> {
  if (configured) return configured;
  configured = DOMPurify(window);
  configured.setConfig({
    RETURN_DOM_FRAGMENT: true,
    ALLOWED_TAGS,
    ALLOWED_ATTR: ["data-href", "data-path", "data-line", "data-lang", "role", "tabindex", "title", "start", "align"],
    ADD_URI_SAFE_ATTR: ["data-path", "data-line", "data-lang", "title"],
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    ALLOWED_URI_REGEXP: /^(?:https?:|[a-z0-9]+$)/i,
  });
  return configured;
}

const marked = new Marked({ gfm: true, breaks: false, async: false });

marked.use({
  renderer: {
    html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
    image: ({ href, text, title }: Tokens.Image) => link(href, escapeHtml(text || title || href)),
    link({ href, tokens }: Tokens.Link) {
      return link(href, this.parser.parseInline(tokens));
    },
    code: ({ text, lang }: Tokens.Code) =>
      `<pre data-lang="${escapeHtml((lang ?? "").split(/[\s,{]/, 1)[0] ?? "")}"><code>${escapeHtml(text)}</code></pre>`,
    checkbox: ({ checked }: Tokens.Checkbox) => (checked ? "☑ " : "☐ "),
  },
});

function link(href: string, label: string): string {
  const target = targetOf(href);
  if (!target) return label;
  const attributes = "href" in target ? { "data-href": target.href, title: target.href } : fileAttributes(target);
  const written = Object.entries(attributes).map(([name, value]) => ` ${name}="${escapeHtml(value)}"`);
  return `<a role="link" tabindex="0"${written.join("")}>${label}</a>`;
}

function fileAttributes({ path, line }: FileTarget): Record<string, string> {
  return { "data-path": path, ...(line === undefined ? {} : { "data-line": String(line) }), title: path };
}

interface FileTarget {
  readonly path: string;
  readonly line: number | undefined;
}

/** Web addresses and paths without a scheme; every other link is dead. */
function targetOf(href: string): { readonly href: string } | FileTarget | undefined {
  if (/^https?:\/\//i.test(href)) return { href };
  if (href === "" || /^[a-z][a-z0-9+.-]*:(?!\d+(?:[-:]\d+)?$)/i.test(href) || /^(?:\/\/|\\|#)/.test(href))
    return undefined;
  const found = /^(.*?)(?:(?:#L?|:)(\d+)(?:[-:#].*)?|#.*)?$/.exec(decoded(href));
  const path = found?.[1] ?? "";
  const line = Number(found?.[2] ?? 0);
  return path === "" ? undefined : { path, line: line >= 1 ? line : undefined };
}

function decoded(href: string): string {
  try {
    return decodeURI(href);
  } catch {
    return href;
  }
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
