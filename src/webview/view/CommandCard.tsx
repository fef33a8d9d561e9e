import type { Signal } from "@preact/signals";
import { isBackground, textArgument } from "../changes.ts";
import { openChoice } from "../choices.ts";
import { between, briefly, seconds } from "../figures.ts";
import { Icon, type IconName } from "../icons.tsx";
import type { Call, Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { waitsForInput } from "../prompts.ts";
import { post, state } from "../store.ts";
import { endingOf, outputOf, runningOn, visible } from "../terminal.ts";
import { CommandPrompt } from "./CommandPrompt.tsx";
import { OutputLines } from "./Output.tsx";
import { QuestionFooter, QuestionGroup } from "./Question.tsx";
import { Refusal } from "./Refusal.tsx";
import { IconButton, Row } from "./Row.tsx";
import { useElapsed } from "./seconds.ts";

/** Output lines in a card before "earlier lines". */
const LAST_LINES = 12;

/** A command: asked for, running with its output, then one line; open where it failed. */
export function CommandCard({ item }: { item: Signal<Item> }) {
  const { key, call } = item.value as ItemOf<"command">;
  const { question } = call;
  if (question && question.decision === undefined) return <AskedCommand call={call} />;
  const waits = call.waitsFor !== undefined && waitsForInput(call, state.value);
  if (waits) return <OpenCommand choiceKey={key} call={call} waits />;
  if (call.status === "ok" && exitOf(call) === 0) return <FinishedCommand choiceKey={key} call={call} />;
  return <OpenCommand choiceKey={key} call={call} />;
}

/** What will run: from the question where there is one, since those bytes are what is approved. */
function commandOf(call: Call): string {
  const asks = call.question?.asks;
  return asks?.kind === "command" ? asks.command : textArgument(call.arguments, "command");
}

function exitOf(call: Call): number | undefined {
  const ending = endingOf(call.result);
  return ending ? ending.exit : 0;
}

function AskedCommand({ call }: { call: Call }) {
  const { question } = call;
  if (question?.asks.kind !== "command") return null;
  const { command, cwd } = question.asks;
  return (
    <QuestionGroup asks={question.asks} waiting>
      <div class="card-h">
        <Icon name="terminal" />
        <span class="name">{t("Run this command?")}</span>
        <span class="dir ell grow" title={cwd}>
          {[
            ...(isBackground(call) ? [t("in the background")] : []),
            ...(cwd === "" || cwd === "." ? [] : [t("in {0}", visible(cwd))]),
          ].join(" · ")}
        </span>
      </div>
      <div class="card-b cmd" dir="ltr">
        <span class="ps" aria-hidden="true">
          $
        </span>
        <span>{command.split("\n").map(visible).join("\n")}</span>
      </div>
      <QuestionFooter question={question} />
    </QuestionGroup>
  );
}

function FinishedCommand({ choiceKey, call }: { choiceKey: string; call: Call }) {
  const { lines, dropped } = outputOf(call);
  const took = between(call.startedAt, call.endedAt);
  const background = isBackground(call) && runningOn(call.result) !== undefined;
  return (
    <div class="steps">
      <Row
        icon="terminal"
        verb={background ? t("Started") : t("Ran")}
        object={<span class="mono">{visible(commandOf(call))}</span>}
        result={
          background ? t("in the background") : took > 0 ? `${t("exit {0}", 0)} · ${briefly(took)}` : t("exit {0}", 0)
        }
        choice={openChoice(choiceKey)}
      >
        {isLong(commandOf(call)) ? <FullCommand command={commandOf(call)} /> : null}
        <OutputLines lines={lines} dropped={dropped} kept={LAST_LINES} choiceKey={`${choiceKey}.out`} />
        <button type="button" class="btn quiet mut" onClick={() => post({ type: "openTerminal", callId: call.id })}>
          <Icon name="external" />
          {t("Open in terminal")}
        </button>
      </Row>
    </div>
  );
}

/** Refused, or stopped before it was answered: there is no output, and no time it took. */
function hasRun({ status, question }: Call): boolean {
  return status !== "denied" && question?.decision !== "stopped";
}

function OpenCommand({ choiceKey, call, waits }: { choiceKey: string; call: Call; waits?: true }) {
  const choice = openChoice(choiceKey);
  const open = choice.value ?? (call.status === "running" || call.status === "ok" || call.status === "error");
  const toggle = () => {
    choice.value = !open;
  };
  const running = call.status === "running";
  const command = visible(commandOf(call));
  return (
    <article class="card" aria-label={t("Command {0}", command)}>
      <div class="card-h">
        <Icon {...(waits ? { name: "pause", tone: "warn" } : iconOf(call))} />
        <span class="mono ell" title={command}>
          {command}
        </span>
        <span class="grow" />
        <span class="mut xs num">
          {running ? <Running from={call.startedAt} /> : waits ? t("in the background") : endOf(call)}
        </span>
        {hasRun(call) ? (
          <IconButton
            icon="external"
            tone="wide"
            label={t("Open in terminal")}
            onClick={() => post({ type: "openTerminal", callId: call.id })}
          />
        ) : null}
        <IconButton
          icon={open ? "down" : "right"}
          label={open ? t("Collapse") : t("Expand")}
          expanded={open}
          onClick={toggle}
        />
      </div>
      {open ? (
        <div class="card-b">
          {isLong(commandOf(call)) || !hasRun(call) ? <FullCommand command={commandOf(call)} /> : null}
          {hasRun(call) ? (
            <OutputLines
              {...outputOf(call)}
              kept={LAST_LINES}
              choiceKey={`${choiceKey}.out`}
              {...(running ? { live: true } : {})}
            />
          ) : null}
        </div>
      ) : null}
      {waits ? <CommandPrompt call={call} /> : null}
      <Refusal call={call} />
    </article>
  );
}

/** Does not fit a header line, in a panel of usual width. */
function isLong(command: string): boolean {
  return command.includes("\n") || command.length >= 24;
}

function FullCommand({ command }: { command: string }) {
  return (
    <div class="cmd" dir="ltr">
      <span class="ps" aria-hidden="true">
        $
      </span>
      <span>{command.split("\n").map(visible).join("\n")}</span>
    </div>
  );
}

function Running({ from }: { from: string }) {
  return <>{seconds(useElapsed(from, { live: true }))}</>;
}

function iconOf(call: Call): { name: IconName; tone?: string } {
  switch (call.status) {
    case "running":
      return { name: "spinner" };
    case "ok":
    case "error":
      return { name: "error", tone: "err" };
    case "denied":
    case "stopped":
      return { name: "close" };
  }
}

function endOf(call: Call): string {
  if (!hasRun(call)) return t("Not run");
  const took = between(call.startedAt, call.endedAt);
  const time = took > 0 ? ` · ${briefly(took)}` : "";
  switch (call.status) {
    case "stopped":
      return `${t("Stopped")}${time}`;
    default: {
      const ending = endingOf(call.result);
      if (ending?.exit !== undefined) return `${t("exit {0}", ending.exit)}${time}`;
      return `${ending?.mark.startsWith("timed out") ? t("timed out") : t("Failed")}${time}`;
    }
  }
}
