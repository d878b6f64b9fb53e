import { mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import { lossSurroundings } from '../backups/losses/loss-surroundings.ts';
import { presentReport } from '../backups/presenter.ts';
import { drillsOfBackups } from '../drills/last-drills.ts';
import { Backup } from '../entities/backup.entity.ts';
import { hasCode } from '../errors/error-code.ts';
import { AppError, notFound } from '../errors/errors.ts';
import type { EntityManager } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { backupsOf, checkPattern, clientDatabases } from './client-backups.ts';
import { type Copied, copyVerified, exists, writeWhole } from './copy-verified.ts';
import { backupRow, DATABASE_END, databaseHead, PAGE_END, pageHead } from './index-page.ts';

interface Exporting {
  readonly em: EntityManager;
  readonly storage: Storage;
  readonly now: Date;
  /** The folder of the zips, into which nothing may be written. */
  readonly storageDir: string;
  /** Is called with each backup. */
  readonly onBackup?: (backup: Backup, result: Copied | 'removed') => void;
}

/** How many backups were copied now or by an earlier run, and how many not: those whose file is damaged, missing or was removed. */
export interface Exported {
  readonly databases: number;
  copied: number;
  there: number;
  damaged: number;
  missing: number;
  removed: number;
}

/** Shows that a folder is an export, of which client. */
const MARKER = 'lumbung-export.json';

/**
 * Copies all that is kept of a client into a folder: the zips, each checked by its digest while it is copied, what is known of each, a page
 * that shows them, and `SHA256SUMS`. In memory that does not grow with their number. An interrupted one goes on when it is called again.
 * Nothing that is there is overwritten but the page and the list of its own.
 * @param pattern the name of a database, or the beginning of names followed by `*`
 * @throws AppError 404 when no database matches, 409 when something else is in the folder, 422 when the pattern is not valid; what the history, the
 *   storage and the disk throw
 */
export async function exportClient(exporting: Exporting, pattern: string, to: string): Promise<Exported> {
  checkPattern(pattern);
  const databases = await clientDatabases(exporting.em, pattern);
  if (databases.length === 0)
    throw notFound('DATABASE_NOT_FOUND', `No database that matches ${pattern} has been backed up`);
  const folder = resolve(to);
  await claimFolder(exporting, folder, pattern);
  const done: Exported = { databases: databases.length, copied: 0, there: 0, damaged: 0, missing: 0, removed: 0 };
  const { now: at, em } = exporting;
  await writeWhole(join(folder, 'SHA256SUMS'), sums =>
    writeWhole(join(folder, 'index.html'), async page => {
      await page(pageHead({ client: pattern, at, databases: databases.length }));
      for (const { id, name } of databases) {
        await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
        await page(databaseHead(name));
        for await (const backup of backupsOf(em, id)) {
          const result = await exportOne(exporting, backup, folder);
          done[result] += 1;
          exporting.onBackup?.(backup, result);
          await page(backupRow({ backup, result }));
          if (result === 'copied' || result === 'there') await sums(`${backup.sha256}  ${name}/${backup.fileName}\n`);
        }
        await page(DATABASE_END);
      }
      await page(PAGE_END);
    }),
  );
  return done;
}

async function exportOne({ em, storage }: Exporting, backup: Backup, folder: string): Promise<Copied | 'removed'> {
  const { id, fileName, removedAt } = backup;
  const address = { database: backup.database.name, fileName };
  const target = join(folder, address.database, fileName);
  const result = removedAt ? 'removed' : await copyVerified(storage, address, target, backup);
  const own = em.fork();
  const whole = await own.findOneOrFail(Backup, { id }, { populate: ['database', 'manifest'] });
  const drills = (await drillsOfBackups({ em: own }, [id])).get(id) ?? null;
  const { data } = presentReport(whole, await lossSurroundings({ em: own }, whole), drills);
  await writeWhole(`${target}.json`, append => append(`${JSON.stringify(data, null, 2)}\n`));
  return result;
}

/** @throws AppError 409 unless the folder is empty, or an export of the same client */
async function claimFolder({ storageDir }: Exporting, folder: string, pattern: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch(refuseUnwritable(folder));
  const [real, storage] = [await realpath(folder), await realpath(storageDir)];
  if (`${real}${sep}`.startsWith(`${storage}${sep}`) || `${storage}${sep}`.startsWith(`${real}${sep}`))
    throw refused(`'${folder}' is the folder of the storage, or lies in it or around it`);
  const marker = join(folder, MARKER);
  if (!(await exists(marker))) {
    if ((await readdir(folder)).length > 0)
      throw refused(`'${folder}' is not empty, and is not an export that was interrupted`);
    return writeWhole(marker, append =>
      append(`${JSON.stringify({ about: 'An export of Lumbung', client: pattern })}\n`),
    ).catch(refuseUnwritable(folder));
  }
  const { client }: { client?: unknown } = JSON.parse(await readFile(marker, 'utf8'));
  if (client !== pattern) throw refused(`'${folder}' is the export of ${client}, not of ${pattern}`);
}

/** @returns what turns the refusal of the system into what to do. The user of the service rarely owns the disk of a client. */
function refuseUnwritable(folder: string): (error: unknown) => never {
  return error => {
    if (!hasCode(error, 'EACCES', 'EPERM')) throw error;
    const user = userInfo().username;
    const message = `The user ${user} may not write to '${folder}'. Make it a folder of that user, then run this again: sudo install -d -o ${user} ${shellWord(folder)}`;
    throw new AppError(409, 'FOLDER_IN_USE', message, [], error);
  };
}

function refused(why: string): AppError {
  return new AppError(409, 'FOLDER_IN_USE', `${why}: choose another folder`);
}
