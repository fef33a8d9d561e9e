import * as vscode from "vscode";
import type { ModelView } from "../protocol/view.ts";
import type { Account } from "./account.ts";
import type { ChatController } from "./chatController.ts";
import type { ChoiceStore } from "./choices.ts";

interface ModelItem extends vscode.QuickPickItem {
  readonly id: string;
}

/** Lets the user pick a model: the endpoint's own list where it has one, with the bundled table behind it. */
export async function selectModel(chat: ChatController, account: Account, choices: ChoiceStore): Promise<void> {
  const pick = vscode.window.createQuickPick<ModelItem>();
  pick.title = vscode.l10n.t("Model");
  pick.placeholder = vscode.l10n.t("Credits a token: new input, from cache, output");
  pick.matchOnDescription = true;
  const fill = () => {
    const { model, models } = chat.state;
    pick.items = models.map((item) => modelItem(item, model));
    pick.activeItems = pick.items.filter(({ id }) => id === model);
  };
  fill();
  pick.busy = true;
  const asked = account.ask().finally(() => {
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
    if (chosen) await choices.pick({ model: chosen.id });
    await asked;
  } finally {
    pick.dispose();
  }
}

function modelItem({ id, name, rate }: ModelView, current: string): ModelItem {
  return {
    id,
    label: id === current ? `$(check) ${name}` : name,
    description: name === id ? "" : id,
    detail: vscode.l10n.t("New {0} · Cached {1} · Out {2}", rate.miss, rate.hit, rate.output),
  };
}
