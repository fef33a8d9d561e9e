export { type FileLock as SessionLock, lockFile as lockSession } from "../node/fileLock.ts";
