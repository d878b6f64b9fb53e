import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedMariaDb } from '../databases/mariadb.ts';
import type { HistoryStore } from './history-stores.ts';

/** What a service of before has left: its history, its storage, and what is known of it. */
export interface OldService {
  /** As it was: none of the migrations of today has run. */
  readonly url: string;
  readonly storageDir: string;
  /** Texts of tokens: for everything, and for uploads of `acme_*`. */
  readonly admin: string;
  readonly uploader: string;
  /** By database, the oldest first. */
  readonly ids: Readonly<Record<string, readonly number[]>>;
  /** Of one that a drill has proven, and of one whose file is gone, as a scrub has found. */
  readonly proven: number;
  readonly damaged: number;
}

/**
 * Unpacks what commit 83fceb98 has made, the last one before runs, freshness, retention and alarms were in the history: 21 backups of
 * three databases, received from 2026-11-11 to 2026-11-24 on the clock of that service. One loss was accepted, another one not.
 * @param folder an empty one
 */
export async function oldService(store: HistoryStore, folder: string): Promise<OldService> {
  const name = store.name === 'SQLite' ? 'sqlite' : 'mariadb';
  const archive = join(import.meta.dirname, 'old-service.tar.gz');
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--strip-components=1', '--no-same-owner', name]);
  const known = JSON.parse(readFileSync(join(folder, 'tokens.json'), 'utf8'));
  const url = name === 'sqlite' ? `sqlite:${join(folder, 'history.sqlite')}` : await loadInto(store, folder);
  return { url, storageDir: join(folder, 'backups'), ...known };
}

async function loadInto(store: HistoryStore, folder: string): Promise<string> {
  const url = await store.emptyUrl(folder);
  const mariadb = await sharedMariaDb();
  // Its first line is for the client alone.
  const [, ...statements] = readFileSync(join(folder, 'history.sql'), 'utf8').split('\n');
  await mariadb.sql(['set foreign_key_checks = 0;', ...statements].join('\n'), new URL(url).pathname.slice(1));
  return url;
}
