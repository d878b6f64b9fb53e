import type * as nodeFs from 'node:fs/promises';

/** The calls that the folder storage makes; a test may watch their order, or let them fail. */
export type FileSystem = Pick<
  typeof nodeFs,
  'link' | 'lstat' | 'mkdir' | 'open' | 'readdir' | 'rename' | 'rmdir' | 'statfs' | 'unlink'
>;

/** @returns whether it is a system error of one of these codes, such as ENOENT */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && codes.includes((error as NodeJS.ErrnoException).code ?? '');
}

/** For `catch`: passes over errors of these codes, and throws the others on. */
export function unless(...codes: string[]): (error: unknown) => void {
  return error => {
    if (!hasCode(error, ...codes)) throw error;
  };
}
