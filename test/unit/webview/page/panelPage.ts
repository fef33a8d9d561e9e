import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import type { FromView, PanelState, ToView, ViewEvent } from "../../../../src/protocol/view.ts";
import { findChromium } from "../../../bed/chromium.ts";
import { THEMES, type ThemeName, themeCss } from "./themes.ts";

/** The panel's real page in a plain browser: real script, real style, real policy; only the host is played. */

const ROOT = new URL("../../../../", import.meta.url);
const NONCE = "panelPageNonce";

export interface PageOptions {
  readonly theme?: ThemeName;
  readonly locale?: "en" | "zh-cn";
  readonly width?: number;
  readonly height?: number;
  readonly scale?: number;
}

export interface PanelPage {
  readonly page: Page;
  /** Everything the view has posted. */
  posted(): Promise<FromView[]>;
  snapshot(state: PanelState, events: readonly ViewEvent[], draft?: string): Promise<void>;
  events(events: readonly ViewEvent[]): Promise<void>;
  state(state: PanelState): Promise<void>;
  send(message: ToView): Promise<void>;
  close(): Promise<void>;
}

export interface PanelBrowser {
  open(options?: PageOptions): Promise<PanelPage>;
  close(): Promise<void>;
}

/** Bundles an entry of the view as the product's build does; `inject` names modules of tests to run before it. */
export async function bundle(entry: string, inject: readonly string[] = []): Promise<string> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL(entry, ROOT))],
    inject: inject.map((path) => fileURLToPath(new URL(path, ROOT))),
    bundle: true,
    write: false,
    minify: true,
    platform: "browser",
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    legalComments: "none",
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return result.outputFiles[0]?.text ?? "";
}

export async function openPanelBrowser(
  entry = "src/webview/main.tsx",
  inject: readonly string[] = [],
): Promise<PanelBrowser> {
  const script = await bundle(entry, inject);
  const style = await readFile(new URL("media/panel.css", ROOT), "utf8");
  const words = await readFile(new URL("l10n/bundle.l10n.zh-cn.json", ROOT), "utf8");
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const theme = (url.searchParams.get("theme") ?? "dark") as ThemeName;
    const locale = url.searchParams.get("locale") ?? "en";
    const [type, body] =
      url.pathname === "/webview.js"
        ? ["text/javascript", script]
        : url.pathname === "/panel.css"
          ? ["text/css", style]
          : url.pathname === "/theme.css"
            ? ["text/css", themeCss(theme)]
            : ["text/html", html(theme, locale, locale === "zh-cn" ? words : "{}")];
    response.writeHead(200, { "content-type": `${type}; charset=utf-8` });
    response.end(body);
  });
  const origin = await listen(server);
  const browser = await launch();
  return {
    open: (options = {}) => openPage(browser, origin, options),
    async close() {
      await browser.close();
      server.close();
    },
  };
}

async function launch(): Promise<Browser> {
  const flags =
    "--disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update";
  return chromium.launch({
    executablePath: await findChromium(),
    args: ["--no-sandbox", "--disable-sync", "--disable-dev-shm-usage", ...flags.split(" ")],
  });
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

/** The page as the host writes it, with VS Code's own part of it: theme variables, the body's class, the API. */
function html(theme: ThemeName, locale: string, words: string): string {
  const policy = `default-src 'none'; style-src 'self'; script-src 'nonce-${NONCE}'; font-src 'self'; img-src 'self' data:`;
  return `<!doctype html><html lang="${locale}" data-locale="${locale}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="/theme.css?theme=${theme}"><link rel="stylesheet" href="/panel.css"></head>
<body class="${THEMES[theme].kind}"><div id="app"></div>
<script type="application/json" id="l10n">${words.replaceAll("<", "\\u003c")}</script>
<script nonce="${NONCE}">
  globalThis.posted = []; globalThis.kept = undefined;
  globalThis.acquireVsCodeApi = () => ({
    postMessage: (message) => posted.push(structuredClone(message)),
    getState: () => kept, setState: (state) => { kept = state; },
  });
</script><script nonce="${NONCE}" src="/webview.js"></script></body></html>`;
}

async function openPage(browser: Browser, origin: string, options: PageOptions): Promise<PanelPage> {
  const { theme = "dark", locale = "en", width = 340, height = 900, scale = 1 } = options;
  const page = await browser.newPage({ viewport: { width, height }, deviceScaleFactor: scale });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()}`));
  await page.goto(`${origin}/?theme=${theme}&locale=${locale}`);
  let seq = 0;
  const send = (message: ToView) => page.evaluate((data) => window.postMessage(data, "*"), message);
  return {
    page,
    posted: () => page.evaluate(() => (globalThis as unknown as { posted: FromView[] }).posted),
    snapshot: (state, events, draft) =>
      send({ type: "snapshot", seq: ++seq, state, events, ...(draft === undefined ? {} : { draft }) }),
    events: (events) => send({ type: "events", seq: ++seq, events }),
    state: (state) => send({ type: "state", seq: ++seq, state }),
    send,
    async close() {
      await page.close();
      // The page asks for an icon by itself, which the policy refuses.
      const real = problems.filter((problem) => !problem.includes("favicon"));
      if (real.length > 0) throw new Error(`The page reported:\n${real.join("\n")}`);
    },
  };
}
