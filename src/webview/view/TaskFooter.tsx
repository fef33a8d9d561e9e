import { between, credits, percent, seconds, thin } from "../figures.ts";
import { Ring } from "../icons.tsx";
import type { Task, Totals } from "../items.ts";
import { t } from "../l10n.ts";
import { state, transcript } from "../store.ts";
import { useElapsed } from "./seconds.ts";

/** What a task cost, in words. */
export function TaskFooter({ task, last }: { task: Task; last: boolean }) {
  const totals = task.totals.value;
  const end = task.end.value;
  const busy = last && state.value?.busy === true && end === undefined;
  if (totals.requests === 0 && !busy) return null;
  return (
    <section class="foot" aria-label={t("Cost of this turn")}>
      {totals.requests > 0 ? <Spent totals={totals} /> : null}
      <ModelName name={task.user?.model ?? (busy ? currentModelName() : undefined)} />
      {busy || end ? (
        <span class="num">{end ? seconds(between(task.startedAt, end.at)) : <Since from={task.startedAt} />}</span>
      ) : null}
      {last && transcript.value.context.value > 0 ? <ContextShare /> : null}
    </section>
  );
}

function Spent({ totals }: { totals: Totals }) {
  return (
    <>
      <span class="num">{credits(totals.credits)}</span>
      <span class="num">{t("{0} from cache", percent(totals.cached, totals.prompt))}</span>
      <span class="num">{t("{0} tokens", thin(totals.prompt + totals.output))}</span>
    </>
  );
}

function ModelName({ name }: { name: string | undefined }) {
  if (!name) return null;
  const brand = name.startsWith("MiMo-") ? "MiMo-" : "";
  return (
    <span class="num">
      {brand ? <span class="wide">{brand}</span> : null}
      {name.slice(brand.length)}
    </span>
  );
}

function currentModelName(): string | undefined {
  const current = state.value;
  return current?.models.find((model) => model.id === current.model)?.name ?? current?.model;
}

function Since({ from }: { from: string }) {
  return <>{seconds(useElapsed(from, { live: true }))}</>;
}

/** Tokens in the window, of the model's window. */
export function contextShare(): number {
  const current = state.value;
  const model = current?.models.find((other) => other.id === current.model);
  return model && model.contextWindow > 0 ? transcript.value.context.value / model.contextWindow : 0;
}

function ContextShare() {
  const share = contextShare();
  const value = percent(share, 1);
  return (
    <span class="row ctxshare">
      <Ring share={share} label={t("Context {0}", value)} />
      <span class="num" aria-hidden="true">
        <span class="wide">{t("context")} </span>
        {value}
      </span>
    </span>
  );
}
