import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The page that shows how to restore what is lost, as it is installed here: at night no one should have to look for it. Where the
 * docs are not installed, its path within Lumbung.
 */
export const RESTORE_GUIDE = installed('docs/restore.md');

/** The page that shows how to restore without `sade restore`. */
export const RESTORE_BY_HAND = installed('docs/how-to/restore-a-database.md');

function installed(page: string): string {
  const path = fileURLToPath(new URL(`../${page}`, import.meta.url));
  return existsSync(path) ? path : page;
}
