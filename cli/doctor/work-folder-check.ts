import { constants } from 'node:fs';
import { access, readdir, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { formatTimestamp, parseBackupName } from '../../protocol/backup-name.ts';
import { ConfigurationError, codeOf } from '../problems.ts';
import { RunLock } from '../run-lock.ts';
import type { BackupSettings } from '../settings.ts';
import { Spool } from '../spool.ts';
import { count, formatAge, formatBytes } from '../terminal/format.ts';
import { type Check, type Checked, type Marker, marker } from './check.ts';
import { bytesOfAllZips, bytesUnderWay, exceptUnknown, type Sizes } from './estimate.ts';

type Settings = Pick<BackupSettings, 'workDir' | 'dumpWorkers' | 'zipWorkers' | 'uploadWorkers'>;

/**
 * Looks at the work folder without making it: whether a run could use it, what waits there, and whether there is room.
 * @param freeBytes asks the disk; given in tests
 */
export async function checkWorkFolder(
  settings: Settings,
  sizes: Sizes,
  freeBytes: (folder: string) => Promise<number> = askFreeBytes,
): Promise<Checked> {
  const mark = marker('work folder', settings.workDir);
  const existing = await nearestExisting(settings.workDir);
  const free = async () => describeRoom(await freeBytes(existing), sizes, settings, mark);
  if (existing !== settings.workDir) {
    const problem = await whyNotMade(existing);
    const advice = 'Let this user write there, or choose another with --work-dir.';
    if (problem) return { checks: [mark.fail(`is not there, and can't be made: ${problem}`, advice)] };
    return { checks: [mark.ok('is not there yet; the first run makes it'), ...(await free())] };
  }
  try {
    const spool = await Spool.open(settings.workDir);
    return {
      checks: [mark.ok('is private and can be written to'), ...(await describeContent(spool, mark)), ...(await free())],
    };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { checks: [mark.fail(error.message)] };
  }
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

async function whyNotMade(parent: string): Promise<string | undefined> {
  if (!(await stat(parent)).isDirectory()) return `${parent} is no folder`;
  return access(parent, constants.W_OK | constants.X_OK).then(
    () => undefined,
    () => `this user may not write to ${parent}`,
  );
}

async function describeContent(spool: Spool, { ok, warn }: Marker): Promise<Check[]> {
  const holder = RunLock.holder(spool.folder);
  const waiting = await spool.leftovers();
  const damaged = (await readdir(spool.folder)).filter(name => name.endsWith('.zip.damaged'));
  const checks = [];
  if (holder !== undefined)
    checks.push(warn(`a run is going on${holder}: what is said of this folder holds for this moment only`));
  if (waiting.length === 0) checks.push(ok('no zip waits for delivery'));
  else if (holder !== undefined) checks.push(ok(`${count(waiting.length, 'zip')} there, which that run delivers`));
  else {
    const zips = `${count(waiting.length, 'zip')} of ${labelsOf(waiting)}`;
    const message = `${zips} from an earlier run not delivered yet, the oldest ${ageOf(waiting[0]!.fileName)} old`;
    checks.push(warn(message, 'The next run delivers what waits, first of all. See that the service can be reached.'));
  }
  if (damaged.length > 0)
    checks.push(
      warn(
        `${count(damaged.length, 'zip')} set aside, changed on the disk after being written: ${damaged.join(', ')}`,
        'Look for the reason on this disk, then remove the files.',
      ),
    );
  return checks;
}

function labelsOf(zips: readonly { readonly database: string }[]): string {
  return [...new Set(zips.map(({ database }) => database))].join(', ');
}

function ageOf(fileName: string): string {
  const name = parseBackupName(fileName);
  return typeof name === 'string' ? 'of unknown age' : formatAge(formatTimestamp(name.takenAt), new Date());
}

function describeRoom(free: number, sizes: Sizes, settings: Settings, { ok, warn, fail }: Marker): Check[] {
  const [underWay, allZips] = [bytesUnderWay(sizes, settings), bytesOfAllZips(sizes)];
  const room = `${formatBytes(free)} free; about ${formatBytes(underWay)} needed at once${exceptUnknown(sizes)}`;
  if (free < underWay)
    return [fail(room, 'Make room, choose another --work-dir, or let fewer --dump-workers and --zip-workers work.')];
  if (free < allZips) {
    const message = `${room}, but about ${formatBytes(allZips)} when the service is down and all zips of a run have to wait`;
    return [warn(message, 'Make room, or choose another --work-dir.')];
  }
  return [ok(room)];
}

async function askFreeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
