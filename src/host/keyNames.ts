import * as vscode from "vscode";
import { type EndpointProblem, keyKind, parseBaseUrl, resolveEndpoint } from "../mimo/endpoints.ts";
import type { KeyView } from "../protocol/view.ts";
import { billingOf, isOfficial, type StoredKey } from "./keyRing.ts";
import { keyHint } from "./redact.ts";

/** The Token Plan's, in the order in which they are asked. */
export const CLUSTERS = ["cn", "sgp", "ams"] as const;
export type Cluster = (typeof CLUSTERS)[number];

/** The user's name for a key, or one made of its kind and place. */
export function labelOf(key: StoredKey): string {
  return key.label || defaultLabel(key);
}

/** As in "Token Plan · China". A key for another host than the platform's is named by the host. */
export function defaultLabel(key: Pick<StoredKey, "key" | "baseUrl">): string {
  if (!isOfficial(key)) return hostOf(key);
  const cluster = clusterOf(key.baseUrl);
  const product = productOf(key);
  return cluster ? `${product} · ${clusterName(cluster)}` : product;
}

export function productOf(key: Pick<StoredKey, "key" | "baseUrl">): string {
  switch (billingOf(key)) {
    case "payg":
      return vscode.l10n.t("Pay as you go");
    case "plan":
      return vscode.l10n.t("Token Plan");
    case "team":
      return vscode.l10n.t("Team Token Plan");
    case "other":
      return hostOf(key);
  }
}

export function clusterName(cluster: Cluster): string {
  switch (cluster) {
    case "cn":
      return vscode.l10n.t("China");
    case "sgp":
      return vscode.l10n.t("Singapore");
    case "ams":
      return vscode.l10n.t("Amsterdam");
  }
}

export function hostOf({ baseUrl }: Pick<StoredKey, "baseUrl">): string {
  const parsed = parseBaseUrl(baseUrl);
  return parsed.ok ? parsed.endpoint.host : baseUrl;
}

/** All of a key that may be shown. */
export function keyViewOf(key: StoredKey): KeyView {
  return { id: key.id, kind: keyKind(key.key), label: labelOf(key), hint: keyHint(key.key), host: hostOf(key) };
}

/** What is wrong with the address of the setting mimoAgent.baseUrl. */
export function addressProblem(reason: EndpointProblem): string {
  switch (reason) {
    case "no_base_url":
      return vscode.l10n.t(
        "The endpoint is Custom, and the setting mimoAgent.baseUrl is empty. Enter its address first.",
      );
    case "not_a_url":
      return vscode.l10n.t("The setting mimoAgent.baseUrl holds no usable address. Correct it, then set the key.");
    case "not_https":
      return vscode.l10n.t(
        "The setting mimoAgent.baseUrl begins with http. A key goes out by https only, except to this machine.",
      );
    case "credentials_in_url":
      return vscode.l10n.t(
        "The setting mimoAgent.baseUrl holds a name or a password. Take them out, then set the key.",
      );
  }
}

function clusterOf(baseUrl: string): Cluster | undefined {
  return CLUSTERS.find((setting) => {
    const resolved = resolveEndpoint({ setting, baseUrl: "", kind: "plan" });
    return resolved.ok && resolved.endpoint.baseUrl === baseUrl;
  });
}
