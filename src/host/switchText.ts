import * as vscode from "vscode";
import { compact, type SwitchCost } from "./switchCost.ts";

/** What a switch costs, in words. A key that is paid by use has no credits: there the tokens say it. */
export function switchText({ credits, tokens }: SwitchCost, kind: "payg" | "plan" | "other"): string {
  const { language } = vscode.env;
  if (kind === "payg") {
    return vscode.l10n.t(
      "Switching: {0} tokens once at the full price (the cache is missed)",
      compact(tokens, language),
    );
  }
  return vscode.l10n.t(
    "Switching: about {0} credits once (the cache of {1} tokens is missed)",
    compact(credits, language),
    compact(tokens, language),
  );
}

/** Modal. */
export async function confirmSwitch(message: string, detail: string): Promise<boolean> {
  const yes = vscode.l10n.t("Switch");
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, yes)) === yes;
}
