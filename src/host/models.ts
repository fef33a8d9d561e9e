import * as vscode from "vscode";
import type { ModelView, PanelState } from "../protocol/view.ts";
import type { Account } from "./account.ts";
import type { ChatController } from "./chatController.ts";
import type { ChoiceStore } from "./choices.ts";
import { NOTICEABLE_CREDITS, type SwitchCost, switchCost } from "./switchCost.ts";
import { confirmSwitch, switchText } from "./switchText.ts";

interface ModelItem extends vscode.QuickPickItem {
  readonly model: ModelView;
}

/** Lets the user pick a model: the endpoint's own list where it has one, with the bundled table behind it. */
export async function selectModel(chat: ChatController, account: Account, choices: ChoiceStore): Promise<void> {
  const pick = vscode.window.createQuickPick<ModelItem>();
  pick.title = vscode.l10n.t("Model");
  pick.placeholder = vscode.l10n.t("Credits a token: new input, from cache, output");
  pick.matchOnDescription = true;
  const fill = () => {
    const { state } = chat;
    pick.items = state.models.map((model) => modelItem(model, state));
    pick.activeItems = pick.items.filter(({ model }) => model.id === state.model);
  };
  fill();
  pick.busy = true;
  const asked = account.ask(chat.path).finally(() => {
    fill();
    pick.busy = false;
  });
  try {
    const chosen = await new Promise<ModelItem | undefined>((resolve) => {
      pick.onDidAccept(() => resolve(pick.selectedItems[0]));
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
    pick.hide();
    if (chosen && (await maySwitch(chosen.model, chat.state))) await choices.pick({ model: chosen.model.id });
    await asked;
  } finally {
    pick.dispose();
  }
}

function modelItem(model: ModelView, state: PanelState): ModelItem {
  const { id, name, rate } = model;
  const cost = costOf(model, state);
  const rates = vscode.l10n.t("New {0} · Cached {1} · Out {2}", rate.miss, rate.hit, rate.output);
  return {
    model,
    label: id === state.model ? `$(check) ${name}` : name,
    description: name === id ? "" : id,
    detail: cost ? `${rates} · ${costText(cost, state)}` : rates,
  };
}

/** The whole of a chat is new to a model that has not read it. */
function costOf(model: ModelView, state: PanelState): SwitchCost | undefined {
  return model.id === state.model ? undefined : switchCost(state.cachedTokens, model);
}

async function maySwitch(model: ModelView, state: PanelState): Promise<boolean> {
  const cost = costOf(model, state);
  if (!cost || cost.credits <= NOTICEABLE_CREDITS) return true;
  return confirmSwitch(vscode.l10n.t("Switch this chat to {0}?", model.name), costText(cost, state));
}

function costText(cost: SwitchCost, { key }: PanelState): string {
  return switchText(cost, key.state === "set" ? key.kind : "other");
}
