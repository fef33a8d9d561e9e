import { useLayoutEffect, useRef } from "preact/hooks";
import { textArgument } from "../changes.ts";
import { Icon } from "../icons.tsx";
import type { Call } from "../items.ts";
import { Composition, sends, shortcutOf } from "../keys.ts";
import { t } from "../l10n.ts";
import { asksForSecret } from "../prompts.ts";
import { post } from "../store.ts";
import { visible } from "../terminal.ts";

const LONGEST_INPUT = 10_000;

/** The call whose prompt was answered last: its next one takes the cursor back, unless somebody has moved it. */
let answeredLast = "";

/** A command that waits for somebody: the line it waits in, and a field to answer it. */
export function CommandPrompt({ call }: { call: Call }) {
  const prompt = visible(call.waitsFor?.trim() ?? "");
  const secret = asksForSecret(prompt, textArgument(call.arguments, "command"));
  return (
    // biome-ignore lint/a11y/useSemanticElements: one field is no fieldset
    <div class="prompt" role="group" aria-label={t("Waits for input")} data-prompt>
      <div class="row">
        <Icon name="pause" tone="warn" />
        <span>{t("Waits for input")}</span>
      </div>
      {prompt === "" ? null : <div class="mono asks">{prompt}</div>}
      {/* Another field for a secret: what was typed into one is never seen in the other. */}
      <Input key={secret ? "secret" : "plain"} callId={call.id} prompt={prompt} secret={secret} />
    </div>
  );
}

/** What is typed stands in the field alone: in no state, no draft and no history. */
function Input({ callId, prompt, secret }: { callId: string; prompt: string; secret: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const composition = useRef(new Composition());
  useLayoutEffect(() => {
    if (answeredLast === callId && document.activeElement === document.body) field.current?.focus();
  }, []);
  const send = () => {
    const node = field.current;
    if (!node) return;
    post({ type: "commandInput", callId, text: node.value.slice(0, LONGEST_INPUT) });
    node.value = "";
    answeredLast = callId;
    node.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (composition.current.owns(event, event.timeStamp)) {
      event.stopPropagation();
      return;
    }
    if (event.key === "Escape") field.current?.blur();
    else if (sends(event) && !shortcutOf(event)) {
      event.preventDefault();
      if (!event.repeat) send();
    } else if (!shortcutOf(event)) return;
    // Esc stops no task from here, and no key for answers says yes to a question elsewhere.
    event.stopPropagation();
  };
  return (
    <div class="row wrap">
      <input
        ref={field}
        class="reason"
        {...(secret ? ({ type: "password" } as const) : ({ type: "text" } as const))}
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        maxLength={LONGEST_INPUT}
        aria-label={prompt === "" ? t("Input for the command") : prompt}
        placeholder={secret ? t("Not kept or shown; Enter sends") : t("Enter sends")}
        onKeyDown={onKeyDown}
        onCompositionStart={() => composition.current.start()}
        onCompositionEnd={(event) => composition.current.end(event.timeStamp)}
      />
      <button type="button" class="btn" onClick={send}>
        {t("Send")}
      </button>
      <button type="button" class="btn sec" onClick={() => post({ type: "openTerminal", callId })}>
        {t("Open terminal")}
      </button>
    </div>
  );
}
