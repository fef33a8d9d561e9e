import type { RunningView } from "../../protocol/view.ts";
import { openChoice } from "../choices.ts";
import { Icon } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post, state, transcript } from "../store.ts";
import { visible } from "../terminal.ts";
import { IconButton } from "./Row.tsx";

/** Commands that go on beside the chat: one in its line, several behind one. */
export function RunningStrip() {
  const running = state.value?.running ?? [];
  const [first] = running;
  if (!first) return null;
  if (running.length === 1) {
    return (
      <section class="strip" aria-label={t("Commands that run")}>
        <div class="strip-h">
          <Icon name="terminal" />
          <span class="nowrap wide">{t("1 command runs")}</span>
          <Command command={first} />
        </div>
      </section>
    );
  }
  const choice = openChoice("running");
  const open = choice.value ?? false;
  return (
    <section class="strip" aria-label={t("Commands that run")}>
      <button
        type="button"
        class="strip-h"
        aria-expanded={open}
        onClick={() => {
          choice.value = !open;
        }}
      >
        <Icon name="terminal" />
        <span class="nowrap">{t("{0} commands run", running.length)}</span>
        <span class="mut mono ell grow">{open ? "" : running.map(lineOf).join(", ")}</span>
        <Icon name={open ? "down" : "right"} small />
      </button>
      {open ? (
        <ul class="files" aria-label={t("Commands that run")}>
          {running.map((command) => (
            <li key={command.callId} class="frow">
              <Command command={command} />
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function lineOf({ command }: RunningView): string {
  return visible(command.trim().split("\n", 1)[0] ?? "");
}

function Command({ command }: { command: RunningView }) {
  const { callId } = command;
  const line = lineOf(command);
  const waits = transcript.value.prompts.value.includes(callId);
  return (
    <>
      <span class="mono ell grow" title={visible(command.command)}>
        {line}
      </span>
      {waits ? <span class="mut xs nowrap">{t("waits for input")}</span> : null}
      <IconButton
        icon="external"
        label={t("Open the terminal of {0}", line)}
        tone="sm"
        onClick={() => post({ type: "openTerminal", callId })}
      />
      <IconButton
        icon="stop"
        label={t("End {0}", line)}
        tone="sm"
        onClick={() => post({ type: "stopCommand", callId })}
      />
    </>
  );
}
