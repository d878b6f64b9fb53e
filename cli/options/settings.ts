import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import { didYouMean } from './did-you-mean.ts';

/** What the command line and the environment say of a backup run, validated. */
export interface BackupSettings {
  readonly config: string;
  readonly server: URL;
  /** Absolute path of the spool, where dumps and zips stand until they are delivered. */
  readonly workDir: string;
  /** What `--only` was given, each time it was: a label, or several with commas between; undefined means all. */
  readonly only: readonly string[] | undefined;
  readonly dumpWorkers: number;
  /** Dumps at once from one database host. */
  readonly dumpsPerHost: number;
  readonly zipWorkers: number;
  readonly uploadWorkers: number;
  /** Of the zips, 1 (fastest) to 9 (smallest). */
  readonly level: number;
  /** How long one database may take, in milliseconds, without the time it waits for a worker. */
  readonly timeoutMs: number;
  /** How often an upload is tried again after the first time. */
  readonly retries: number;
  /** MySQL's own dump program, and MariaDB's: each serves its own servers, or all where it is the only one. */
  readonly mysqldump: ProgramSetting;
  readonly mariadbDump: ProgramSetting;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface ProgramSetting {
  /** Its path, or its name when it is on the PATH. */
  readonly path: string;
  /** Whether the user has named it; a name that equals the default can be given on purpose too. */
  readonly isGiven: boolean;
}

type Options = Readonly<Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;

/** What stands where neither the command line nor the environment says anything; the help text shows it. */
export const DEFAULTS = {
  config: 'databases.json',
  server: 'http://127.0.0.1:3000',
  workDir: 'data/work',
  timeout: '6h',
  retries: 5,
  mysqldump: 'mysqldump',
  mariadbDump: 'mariadb-dump',
  /** A dump waits for the server most of the time, an upload for the network: both want more workers than cores. */
  dumpWorkers: Math.max(4, availableParallelism()),
  /** A client's server has other things to do at night, too. */
  dumpsPerHost: 2,
  /** Each dump is followed by its zip; however many these are, no more blocks are deflated at once than there are cores. */
  zipWorkers: Math.max(4, availableParallelism()),
  uploadWorkers: 4,
  level: 6,
} as const;

/** @throws {ConfigurationError} naming every mistake at once */
export function readBackupSettings(options: Options, env: Environment): BackupSettings {
  const read = new SettingsReader(options, env);
  const settings = backupSettings(read);
  read.throwMistakes();
  return settings;
}

/** @returns a warning for each variable that looks like a mistyped setting: nothing else would say that it has no effect */
export function mistypedVariables(env: Environment): string[] {
  const read = new SettingsReader({}, {});
  backupSettings(read);
  const known = [...read.names].map(variableOf);
  return Object.keys(env)
    .filter(name => name.startsWith(PREFIX) && !known.includes(name))
    .flatMap(name => {
      // One that is like no setting may be meant for a placeholder in the list of databases.
      const guess = didYouMean(
        name.slice(PREFIX.length),
        known.map(variable => variable.slice(PREFIX.length)),
        PREFIX,
      );
      return guess ? [`the environment has ${name}, which is no setting${guess}`] : [];
    });
}

const PREFIX = 'SADE_';

function variableOf(name: string): string {
  return `${PREFIX}${name.toUpperCase().replaceAll('-', '_')}`;
}

/** What `sade doctor` takes beside what a backup does. */
export interface DoctorSettings extends BackupSettings {
  /** Path of the zip to write for a support ticket. */
  readonly bundle: string | undefined;
}

/** @throws {ConfigurationError} naming every mistake at once */
export function readDoctorSettings(options: Options, env: Environment): DoctorSettings {
  const read = new SettingsReader(options, env);
  const bundle = options.bundle === undefined ? undefined : read.text('bundle', '');
  const settings = { ...backupSettings(read), bundle };
  read.throwMistakes();
  return settings;
}

function backupSettings(read: SettingsReader): BackupSettings {
  return {
    config: read.text('config', DEFAULTS.config),
    server: read.url('server', DEFAULTS.server),
    workDir: resolve(read.text('work-dir', DEFAULTS.workDir)),
    only: read.texts('only'),
    dumpWorkers: read.integer('dump-workers', DEFAULTS.dumpWorkers, 1, 64),
    dumpsPerHost: read.integer('dumps-per-host', DEFAULTS.dumpsPerHost, 1, 64),
    zipWorkers: read.integer('zip-workers', DEFAULTS.zipWorkers, 1, 64),
    uploadWorkers: read.integer('upload-workers', DEFAULTS.uploadWorkers, 1, 64),
    level: read.integer('level', DEFAULTS.level, 1, 9),
    timeoutMs: read.duration('timeout', DEFAULTS.timeout),
    retries: read.integer('retries', DEFAULTS.retries, 0, 20),
    mysqldump: read.program('mysqldump', DEFAULTS.mysqldump),
    mariadbDump: read.program('mariadb-dump', DEFAULTS.mariadbDump),
    json: read.flag('json'),
    quiet: read.flag('quiet'),
  };
}

/** @returns the address of the service, for the commands that only ask it something @throws {ConfigurationError} */
export function readServer(options: Options, env: Environment): URL {
  const read = new SettingsReader(options, env);
  const server = read.url('server', DEFAULTS.server);
  read.throwMistakes();
  return server;
}

/** @returns the path of the list of databases @throws {ConfigurationError} */
export function readConfigPath(options: Options, env: Environment): string {
  const read = new SettingsReader(options, env);
  const path = read.text('config', DEFAULTS.config);
  read.throwMistakes();
  return path;
}

/** Takes each setting from `--name`, else from `SADE_NAME`, else the default, and gathers what is wrong with them. */
class SettingsReader {
  readonly #options: Options;
  readonly #env: Environment;
  readonly #mistakes: string[] = [];
  /** All that was asked for so far. */
  readonly names = new Set<string>();

  constructor(options: Options, env: Environment) {
    this.#options = options;
    this.#env = env;
  }

  text(name: string, fallback: string): string {
    const found = this.#find(name);
    if (found?.value === '') this.#mistake(found, 'must not be empty');
    return found?.value ?? fallback;
  }

  program(name: string, fallback: string): ProgramSetting {
    return { path: this.text(name, fallback), isGiven: this.#find(name) !== undefined };
  }

  flag(name: string): boolean {
    const found = this.#find(name);
    if (!found) return false;
    if (/^(true|1|yes|on)$/i.test(found.value)) return true;
    if (!/^(false|0|no|off|)$/i.test(found.value)) this.#mistake(found, 'must be 1 or 0');
    return false;
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const found = this.#find(name);
    if (!found) return fallback;
    const value = /^\d{1,9}$/.test(found.value) ? Number(found.value) : Number.NaN;
    if (value >= least && value <= most) return value;
    this.#mistake(found, `must be a whole number from ${least} to ${most}`);
    return fallback;
  }

  /** A number alone is refused: nobody can tell whether 6 means seconds or hours. @returns milliseconds */
  duration(name: string, fallback: string): number {
    const found = this.#find(name) ?? { place: name, value: fallback };
    const [, amount, unit] = /^(\d{1,6})([smh])$/.exec(found.value) ?? [];
    const milliseconds = Number(amount) * { s: 1000, m: 60_000, h: 3_600_000 }[(unit ?? 's') as 's' | 'm' | 'h'];
    if (milliseconds > 0 && milliseconds < 2 ** 31) return milliseconds;
    this.#mistake(found, 'must be a time with its unit, such as 90s, 30m or 6h');
    return 1;
  }

  url(name: string, fallback: string): URL {
    const found = this.#find(name) ?? { place: name, value: fallback };
    const url = URL.canParse(found.value) ? new URL(found.value) : undefined;
    if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash) {
      if (!url.pathname.endsWith('/')) url.pathname += '/';
      return url;
    }
    this.#mistake(
      { place: found.place, value: '' },
      'must be the address of the service, beginning with http:// or https://, such as https://backups.example.com',
    );
    return new URL(fallback);
  }

  /** @returns each text as it was given; a label may have commas and blanks of its own */
  texts(name: string): string[] | undefined {
    const found = this.#find(name);
    if (!found) return undefined;
    const given = this.#options[name];
    const texts = Array.isArray(given) ? given.map(String) : [found.value];
    if (!/[^,\s]/.test(texts.join())) this.#mistake(found, 'must name at least one database');
    return texts;
  }

  throwMistakes(): void {
    if (this.#mistakes.length > 0) throw new ConfigurationError(this.#mistakes);
  }

  #find(name: string): { place: string; value: string } | undefined {
    this.names.add(name);
    const option = this.#options[name];
    if (option !== undefined)
      return { place: `--${name}`, value: String(Array.isArray(option) ? option.at(-1) : option) };
    const variable = variableOf(name);
    const value = this.#env[variable];
    return value === undefined || value === '' ? undefined : { place: variable, value };
  }

  #mistake({ place, value }: { place: string; value: string }, problem: string): void {
    this.#mistakes.push(`${place}${value ? ` is ${JSON.stringify(value)} and` : ''} ${problem}`);
  }
}
