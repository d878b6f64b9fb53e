import { resolve } from 'node:path';

/**
 * @param path as it stands in the command line: relative to the folder of the caller, which the launcher leaves
 * @returns the path for this process
 */
export function givenPath(env: NodeJS.ProcessEnv, path: string): string {
  return env.LUMBUNG_CALLED_FROM ? resolve(env.LUMBUNG_CALLED_FROM, path) : path;
}
