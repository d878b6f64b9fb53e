import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { clientEnvironment } from '../client-programs/client-environment.ts';
import { codeOf, ExplainedError, messageOf } from '../errors.ts';
import type { PrivateFolder } from './private-folder.ts';
import { fileOptions, type ServerSettings } from './server-options.ts';
import { startProcess, untilDone } from './server-process.ts';
import type { ServerProgram } from './server-programs.ts';

const run = promisify(execFile);

/**
 * What mariadb-install-db reads, without the help texts and the sys schema, which take four fifths of its time. The names of 11.0
 * and later stand first.
 */
const SYSTEM_TABLES = [
  ['mariadb_system_tables.sql', 'mysql_system_tables.sql'],
  ['mariadb_system_tables_data.sql', 'mysql_system_tables_data.sql'],
] as const;

export interface DataSettings extends ServerSettings {
  readonly isBackground?: boolean | undefined;
  readonly signal: AbortSignal;
}

/**
 * Makes the data folder of a new server.
 * @throws {ExplainedError} when the program fails, with what it said; the signal's reason when aborted
 */
export async function prepareData(
  program: ServerProgram,
  folder: PrivateFolder,
  settings: DataSettings,
): Promise<void> {
  const { isBackground, signal } = settings;
  const options = fileOptions(program, folder, settings);
  const isMySql = program.flavour === 'mysql';
  const input = isMySql ? undefined : await writeSystemTables(program, folder, signal);
  const mode = isMySql ? '--initialize-insecure' : '--bootstrap';
  const making = await startProcess(program.path, [...options, mode], {
    ...{ logFile: folder.log, isBackground },
    ...(input !== undefined && { input }),
  });
  await untilDone(making, `making a data folder with ${program.path}`, folder.log, signal);
}

async function writeSystemTables(program: ServerProgram, folder: PrivateFolder, signal: AbortSignal): Promise<string> {
  const share = await shareFolderOf(program, signal);
  const scripts: string[] = [];
  for (const names of SYSTEM_TABLES) scripts.push(await readFirst(share, names));
  const path = join(folder.path, 'system-tables.sql');
  await writeFile(path, ['create database if not exists mysql;', 'use mysql;', ...scripts].join('\n'), { mode: 0o600 });
  return path;
}

/** The scripts lie beside the folder of the character sets. */
async function shareFolderOf({ path, options }: ServerProgram, signal: AbortSignal): Promise<string> {
  const { stdout } = await run(path, ['--no-defaults', ...options, '--verbose', '--help'], {
    env: clientEnvironment(),
    timeout: 30_000,
    killSignal: 'SIGKILL',
    maxBuffer: 8 << 20,
    signal,
  }).catch(error => {
    signal.throwIfAborted();
    const said = String(error.stderr || messageOf(error)).trim();
    throw new ExplainedError(`making a data folder with ${path} failed: ${said.replace(/\s+/g, ' ').slice(-500)}`, {
      cause: error,
    });
  });
  const charsets = /^character-sets-dir\s+(\/\S.*)$/m.exec(stdout)?.[1];
  if (charsets === undefined) throw new ExplainedError(`${path} does not tell where its character sets are`);
  return dirname(charsets.trim().replace(/\/+$/, ''));
}

async function readFirst(folder: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    try {
      return await readFile(join(folder, name), 'utf8');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
  }
  throw new ExplainedError(`${folder} has no ${names.join(' and no ')}, by which a data folder is made`, {
    advice: 'Install the whole package of the server (Debian: apt-get install mariadb-server-core).',
  });
}
