import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = 'docs/how-to/restore-a-database.md';

/**
 * The page that shows how to restore a database or a part of it, as it is installed here: at night no one should have to look for
 * it. Where the docs are not installed, its path within Lumbung.
 */
export const RESTORE_GUIDE = installed(fileURLToPath(new URL(`../${PAGE}`, import.meta.url)));

function installed(path: string): string {
  return existsSync(path) ? path : PAGE;
}
