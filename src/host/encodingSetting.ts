import * as vscode from "vscode";
import { encodeLossy, markOf } from "../node/encodings.ts";

/**
 * The encoding that VS Code takes a file for: of its document when one is open, else the setting `files.encoding` of its
 * folder and language. undefined for the default, which says nothing about a file.
 */
export async function encodingHint(
  path: string,
  document: vscode.TextDocument | undefined,
): Promise<string | undefined> {
  const encoding = document && !document.isUntitled ? document.encoding : await setting(vscode.Uri.file(path));
  return encoding === "utf8" ? undefined : encoding;
}

async function setting(uri: vscode.Uri): Promise<string | undefined> {
  const files = vscode.workspace.getConfiguration("files", uri);
  // Only VS Code knows a file's language before the file is opened.
  if (files.inspect("encoding")?.languageIds?.length) return settingByLanguage(uri, files.get<string>("encoding"));
  return files.get<string>("encoding");
}

const PROBE = "Aé你们門あ한Яé€";
const KNOWN = [
  "utf8",
  "utf8bom",
  "utf16le",
  "utf16be",
  "gbk",
  "gb18030",
  "cp950",
  "big5hkscs",
  "shiftjis",
  "eucjp",
  "euckr",
  "windows1252",
  "windows1251",
  "iso88591",
  "iso885915",
  "windows1250",
];

/** Told by how VS Code encodes a few characters for this file. */
async function settingByLanguage(uri: vscode.Uri, otherwise: string | undefined): Promise<string | undefined> {
  const bytes = Buffer.from(await vscode.workspace.encode(PROBE, { uri }));
  const found = KNOWN.find((encoding) => bytes.equals(Buffer.concat([markOf(encoding), encodeLossy(PROBE, encoding)])));
  return found ?? otherwise;
}
