/**
 * The extension's second bundle, `dist/deferred.js`: what activation does without. Compiling it takes longer than
 * everything else that happens when a window opens, so it is loaded with the first view or command that needs it.
 */
export { listModels } from "../mimo/listModels.ts";
export { FromView } from "../protocol/view.ts";
export { callFiles, changesOfFiles, textIn, textOfBytes } from "./callDiffs.ts";
export { showComparison } from "./compared.ts";
export { diagnose } from "./diagnose.ts";
export { showHistory } from "./history.ts";
export { KEY_DIALOGS } from "./keyDialogs.ts";
export { chooseKey, manageKeys, removeKey, useEnvironment, useInChat } from "./manageKeys.ts";
export { openChat } from "./openChat.ts";
export { registerReview } from "./reviewCommands.ts";
export { setKey } from "./setKey.ts";
