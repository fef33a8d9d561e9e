import type { Signal } from "@preact/signals";
import { previewOfChange } from "../changes.ts";
import { Icon } from "../icons.tsx";
import type { Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { AskQuestion } from "./AskCard.tsx";
import { ChangeBody, changeIcon, changeName } from "./ChangeBody.tsx";
import { picksOf } from "./EditCard.tsx";
import { type ApprovalView, objectOf, QuestionFooter, QuestionGroup } from "./Question.tsx";

/** A question of a call that has no card of its own. Gone once it is answered: the call's row says the rest. */
export function QuestionCard({ item }: { item: Signal<Item> }) {
  const { key, question } = item.value as ItemOf<"question">;
  const { asks } = question;
  if (asks.kind === "ask") return <AskQuestion question={question} />;
  if (question.decision !== undefined) return null;
  return (
    <QuestionGroup asks={asks} waiting>
      <div class="card-h">
        <Icon
          name={asks.kind === "command" ? "terminal" : asks.kind === "write" ? changeIcon(asks.change.kind) : "file"}
        />
        <span class="name">{titleOf(asks)}</span>
      </div>
      {asks.kind === "write" ? (
        <ChangeBody
          preview={previewOfChange(asks.change)}
          stage="ahead"
          choiceKey={`${key}.diff`}
          hunks={picksOf(question, { waiting: true })}
        />
      ) : (
        <div class="card-b cmd">{objectOf(asks)}</div>
      )}
      <QuestionFooter question={question} />
    </QuestionGroup>
  );
}

function titleOf(asks: ApprovalView): string {
  switch (asks.kind) {
    case "write":
      return t("{0}?", changeName({ ...asks.change, from: asks.change.from }));
    case "command":
      return t("Run this command?");
    case "read":
      return t("Read this?");
  }
}
