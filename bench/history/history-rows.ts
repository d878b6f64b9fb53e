import { formatBackupName } from '../../protocol/backup-name.ts';
import { type BackupState, finding } from '../../protocol/finding.ts';
import { SeededRandom } from '../rows/random.ts';

/** How much a generated history holds: one backup of each database for each day up to today. */
export interface HistorySize {
  readonly databases: number;
  readonly days: number;
}

/** A row of the table `backups`. */
export interface HistoryRow {
  readonly id: number;
  readonly databaseId: number;
  readonly fileName: string;
  readonly takenAt: Date;
  readonly receivedAt: Date;
  readonly size: number;
  readonly sha256: string;
  readonly state: BackupState;
  readonly findings: string | null;
  readonly dumpSize: number;
  readonly dumpSha256: string;
  readonly checkedAt: Date | null;
  readonly damage: string | null;
}

/**
 * The backups in the order in which they came. A day has the same ones in every history, however long that is, but for
 * their ids: answers about the last days are of one size then.
 */
export function* historyRows({ databases, days }: HistorySize): Generator<HistoryRow> {
  const sizes = Array.from({ length: databases }, (_, at) => usualSize(new SeededRandom(at + 1)));
  const today = lastDay();
  let id = 0;
  for (let day = today - days + 1; day <= today; day += 1) {
    const random = new SeededRandom(day);
    for (let at = 0; at < databases; at += 1) {
      id += 1;
      const turn = at % AT_ONE_HOST;
      yield { id, databaseId: at + 1, ...backupOf(databaseName(at), { day, turn, usual: sizes[at]!, random }) };
    }
  }
}

/** @returns the name of a database, counted from 0 */
export function databaseName(at: number): string {
  return `client_${String(at + 1).padStart(4, '0')}`;
}

/** More are backed up by several hosts at the same time: one after the other ten thousand would take until noon, and be late. */
const AT_ONE_HOST = 1000;

const MS_PER_DAY = 86_400_000;
const NIGHT_MS = 3 * 3_600_000;

/** @returns the day of the newest backups, counted from 1970: yesterday as long as the night may not be over */
export function lastDay(): number {
  return Math.floor((Date.now() - NIGHT_MS) / MS_PER_DAY);
}

type Circumstances = { day: number; turn: number; usual: number; random: SeededRandom };

function backupOf(
  database: string,
  { day, turn, usual, random }: Circumstances,
): Omit<HistoryRow, 'id' | 'databaseId'> {
  const takenAt = new Date(day * MS_PER_DAY + 3_600_000 + turn * 2000 + random.below(2) * 1000);
  const size = Math.round(usual * (0.95 + random.below(1000) / 10_000));
  const receivedAt = new Date(takenAt.getTime() + 1000 + random.below(600_000));
  return {
    ...{ takenAt, receivedAt, size, dumpSize: size * 4 + random.below(1000) },
    fileName: formatBackupName({ database, takenAt, id: uuid(random) }),
    ...{ sha256: random.hex(64), dumpSha256: random.hex(64) },
    ...worthOf(random),
    checkedAt: random.below(3) > 0 ? new Date(receivedAt.getTime() + 1 + random.below(MS_PER_DAY)) : null,
    damage: random.below(1000) === 0 ? 'The file has 1,024 bytes less than when it was stored' : null,
  };
}

/** Nine of ten are complete; of the others most lack something. */
function worthOf(random: SeededRandom): Pick<HistoryRow, 'state' | 'findings'> {
  const dice = random.below(100);
  if (dice < 90) return { state: 'complete', findings: null };
  return dice < 97 ? { state: 'incomplete', findings: INCOMPLETE } : { state: 'unverified', findings: UNVERIFIED };
}

const INCOMPLETE = JSON.stringify([
  finding(
    'TRIGGERS_NOT_GRANTED',
    'the user lacks TRIGGER: its backups contain no triggers',
    'GRANT TRIGGER ON `client`.* TO lumbung@192.168.0.2',
  ),
]);
const UNVERIFIED = JSON.stringify([finding('NO_MANIFEST', 'the client sent no manifest: its contents are unknown')]);

/** From a mebibyte to two gibibytes, and many more small ones than large. */
function usualSize(random: SeededRandom): number {
  return 2 ** (20 + random.below(110) / 10) + random.below(1_000_000);
}

function uuid(random: SeededRandom): string {
  return [8, 4, 4, 4, 12].map(digits => random.hex(digits)).join('-');
}
