import type { Signal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { type Preview, previewOf } from "../changes.ts";
import { openChoice } from "../choices.ts";
import { Icon, type IconName } from "../icons.tsx";
import type { Call, Item, ItemOf } from "../items.ts";
import { t } from "../l10n.ts";
import { post } from "../store.ts";
import { visible } from "../terminal.ts";
import { Diff } from "./Diff.tsx";
import { QuestionFooter, QuestionGroup } from "./Question.tsx";
import { Refusal } from "./Refusal.tsx";
import { IconButton } from "./Row.tsx";

/** An edit as a diff, with its question while it waits for one. */
export function EditCard({ item }: { item: Signal<Item> }) {
  const { key, call } = item.value as ItemOf<"edit">;
  const { change, question } = call;
  const preview = useMemo(() => previewOf(call), [call.arguments, change]);
  const waiting = question !== undefined && question.decision === undefined;
  const choice = openChoice(key);
  const open = waiting || (choice.value ?? (call.status === "ok" || call.status === "running"));
  const toggle = () => {
    choice.value = !open;
  };
  const body = (
    <>
      <div class="card-h">
        <Icon {...stateIcon(call, { waiting })} />
        <FileName path={preview.shown} />
        <State call={call} waiting={waiting} />
        <Counts preview={preview} />
        {change ? (
          <IconButton icon="diff" label={t("Open diff")} onClick={() => post({ type: "openDiff", callId: call.id })} />
        ) : null}
        <IconButton
          icon={open ? "down" : "right"}
          label={open ? t("Collapse") : t("Expand")}
          expanded={open}
          onClick={toggle}
        />
      </div>
      {open ? <Diff preview={preview} choiceKey={`${key}.diff`} /> : null}
      {call.status === "error" ? <div class="told">{visible(call.result)}</div> : null}
      <Refusal call={call} />
      {question ? <QuestionFooter question={question} /> : null}
    </>
  );
  if (question) {
    return (
      <QuestionGroup asks={question.asks} waiting={waiting}>
        {body}
      </QuestionGroup>
    );
  }
  return (
    <article class="card" aria-label={t("Edit {0}", visible(preview.shown))}>
      {body}
    </article>
  );
}

export function stateIcon(call: Call, { waiting }: { waiting: boolean }): { name: IconName; tone?: string } {
  if (waiting) return { name: "pause", tone: "warn" };
  switch (call.status) {
    case "running":
      return { name: "spinner" };
    case "ok":
      return { name: "edit" };
    case "error":
      return { name: "error", tone: "err" };
    case "denied":
    case "stopped":
      return { name: "close" };
  }
}

function FileName({ path }: { path: string }) {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  return (
    <>
      <button type="button" class="name" title={visible(path)} onClick={() => post({ type: "openFile", path })}>
        {visible(path.slice(cut + 1)) || t("Unknown file")}
      </button>
      <span class="dir ell grow">{cut > 0 ? visible(path.slice(0, cut)) : ""}</span>
    </>
  );
}

function State({ call, waiting }: { call: Call; waiting: boolean }) {
  const words = { running: "", ok: "", error: t("Failed"), denied: t("Rejected"), stopped: t("Stopped") }[call.status];
  return waiting || words === "" ? null : <span class="mut xs">{words}</span>;
}

function Counts({ preview }: { preview: Preview }) {
  const { kind, added, removed } = preview;
  return (
    <span class="stat num">
      {kind === "create" ? <span class="mut wide">{t("new file")}</span> : null}
      {added > 0 ? <span class="add">+{added}</span> : null}
      {removed > 0 ? <span class="del">−{removed}</span> : null}
    </span>
  );
}
