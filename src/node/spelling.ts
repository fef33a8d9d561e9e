import { ToolError } from "../agent/errors.ts";

/**
 * Refuses spellings of a path that mean something else on this system than they seem to, with words for the model.
 * Says nothing about where the path leads.
 */
export function checkSpelling(path: string, platform: NodeJS.Platform = process.platform): void {
  const shown = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
  if (path.trim() === "") throw new ToolError("The path is empty.");
  if (path.includes("\0")) throw new ToolError("The path holds a NUL character.");
  if (path.length > 4_096) throw new ToolError(`The path is too long: ${shown}.`);
  if (/^~/.test(path)) {
    throw new ToolError(
      `${shown}: "~" is not expanded. Give a path relative to the workspace folder, or an absolute one.`,
    );
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) throw new ToolError(`${shown} is a URL. Give a path.`);
  if (platform === "win32") checkWindows(path, shown);
  else checkPosix(path, shown);
}

function checkPosix(path: string, shown: string): void {
  if (/^[a-z]:[\\/]/i.test(path) || path.startsWith("\\\\")) {
    throw new ToolError(`${shown} is a Windows path, but this system is not Windows. Give a path with "/".`);
  }
  if (path.includes("\\")) throw new ToolError(`${shown}: separate folders with "/", not "\\".`);
}

const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

function checkWindows(path: string, shown: string): void {
  if (/^[\\/]{2}[?.][\\/]/.test(path)) throw new ToolError(`${shown}: device paths are not taken.`);
  if (/^[\\/]{2}/.test(path)) throw new ToolError(`${shown}: network paths are not taken.`);
  const rest = path.replace(/^[a-z]:/i, "");
  if (rest !== path && !/^[\\/]/.test(rest)) throw new ToolError(`${shown} is relative to a drive. Give a full path.`);
  if (rest.includes(":")) throw new ToolError(`${shown}: ":" can stand after the drive's letter only.`);
  for (const part of rest.split(/[\\/]/)) {
    if (DEVICE.test(part.trim())) throw new ToolError(`${shown} names a device of Windows.`);
    if (part !== "." && part !== ".." && /[. ]$/.test(part)) {
      throw new ToolError(`${shown}: on Windows a name cannot end in a dot or a space.`);
    }
  }
}
