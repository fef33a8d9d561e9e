import { homedir, release } from "node:os";
import * as vscode from "vscode";
import { AgentError } from "../agent/errors.ts";
import { type Endpoint, keyKind, parseBaseUrl } from "../mimo/endpoints.ts";
import { listModels } from "../mimo/listModels.ts";
import { folderFacts, networkVariables, programVersion } from "../node/diagnose.ts";
import { findOnPath } from "../node/executables.ts";
import { shownProxy } from "../node/proxy.ts";
import { findRipgrep } from "../node/ripgrep.ts";
import { shellProgram } from "../node/shellProgram.ts";
import { type Diagnosis, type Line, renderDiagnosis, type Section } from "./diagnosis.ts";
import { labelOf } from "./keyNames.ts";
import type { StoredKey } from "./keyRing.ts";
import type { LastError } from "./lastErrors.ts";
import { messageOf } from "./log.ts";
import { keyHint } from "./redact.ts";
import { readSettings, SECTION } from "./settings.ts";
import type { Target } from "./target.ts";

export interface DiagnoseParts {
  readonly context: Pick<vscode.ExtensionContext, "extension" | "globalStorageUri" | "storageUri" | "subscriptions">;
  readonly keys: () => Promise<readonly StoredKey[]>;
  /** What must not stand in the report. */
  readonly secrets: () => Iterable<string>;
  /** Of the chat that is open. */
  readonly target: () => Promise<Target>;
  readonly model: () => { readonly chosen: string; readonly serving: string };
  /** How many sessions are kept for this workspace. */
  readonly sessions: () => Promise<number>;
  readonly lastErrors: () => readonly LastError[];
  readonly fetch?: typeof fetch;
}

const SCHEME = "mimo-agent-diagnosis";
const CHECK_MS = 12_000;

let report: ReportDocument | undefined;

/** `MiMo: Diagnose`: looks at everything that a request depends on, and shows what it found in a read-only document. */
export async function diagnose(parts: DiagnoseParts): Promise<void> {
  const text = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t("Diagnosing"), cancellable: true },
    async (_, token) => {
      const stopped = new AbortController();
      const subscription = token.onCancellationRequested(() => stopped.abort());
      try {
        return await diagnosisText(parts, { signal: stopped.signal });
      } finally {
        subscription.dispose();
      }
    },
  );
  report ??= openReport(parts.context.subscriptions);
  await report.show(text);
  void offerCopy(text);
}

function openReport(subscriptions: vscode.Disposable[]): ReportDocument {
  const opened = new ReportDocument();
  subscriptions.push(opened);
  return opened;
}

/** The report as it is shown. What the user does not wait for any more is missing from it. */
export async function diagnosisText(parts: DiagnoseParts, options: { readonly signal: AbortSignal }): Promise<string> {
  const { secrets } = parts;
  const diagnosis = await examine(parts, options);
  return renderDiagnosis(diagnosis, { l10n: vscode.l10n, secrets: secrets(), home: homedir() });
}

async function offerCopy(text: string): Promise<void> {
  const copy = vscode.l10n.t("Copy");
  const chosen = await vscode.window.showInformationMessage(
    vscode.l10n.t("The diagnosis is ready. It holds no key and no password."),
    copy,
  );
  if (chosen === copy) await vscode.env.clipboard.writeText(text);
}

/** Untitled documents ask to be saved when they are closed; this one does not. */
class ReportDocument implements vscode.Disposable {
  readonly #uri = vscode.Uri.from({ scheme: SCHEME, path: "/MiMo Agent.md" });
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  readonly #provider: vscode.Disposable;
  #text = "";

  constructor() {
    this.#provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      onDidChange: this.#changed.event,
      provideTextDocumentContent: () => this.#text,
    });
  }

  async show(text: string): Promise<void> {
    this.#text = text;
    this.#changed.fire(this.#uri);
    const document = await vscode.workspace.openTextDocument(this.#uri);
    await vscode.window.showTextDocument(document, { preview: false });
  }

  dispose(): void {
    this.#provider.dispose();
    this.#changed.dispose();
    report = undefined;
  }
}

async function examine(parts: DiagnoseParts, options: { readonly signal: AbortSignal }): Promise<Diagnosis> {
  const sections = await Promise.all([
    versions(parts),
    workspace(),
    ...endpointAndModel(parts, options),
    network(),
    programs(options),
    storage(parts),
    settings(parts),
    errors(parts),
  ]);
  return { at: new Date().toISOString(), sections };
}

function versions({ context }: DiagnoseParts): Section {
  const { env, version, UIKind, extensions } = vscode;
  const { packageJSON } = context.extension;
  return {
    topic: "versions",
    lines: [
      ["extension", packageJSON.version],
      ["editor", `${env.appName} ${version}`],
      ["api floor", packageJSON.engines?.vscode],
      ["node", process.versions.node],
      ["electron", process.versions.electron],
      ["system", `${process.platform} ${release()} ${process.arch}`],
      ["remote", env.remoteName],
      ["window", env.uiKind === UIKind.Web ? "browser" : "desktop"],
      ["language", env.language],
      ["extensions active", extensions.all.filter(({ isActive }) => isActive).length],
    ],
  };
}

function workspace(): Section {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const schemes = [...new Set(folders.map(({ uri }) => uri.scheme))];
  return {
    topic: "workspace",
    lines: [
      ["folders", folders.length],
      ["schemes", schemes.join(", ")],
      ["workspace file", vscode.workspace.workspaceFile !== undefined],
      ["trusted", vscode.workspace.isTrusted],
    ],
  };
}

interface Reached {
  readonly line: string;
  readonly models: readonly string[] | undefined;
}

function endpointAndModel(
  parts: DiagnoseParts,
  options: { readonly signal: AbortSignal },
): readonly [Promise<Section>, Promise<Section>] {
  const asked = askAll(parts, options);
  return [asked.then(({ lines }) => ({ topic: "endpoint", lines })), asked.then((all) => model(parts, all.models))];
}

/** Every key is sent to the one address that it was set for, and nowhere else. */
async function askAll(parts: DiagnoseParts, options: { readonly signal: AbortSignal }) {
  const [target, keys] = await Promise.all([parts.target(), parts.keys()]);
  const { endpoint: setting } = readSettings();
  const inForce = target.state === "badAddress" ? undefined : target.endpoint;
  const own = target.state === "ready" ? target.key : undefined;
  const withoutKey = inForce && !own ? await reach(inForce, { key: undefined, parts, ...options }) : undefined;
  const reached = await Promise.all(
    keys.map(async (key) => {
      const parsed = parseBaseUrl(key.baseUrl);
      if (!parsed.ok) return { line: parsed.reason, models: undefined };
      return reach(parsed.endpoint, { key: key.key, parts, ...options });
    }),
  );
  const lines: Line[] = [
    ["endpoint setting", setting],
    ["state", target.state === "badAddress" ? `${target.state}: ${target.reason}` : target.state],
    ["base url", inForce?.baseUrl],
    ["keys", keys.length],
  ];
  if (withoutKey) lines.push(["without a key", withoutKey.line]);
  keys.forEach((key, i) => {
    const name = `key ${i + 1}`;
    lines.push([
      name,
      `${keyKind(key.key)} ${keyHint(key.key)} "${labelOf(key)}"${key.id === own?.id ? ", in use" : ""}`,
    ]);
    lines.push([`${name} goes to`, key.baseUrl]);
    lines.push([`${name} answer`, reached[i]?.line]);
  });
  const models = own ? reached[keys.findIndex(({ id }) => id === own.id)]?.models : withoutKey?.models;
  return { lines, models };
}

interface Asking {
  readonly key: string | undefined;
  readonly parts: DiagnoseParts;
  readonly signal: AbortSignal;
}

async function reach(endpoint: Endpoint, { key, parts, signal }: Asking): Promise<Reached> {
  const began = performance.now();
  const took = () => `${Math.round(performance.now() - began)} ms`;
  try {
    const models = await listModels({
      endpoint,
      key,
      signal: AbortSignal.any([signal, AbortSignal.timeout(CHECK_MS)]),
      ...(parts.fetch && { fetch: parts.fetch }),
    });
    return { line: `200, ${models.length} models, ${took()}`, models };
  } catch (error) {
    if (!(error instanceof AgentError)) return { line: `no answer, ${took()}: ${messageOf(error)}`, models: undefined };
    const { reason, status, message } = error;
    return { line: `${status ?? "no answer"} (${reason}), ${took()}: ${message}`, models: undefined };
  }
}

function model(parts: DiagnoseParts, models: readonly string[] | undefined): Section {
  const { chosen, serving } = parts.model();
  const { thinking, idleTimeout } = readSettings();
  return {
    topic: "model",
    lines: [
      ["chosen", chosen],
      ["asked for", serving],
      ["in the endpoint's list", models ? models.includes(serving) : "the list is not known"],
      ["endpoint's list", models?.join(", ")],
      ["thinking", thinking],
      ["idle timeout", `${idleTimeout} s`],
    ],
  };
}

const NETWORK_SETTINGS = [
  "proxySupport",
  "proxyStrictSSL",
  "noProxy",
  "systemCertificates",
  "fetchAdditionalSupport",
  "electronFetch",
  "useLocalProxyConfiguration",
];

function network(): Section {
  const http = vscode.workspace.getConfiguration("http");
  const proxy = http.get<unknown>("proxy");
  return {
    topic: "network",
    lines: [
      ["http.proxy", typeof proxy === "string" ? shownProxy(proxy) : undefined],
      ...NETWORK_SETTINGS.map((name): Line => [`http.${name}`, shownSetting(http.get(name))]),
      ...networkVariables(process.env),
    ],
  };
}

async function programs(options: { readonly signal: AbortSignal }): Promise<Section> {
  const avoid = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
  const [git, ripgrep] = await Promise.all([
    findOnPath("git", { avoid }),
    findRipgrep({ appRoot: vscode.env.appRoot, avoid }),
  ]);
  const [gitVersion, ripgrepVersion] = await Promise.all([versionOf(git, options), versionOf(ripgrep, options)]);
  return {
    topic: "programs",
    lines: [
      ["shell", shellProgram(undefined).name],
      ["default shell", vscode.env.shell],
      ["git", git],
      ["git version", gitVersion],
      ["ripgrep", ripgrep ?? "none: files are searched without it"],
      ["ripgrep version", ripgrepVersion],
    ],
  };
}

/** Nothing is run in a folder that is not trusted. */
async function versionOf(
  program: string | undefined,
  options: { readonly signal: AbortSignal },
): Promise<string | undefined> {
  if (program === undefined) return undefined;
  return vscode.workspace.isTrusted ? programVersion(program, options) : "not asked: the folder is not trusted";
}

async function storage({ context, sessions }: DiagnoseParts): Promise<Section> {
  const folder = (context.storageUri ?? context.globalStorageUri).fsPath;
  const [{ problem, freeBytes }, count] = await Promise.all([folderFacts(folder), sessions().catch(messageOf)]);
  return {
    topic: "storage",
    lines: [
      ["folder", folder],
      ["writable", problem === undefined ? true : `no: ${problem}`],
      ["free", freeBytes === undefined ? undefined : `${Math.round(freeBytes / 1e6)} MB`],
      ["sessions", count],
    ],
  };
}

function settings({ context }: DiagnoseParts): Section {
  const declared: unknown = context.extension.packageJSON.contributes?.configuration?.properties;
  const names = typeof declared === "object" && declared !== null ? Object.keys(declared) : [];
  const values = vscode.workspace.getConfiguration();
  const lines = names
    .filter((name) => name.startsWith(`${SECTION}.`))
    .flatMap((name): Line[] => {
      const found = values.inspect(name);
      const levels: readonly (readonly [string, unknown])[] = [
        ["user", found?.globalValue],
        ["workspace", found?.workspaceValue],
        ["folder", found?.workspaceFolderValue],
      ];
      return levels
        .filter(([, value]) => value !== undefined)
        .map(([level, value]): Line => [`${name} (${level})`, shownSetting(value)]);
    });
  return { topic: "settings", lines };
}

function errors({ lastErrors }: DiagnoseParts): Section {
  return {
    topic: "errors",
    lines: lastErrors().map(({ at, reason, message }): Line => [at, `${reason}: ${message}`]),
  };
}

function shownSetting(value: unknown): Line[1] {
  if (value === undefined || typeof value === "boolean" || typeof value === "number") return value;
  return typeof value === "string" ? value : JSON.stringify(value);
}
