export interface PageParts {
  readonly nonce: string;
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  /** As VS Code names it, for example `zh-cn`. */
  readonly language: string;
  /** Translations by their English text. */
  readonly bundle: Readonly<Record<string, unknown>>;
}

export function renderPage({ nonce, cspSource, script, style, language, bundle }: PageParts): string {
  const policy = [
    "default-src 'none'",
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join("; ");
  return `<!DOCTYPE html>
<html lang="${escapeHtml(languageTag(language))}" data-locale="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<link rel="stylesheet" href="${escapeHtml(style)}">
<title>MiMo Agent</title>
</head>
<body>
<div id="app"></div>
<script nonce="${nonce}" type="application/json" id="l10n">${jsonForHtml(bundle)}</script>
<script nonce="${nonce}" src="${escapeHtml(script)}"></script>
</body>
</html>`;
}

/** JSON inside a script element: no text of it may end the element or open a comment. */
function jsonForHtml(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** `zh-cn` -> `zh-CN`. */
function languageTag(language: string): string {
  const [name = "en", region] = language.split("-");
  return region ? `${name}-${region.toUpperCase()}` : name;
}
