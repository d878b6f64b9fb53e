import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatTimestamp } from '../../../protocol/backup-name.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { ConfigurationError, codeOf } from '../../errors.ts';
import { danglingLinkIn } from '../../files/dangling-link.ts';
import { freeBytesOf } from '../../files/disk-space.ts';
import { adviceAboutOddity, whyNotPlain } from '../../files/plain-file.ts';
import type { BackupSettings } from '../../options/settings.ts';
import { describeKilledRun } from '../../spool/killed-run.ts';
import { refusedZips } from '../../spool/refused-zips.ts';
import { RunLock } from '../../spool/run-lock.ts';
import { type PendingUpload, Spool } from '../../spool/spool.ts';
import { count, formatAge, formatBytes } from '../../terminal/format.ts';
import { type Check, type Checked, type CheckReporter, checkReporter } from './check.ts';
import { bytesOfAllZips, bytesUnderWay, exceptUnknown, type Sizes } from './estimate.ts';

type Settings = Pick<BackupSettings, 'workDir' | 'dumpWorkers' | 'zipWorkers' | 'uploadWorkers'>;

export interface WorkFolderCheck extends Checked {
  /** The folder on whose disk the work folder is or will be; undefined when no run could use it. */
  readonly existing?: string;
}

/**
 * Looks at the work folder without making it: whether a run could use it, and what waits there.
 * @param isUntouched nothing is written there to try it, and no lock is taken to find out whether a run is going on
 */
export async function checkWorkFolder(
  { workDir }: Pick<Settings, 'workDir'>,
  { isUntouched = false }: { readonly isUntouched?: boolean } = {},
): Promise<WorkFolderCheck> {
  const mark = checkReporter('work folder', workDir);
  const existing = await nearestExisting(workDir);
  if (existing !== workDir) {
    const problem = await whyNotMade(existing, workDir);
    const advice = 'Let this user write there, or choose another with --work-dir.';
    if (problem) return { checks: [mark.fail(`does not exist and can't be created: ${problem}`, advice)] };
    return { checks: [mark.ok('does not exist yet; the first run creates it')], existing };
  }
  try {
    const spool = isUntouched ? await Spool.inspect(workDir) : await Spool.open(workDir);
    const holder = isUntouched ? RunLock.noted(workDir) : RunLock.holder(workDir);
    const content = await describeContent(spool, holder, mark);
    return { checks: [mark.ok('is private and writable'), ...content], existing };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { checks: [mark.fail(error.message, error.advice)] };
  }
}

/**
 * Checks whether the disk has room for what a run puts there, once the sizes of the databases are known.
 * @param existing the folder that {@link checkWorkFolder} found
 * @param freeBytes asks the disk; given in tests
 */
export async function checkWorkFolderRoom(
  settings: Settings,
  { existing, sizes, freeBytes = freeBytesOf }: RoomOptions,
): Promise<Checked> {
  const mark = checkReporter('work folder', settings.workDir);
  return { checks: describeRoom(await freeBytes(existing), sizes, settings, mark) };
}

export interface RoomOptions {
  readonly existing: string;
  readonly sizes: Sizes;
  readonly freeBytes?: (folder: string) => Promise<number>;
}

async function nearestExisting(path: string): Promise<string> {
  try {
    await stat(path);
    return path;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT' || dirname(path) === path) return path;
    return nearestExisting(dirname(path));
  }
}

async function whyNotMade(parent: string, folder: string): Promise<string | undefined> {
  const dangling = await danglingLinkIn(folder);
  if (dangling) return dangling;
  if (!(await stat(parent)).isDirectory()) return `${parent} is not a folder`;
  if (NOT_ON_DISK.has((await statfs(parent)).type)) return `no folder can be made in ${parent}, which is not on a disk`;
  return access(parent, constants.W_OK | constants.X_OK).then(
    () => undefined,
    () => `this user may not write to ${parent}`,
  );
}

/** Of Linux: /proc and /sys. */
const NOT_ON_DISK = new Set([0x9fa0, 0x62656572]);

async function describeContent(
  spool: Spool,
  holder: string | undefined,
  { ok, warn, fail }: CheckReporter,
): Promise<Check[]> {
  const { plain: waiting, odd } = await sortedOut(await spool.pendingUploads());
  const damaged = (await readdir(spool.folder)).filter(name => name.endsWith('.zip.damaged'));
  const checks = [];
  if (holder !== undefined)
    checks.push(warn(`a run is going on${holder}: the contents of this folder change while it runs`));
  else for (const left of await describeKilledRun(spool)) checks.push(warn(left.message, left.advice));
  checks.push(describeWaiting(waiting, holder, { ok, warn, fail }));
  for (const { path, why } of odd)
    checks.push(fail(`${path} ${why}: not a zip that can be delivered`, adviceAboutOddity(path)));
  if (damaged.length > 0)
    checks.push(
      warn(
        `${count(damaged.length, 'zip')} set aside, changed on the disk after being written: ${damaged.join(', ')}`,
        'Check this disk for errors, then remove the files.',
      ),
    );
  const delivered = await spool.delivered();
  if (delivered.length > 0 && holder === undefined)
    checks.push(
      warn(
        `${count(delivered.length, 'zip')} (${sizeOf(delivered)}) delivered, and can't be removed: ${pathsOf(delivered)}`,
        "The service has them. Find out why they can't be removed (lsattr, the rights of the folder), and remove them.",
      ),
    );
  const refused = await refusedZips(spool);
  if (refused.length > 0)
    checks.push(
      warn(
        `${count(refused.length, 'zip')} (${sizeOf(refused)}) set aside, rejected by the service permanently: ${pathsOf(refused)}`,
        `Each has its reason in a text beside it (cat '${refused[0]!.path}.txt'), with how to send it again, and how to delete it.`,
      ),
    );
  return checks;
}

function describeWaiting(
  waiting: readonly PendingUpload[],
  holder: string | undefined,
  { ok, warn }: CheckReporter,
): Check {
  if (waiting.length === 0) return ok('no zip waits to be uploaded');
  if (holder !== undefined) return ok(`${count(waiting.length, 'zip')} there, which that run delivers`);
  const zips = `${count(waiting.length, 'zip')} of ${labelsOf(waiting)}`;
  const message = `${zips} from an earlier run not delivered yet, the oldest ${ageOf(waiting[0]!)} old`;
  return warn(message, 'The next run delivers these zips first. Check that the service can be reached.');
}

/** What bears the name of a zip and is no plain file fails each run. */
async function sortedOut(pendingUploads: readonly PendingUpload[]) {
  const looked = await Promise.all(pendingUploads.map(async zip => ({ zip, why: await whyNotPlain(zip.path) })));
  return {
    plain: looked.filter(({ why }) => why === undefined).map(({ zip }) => zip),
    odd: looked.flatMap(({ zip: { path }, why }) => (why === undefined ? [] : [{ path, why }])),
  };
}

function sizeOf(zips: readonly PendingUpload[]): string {
  return formatBytes(zips.reduce((sum, { size }) => sum + size, 0));
}

function pathsOf(zips: readonly PendingUpload[]): string {
  return firstNames(zips.map(({ path }) => path));
}

function labelsOf(zips: readonly { readonly database: string }[]): string {
  return [...new Set(zips.map(({ database }) => database))].join(', ');
}

function ageOf({ takenAt }: PendingUpload): string {
  return formatAge(formatTimestamp(takenAt), new Date());
}

function describeRoom(free: number, sizes: Sizes, settings: Settings, { ok, warn, fail }: CheckReporter): Check[] {
  if (sizes.dumpBytes.length === 0 && sizes.unknown.length > 0)
    return [
      ok(
        `${formatBytes(free)} free; how much is needed is not known: ${firstNames(sizes.unknown)} could not be checked`,
      ),
    ];
  const [underWay, allZips] = [bytesUnderWay(sizes, settings), bytesOfAllZips(sizes)];
  const room = `${formatBytes(free)} free; about ${formatBytes(underWay)} needed at once${exceptUnknown(sizes)}`;
  if (free < underWay)
    return [fail(room, 'Make room, choose another --work-dir, or use fewer --dump-workers and --zip-workers.')];
  if (free < allZips) {
    const message = `${room}, but about ${formatBytes(allZips)} when the service is down and all zips of a run have to wait`;
    return [warn(message, 'Make room, or choose another --work-dir.')];
  }
  return [ok(room)];
}
