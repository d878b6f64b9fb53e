/** @returns the code of an error of the system, of Node or of a database driver, such as ENOENT; undefined without one */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** @returns whether the error has one of these codes, such as ENOENT */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(codeOf(error) ?? '');
}

/**
 * @returns the code of an error of SQLite, such as 5 for SQLITE_BUSY (https://sqlite.org/rescode.html); undefined for others.
 *   Extended codes have the plain one in their lowest byte
 */
export function sqliteCodeOf(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined;
}

/** @returns what an error says of itself, in one text */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
