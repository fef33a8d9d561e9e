import type { Signal } from "@preact/signals";
import { openChoice } from "../choices.ts";
import type { Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { visible } from "../terminal.ts";
import { OutputText } from "./Output.tsx";
import { QuestionFooter, QuestionGroup } from "./Question.tsx";
import { Refusal } from "./Refusal.tsx";
import { Row } from "./Row.tsx";

/** A call of a tool this panel knows nothing of: its name, its arguments, its result. */
export function OtherCard({ item }: { item: Signal<Item> }) {
  const { key, call } = item.value as ItemOf<"other">;
  const { status, question } = call;
  const failed = status !== "ok" && status !== "running";
  const waiting = question !== undefined && question.decision === undefined;
  return (
    <>
      <div class="steps">
        <Row
          icon={status === "running" ? "spinner" : failed ? "warning" : "tool"}
          tone={failed ? "warn" : undefined}
          verb={visible(call.name)}
          object={<span class="mono">{visible(call.arguments.slice(0, 200))}</span>}
          result={{ running: "", ok: "", error: t("Failed"), denied: t("Rejected"), stopped: t("Stopped") }[status]}
          choice={openChoice(key)}
        >
          <OutputText text={call.arguments} kept={40} choiceKey={`${key}.arguments`} />
          <OutputText text={call.result} kept={40} choiceKey={`${key}.out`} />
        </Row>
        <Refusal call={call} />
      </div>
      {question && waiting ? (
        <QuestionGroup asks={question.asks} waiting>
          <QuestionFooter question={question} />
        </QuestionGroup>
      ) : null}
    </>
  );
}
