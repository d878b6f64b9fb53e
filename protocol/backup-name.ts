import { databaseNameProblem } from './database-name.ts';

/** What the file name of a backup says. */
export interface BackupName {
  /** The database's name or label. */
  readonly database: string;
  /** When the dump began, to the second, UTC. */
  readonly takenAt: Date;
  /** The UUID that tells two backups of one second apart. */
  readonly id: string;
}

/** A file name of ours, parsed once: its parts, and the name itself. */
export interface ParsedBackupName extends BackupName {
  readonly fileName: string;
}

/** `mysql-{timestamp}-{database}-{uuid}.sql.zip`; `.zip` without `.sql` occurs too. */
export const BACKUP_NAME =
  /^mysql-(?<timestamp>\d{4}(?:-\d\d){5})-(?<database>.+)-(?<id>[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12})(?:\.sql)?\.zip$/u;

/** @returns the name of the dump: `mysql-2023-10-31-00-00-00-pt_xyz-{uuid}.sql` */
export function formatDumpName({ database, takenAt, id }: BackupName): string {
  return `mysql-${formatTimestamp(takenAt).replace(/[ :]/g, '-')}-${database}-${id}.sql`;
}

/** @returns the name of the zip: the dump's, with `.zip` behind it */
export function formatBackupName(name: BackupName): string {
  return `${formatDumpName(name)}.zip`;
}

/** @returns what the file name says, or a phrase that completes "the file name …" when it follows no grammar of ours */
export function parseBackupName(fileName: string): ParsedBackupName | string {
  const groups = BACKUP_NAME.exec(fileName)?.groups as { timestamp: string; database: string; id: string } | undefined;
  if (!groups) return 'must look like mysql-2023-10-31-00-00-00-DATABASE-UUID.sql.zip';
  const takenAt = parseTimestamp(groups.timestamp);
  if (!takenAt) return `contains ${groups.timestamp}, which is not a valid date`;
  const problem = databaseNameProblem(groups.database);
  if (problem) return `names a database whose name ${problem}`;
  return { fileName, database: groups.database, takenAt, id: groups.id };
}

/** @returns the same of the name of a dump, as {@link formatDumpName} makes it */
export function parseDumpName(fileName: string): ParsedBackupName | string {
  const name = parseBackupName(`${fileName}.zip`);
  if (typeof name === 'string') return name;
  return formatDumpName(name) === fileName
    ? { ...name, fileName }
    : 'must look like mysql-2023-10-31-00-00-00-DATABASE-UUID.sql';
}

/** @returns the name of the one entry that the zip of this name holds: the name without `.zip` */
export function entryNameOf(fileName: string): string {
  return fileName.replace(/\.zip$/, '');
}

/**
 * Put together from numbers: to cut it out of `toISOString` takes three times as long.
 * @returns `2023-10-31 00:00:00`, UTC
 * @throws RangeError for a date that is not valid
 */
export function formatTimestamp(date: Date): string {
  if (Number.isNaN(date.getTime())) throw new RangeError('not a valid date');
  const day = `${String(date.getUTCFullYear()).padStart(4, '0')}-${twoDigits(date.getUTCMonth() + 1)}-${twoDigits(date.getUTCDate())}`;
  return `${day} ${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}:${twoDigits(date.getUTCSeconds())}`;
}

function twoDigits(number: number): string {
  return number < 10 ? `0${number}` : `${number}`;
}

function parseTimestamp(text: string): Date | undefined {
  const [year, month, day, hour, minute, second] = text.split('-').map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const isReal = formatTimestamp(date).replace(/[ :]/g, '-') === text;
  return isReal ? date : undefined;
}
