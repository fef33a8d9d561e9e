/**
 * Why a call is allowed, asked for or denied: a closed list of sentences. English is the key of the translation.
 * Sentences of `ask` and `deny` stand after "Asks because" in a card and after "Not allowed:" for the model.
 */
export const REASONS = {
  readInside: "it reads inside the workspace",
  readOutput: "it reads what a command printed",
  readOutside: "it reads outside the workspace",
  readSecret: "the file may hold secrets",
  readUnknown: "the path could not be resolved",
  writeAllowed: "edits inside the workspace are allowed in this mode",
  writeAsk: "this mode confirms every edit",
  writeOutside: "it writes outside the workspace",
  writeProtected: "the file can change what runs on this machine",
  deleteFolder: "it deletes a folder with all it holds",
  commandAsk: "this mode confirms every command",
  planMode: "plan mode changes nothing",
  untrusted: "the folder is not trusted",
  granted: "you allowed it in this chat",
  all: "everything is allowed in this mode",
} as const;

export type Reason = (typeof REASONS)[keyof typeof REASONS];
