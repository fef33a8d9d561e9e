import type { ComponentChildren } from "preact";
import type { PanelState } from "../../protocol/view.ts";
import { Icon, type IconName } from "../icons.tsx";
import { t } from "../l10n.ts";
import { post } from "../store.ts";
import { CommandButton, commandLabel } from "./CommandButton.tsx";

/** What stands in an empty chat. */
export function Start({ state }: { state: PanelState }) {
  return (
    <div class="empty">
      {state.key.state === "none" ? <SetUp /> : <Ready state={state} />}
      <Blocked state={state} />
      <p class="fine">{t("An independent project, not Xiaomi's.")}</p>
    </div>
  );
}

/** Promises nothing that this window does not allow: what is blocked is said below. */
function Ready({ state }: { state: PanelState }) {
  const whole = state.folder !== undefined && state.trusted;
  return (
    <div class="hello">
      <h2>{whole ? t("What should change?") : t("Ask MiMo")}</h2>
      {whole ? (
        <p>{t("MiMo reads, edits and runs code in this folder, and asks where you want to be asked.")}</p>
      ) : null}
      <button type="button" class="btn quiet mut" onClick={() => post({ type: "command", name: "history" })}>
        <Icon name="history" />
        {commandLabel("history")}
      </button>
    </div>
  );
}

function SetUp() {
  return (
    <>
      <h2>{t("Set up in three steps")}</h2>
      <ol class="stepl">
        <Step n={1} title={t("Add a key")}>
          {t("From the MiMo console: Token Plan (tp-…) or pay as you go (sk-…). Kept in the system keychain.")}
          <div class="row wrap">
            <CommandButton name="setKey" primary />
            <button type="button" class="btn quiet" onClick={() => post({ type: "command", name: "openConsole" })}>
              {t("Open console")}
              <Icon name="external" small />
            </button>
          </div>
        </Step>
        <Step n={2} title={t("Choose how much it may do")}>
          {t("Ask is the start value: every edit and command waits for you.")}
        </Step>
        <Step n={3} title={t("Give it a small task")}>
          {t("For example: explain the failing test in the open file.")}
        </Step>
      </ol>
    </>
  );
}

function Step({ n, title, children }: { n: number; title: string; children: ComponentChildren }) {
  return (
    <li>
      <span class="n" aria-hidden="true">
        {n}
      </span>
      <div class="grow">
        <span class="b">{title}</span>
        <div class="mut">{children}</div>
      </div>
    </li>
  );
}

/** What keeps the agent from working as usual, in an empty chat and in a full one. */
export function Blocked({ state }: { state: PanelState }) {
  return (
    <>
      {state.folder === undefined ? (
        <Note icon="folder" title={t("No folder is open")}>
          {t("MiMo can answer. Open a folder to let it read, edit and run code.")}
        </Note>
      ) : null}
      {state.trusted ? null : (
        <Note icon="shield" title={t("Restricted: folder not trusted")} button="manageTrust">
          {t("MiMo can read files and answer. It cannot edit, run commands or load rules and tools from this folder.")}
        </Note>
      )}
    </>
  );
}

/** Also where other keys are kept: none of them is taken unasked for a chat that was on another account. */
export function NoKey({ others }: { others: number }) {
  return (
    <div class="note warn">
      <span class="b">{t("No key")}</span>
      <div class="mut">
        {others > 0
          ? t(
              "Its key was removed, or the endpoint that is set takes none of your keys. Choose one or add one; the chat is kept.",
            )
          : t("Chats stay readable; sending needs a key.")}
      </div>
      <div class="row wrap">
        {others > 0 ? <CommandButton name="keys" primary /> : null}
        <CommandButton name="setKey" primary={others === 0} />
        {others > 0 ? null : <CommandButton name="openConsole" primary={false} />}
      </div>
    </div>
  );
}

function Note(props: { icon: IconName; title: string; button?: "manageTrust"; children: ComponentChildren }) {
  return (
    <div class="note">
      <span class="row head">
        <Icon name={props.icon} />
        <span class="b">{props.title}</span>
      </span>
      <div class="mut">{props.children}</div>
      {props.button ? (
        <div class="row wrap">
          <CommandButton name={props.button} primary={false} />
        </div>
      ) : null}
    </div>
  );
}
