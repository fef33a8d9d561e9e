import { restoredWords } from "../announcements.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post, state, transcript } from "../store.ts";
import { visible } from "../terminal.ts";
import { ChangesStrip } from "./Changes.tsx";
import { atEnd } from "./follow.ts";
import { objectOf } from "./Question.tsx";
import { QueueStrip } from "./Queue.tsx";
import { RunningStrip } from "./Running.tsx";
import { TodoStrip } from "./Todos.tsx";

/** As many as stand unfolded; with more of them the plan shows one line. */
const MOST_STRIPS = 3;

/** What goes on beside the chat, one line each. Empty without any: the style hides it then. */
export function Strips() {
  return (
    <div class="strips">
      <TodoStrip folded={stripCount() > MOST_STRIPS} />
      <RunningStrip />
      <WaitingStrip />
      <QueueStrip />
      <RestoredStrip />
      <ChangesStrip />
    </div>
  );
}

function stripCount(): number {
  const current = state.value;
  const { todos, waiting, prompts } = transcript.value;
  return [
    todos.value.length > 0,
    (current?.running.length ?? 0) > 0,
    !atEnd.value && waiting.value.length + prompts.value.length > 0,
    (current?.queue.length ?? 0) > 0,
    current?.restored !== undefined,
    (current?.changeCount ?? 0) > 0,
  ].filter(Boolean).length;
}

/** Says that an answer is wanted when its card is out of sight, and leads there. */
function WaitingStrip() {
  const [first, ...rest] = transcript.value.waiting.value;
  if (!first) return <PromptStrip />;
  // At the end its answers are in sight.
  if (atEnd.value && rest.length === 0) return null;
  return (
    <button type="button" class="strip strip-h" onClick={() => show("[data-waiting]")}>
      <Icon name="pause" tone="warn" />
      <span class="nowrap">{first.asks.kind === "ask" ? t("MiMo asks") : t("Waiting for you")}</span>
      <span class="mut ell grow">{objectOf(first.asks)}</span>
      {rest.length > 0 ? <span class="mut num">+{rest.length}</span> : null}
    </button>
  );
}

function PromptStrip() {
  const [callId] = transcript.value.prompts.value;
  const item = callId === undefined ? undefined : transcript.value.calls.get(callId)?.value;
  if (item?.kind !== "command" || atEnd.value) return null;
  return (
    <button type="button" class="strip strip-h" onClick={() => show("[data-prompt]")}>
      <Icon name="pause" tone="warn" />
      <span class="nowrap">{t("Waits for input")}</span>
      <span class="mut mono ell grow">{visible(item.call.waitsFor?.trim() ?? "")}</span>
    </button>
  );
}

function show(selector: string): void {
  document.querySelector(selector)?.scrollIntoView({ block: "center" });
}

/** The last thing that happened was a restore: it can be taken back. */
function RestoredStrip() {
  const current = state.value;
  if (!current?.restored) return null;
  const { what, files } = current.restored;
  const words = restoredWords(what);
  const count = what === "chat" ? "" : files === 1 ? t("1 file") : t("{0} files", files);
  return (
    <section class="strip strip-h" aria-label={words}>
      <Icon name="flag" />
      <span class="fits grow">
        <span class="ell">{words}</span>
        <span class="mut nowrap">{count}</span>
      </span>
      <button type="button" class="btn quiet" disabled={current.busy} onClick={() => post({ type: "undoRestore" })}>
        {t("Undo")}
      </button>
    </section>
  );
}
