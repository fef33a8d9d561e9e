/** Of the session format that this version writes. A format change raises it and adds a step to `migrate.ts`. */
export const SESSION_VERSION = 1;
