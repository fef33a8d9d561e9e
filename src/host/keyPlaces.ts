import * as vscode from "vscode";
import { checkPairing, type Endpoint, type EndpointSetting, keyKind, resolveEndpoint } from "../mimo/endpoints.ts";
import type { KeyFlow } from "./keyFlow.ts";
import { addressProblem, CLUSTERS, type Cluster, clusterName } from "./keyNames.ts";

/** Where a key may be sent to be checked, in order. */
export type Places = readonly Endpoint[];

/**
 * Where a new key may be tried. Nothing was sent yet when this returns; undefined when the user said no, or it cannot
 * work. A plan key goes to more than one cluster, and a key of unknown kind or for another host anywhere, only when the
 * user agreed to it.
 */
export async function placesFor(key: string, flow: KeyFlow): Promise<Places | undefined> {
  const settings = flow.settings();
  if (settings.endpoint === "auto") return automatic(key, flow);
  const kind = keyKind(key);
  const resolved = resolveEndpoint({ setting: settings.endpoint, baseUrl: settings.baseUrl, kind });
  if (!resolved.ok) {
    flow.dialogs.tell("error", addressProblem(resolved.reason));
    return undefined;
  }
  const { endpoint } = resolved;
  const mismatch = checkPairing(kind, endpoint);
  if (!mismatch) return (await mayGoTo(endpoint, key, flow)) ? [endpoint] : undefined;
  const yes = await flow.dialogs.ask({
    message: pairingText(mismatch, endpoint.host),
    detail: vscode.l10n.t("The key was not sent. With the endpoint set to Automatic, it is used where it belongs."),
    tone: "warning",
    options: [{ id: "yes", text: vscode.l10n.t("Use Automatic") }],
  });
  if (!yes) return undefined;
  await flow.useEndpoint("auto");
  return automatic(key, flow);
}

/** Asks before a key goes where the user may not expect it. */
export async function mayGoTo(endpoint: Endpoint, key: string, flow: KeyFlow): Promise<boolean> {
  if (endpoint.loopback || (endpoint.official && keyKind(key) !== "other")) return true;
  const detail = endpoint.official
    ? vscode.l10n.t("The key has none of the known beginnings: sk-, tp-, ttp-. It may belong to another service.")
    : vscode.l10n.t(
        "This host is not Xiaomi's. Whoever runs it can read your key and everything in your chats: {0}",
        endpoint.baseUrl,
      );
  const yes = await flow.dialogs.ask({
    message: vscode.l10n.t("Send your key to {0}?", endpoint.host),
    detail,
    tone: "warning",
    options: [{ id: "yes", text: vscode.l10n.t("Send it there") }],
  });
  return yes === "yes";
}

/** The clusters that have not refused the key yet, when the user agrees that they are asked. */
export async function otherClusters(refusedBy: Endpoint, flow: KeyFlow): Promise<Places | undefined> {
  const others = CLUSTERS.map((cluster) => officialPlace(cluster)).filter(({ host }) => host !== refusedBy.host);
  const pinned = flow.settings().endpoint !== "auto";
  const yes = await flow.dialogs.ask({
    message: vscode.l10n.t("{0} refused the key.", refusedBy.host),
    detail: [
      vscode.l10n.t("Most likely it belongs to another Token Plan cluster. It may also be incomplete or withdrawn."),
      vscode.l10n.t("These hosts of Xiaomi's would get the key:"),
      hostsOf(others),
      ...(pinned ? [vscode.l10n.t("If one of them accepts it, the endpoint is set to Automatic.")] : []),
    ].join("\n\n"),
    tone: "warning",
    options: [{ id: "ask", text: vscode.l10n.t("Ask the other clusters") }],
  });
  return yes && others;
}

export function pairingText(mismatch: "plan_key_on_payg" | "payg_key_on_plan", host: string): string {
  return mismatch === "plan_key_on_payg"
    ? vscode.l10n.t("A Token Plan key does not work on the pay-as-you-go host {0}.", host)
    : vscode.l10n.t("A pay-as-you-go key does not work on the Token Plan host {0}.", host);
}

/** A key that is known keeps its place; else its kind says where it belongs, or the user does. */
async function automatic(key: string, flow: KeyFlow): Promise<Places | undefined> {
  switch (keyKind(key)) {
    case "payg":
      return [officialPlace("payg")];
    case "plan":
      return (await knownPlace(key, flow)) ?? askCluster(flow);
    case "other":
      return askProduct(flow);
  }
}

async function knownPlace(key: string, flow: KeyFlow): Promise<Places | undefined> {
  const stored = (await flow.keys.list()).find((other) => other.key === key);
  const place = CLUSTERS.map((cluster) => officialPlace(cluster)).find(({ baseUrl }) => baseUrl === stored?.baseUrl);
  return place && [place];
}

async function askCluster(flow: KeyFlow): Promise<Places | undefined> {
  const all = CLUSTERS.map((cluster) => officialPlace(cluster));
  const answer = await flow.dialogs.ask<"all" | Cluster>({
    message: vscode.l10n.t("Which Token Plan cluster is the key for?"),
    detail: [
      vscode.l10n.t(
        "The Subscription page of the MiMo console names it. If you do not know it, the key can be sent to these hosts of Xiaomi's, one after the other, until one accepts it:",
      ),
      hostsOf(all),
    ].join("\n\n"),
    tone: "neutral",
    options: [
      { id: "all", text: vscode.l10n.t("Ask all three") },
      ...CLUSTERS.map((cluster) => ({ id: cluster, text: clusterName(cluster) })),
    ],
  });
  if (answer === undefined) return undefined;
  return answer === "all" ? all : [officialPlace(answer)];
}

async function askProduct(flow: KeyFlow): Promise<Places | undefined> {
  const answer = await flow.dialogs.ask({
    message: vscode.l10n.t("What is this key for?"),
    detail: [
      vscode.l10n.t("The key has none of the known beginnings: sk-, tp-, ttp-. It may belong to another service."),
      vscode.l10n.t("It is sent only where you say. For a host of your own, set the endpoint to Custom first."),
    ].join("\n\n"),
    tone: "warning",
    options: [
      { id: "payg", text: vscode.l10n.t("Pay as you go") },
      { id: "plan", text: vscode.l10n.t("Token Plan") },
    ],
  });
  if (answer === undefined) return undefined;
  return answer === "payg" ? [officialPlace("payg")] : askCluster(flow);
}

function hostsOf(places: Places): string {
  return places.map(({ host }) => host).join("\n");
}

function officialPlace(setting: Exclude<EndpointSetting, "auto" | "custom">): Endpoint {
  const resolved = resolveEndpoint({ setting, baseUrl: "", kind: "other" });
  if (!resolved.ok) throw new Error(`There is no address for ${setting}.`);
  return resolved.endpoint;
}
