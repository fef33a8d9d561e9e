import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import { renderPage } from "./page.ts";

/** The page of the chat view: one script, one stylesheet, nothing from anywhere else. */
export function panelHtml(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const asset = (...path: string[]) => webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, ...path)).toString();
  return renderPage({
    nonce: randomBytes(16).toString("base64url"),
    cspSource: webview.cspSource,
    script: asset("dist", "webview.js"),
    style: asset("media", "panel.css"),
    language: vscode.env.language,
    bundle: vscode.l10n.bundle ?? {},
  });
}
