/** The view's words: keys are the English text, `{0}` its arguments. The host puts the bundle into the page. */

export type Bundle = Readonly<Record<string, string>>;

let bundle: Bundle = {};
let chinese = false;

export function setLocale(locale: string, words: Bundle): void {
  bundle = words;
  chinese = /^zh\b/i.test(locale);
}

export function isChinese(): boolean {
  return chinese;
}

export function t(text: string, ...values: readonly (string | number)[]): string {
  const pattern = (Object.hasOwn(bundle, text) ? bundle[text] : undefined) ?? text;
  return pattern.replace(/\{(\d+)\}/g, (whole, n: string) => {
    const value = values[Number(n)];
    return value === undefined ? whole : String(value);
  });
}

/** Reads what the host left in the page. A page without it speaks English. */
export function readLocale(page: Document): void {
  const { lang, dataset } = page.documentElement;
  const source = page.getElementById("l10n")?.textContent ?? "";
  setLocale(dataset.locale ?? (lang || "en"), parseBundle(source));
}

function parseBundle(source: string): Bundle {
  try {
    const value: unknown = JSON.parse(source);
    if (typeof value !== "object" || value === null) return {};
    return Object.fromEntries(Object.entries(value).filter(([, words]) => typeof words === "string"));
  } catch {
    return {};
  }
}
