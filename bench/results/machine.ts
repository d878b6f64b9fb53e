import { execFile } from 'node:child_process';
import { availableParallelism, cpus, release, totalmem } from 'node:os';
import process from 'node:process';
import { promisify } from 'node:util';
import { findNginx } from '../peers/nginx.ts';

const run = promisify(execFile);

/** On what, and against what, was measured. */
export interface Machine {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGib: number;
  readonly system: string;
  /** By the name of the program; `missing` for one that is not there. */
  readonly versions: Readonly<Record<string, string>>;
}

/** Asks this machine and the programs on it what they are. */
export async function describeMachine(): Promise<Machine> {
  const nginx = await findNginx();
  const asked = {
    Deno: ['deno', '--version'],
    MariaDB: ['mariadbd', '--version'],
    'mysqldump (MariaDB)': ['mariadb-dump', '--version'],
    zip: ['zip', '-v'],
    pigz: ['pigz', '--version'],
    curl: ['curl', '--version'],
    nginx: [nginx ?? 'nginx', '-v'],
    mydumper: ['mydumper', '--version'],
  };
  const versions = Object.entries(asked).map(async ([name, command]) => [name, await versionOf(command)] as const);
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    system: `Linux ${release()}`,
    versions: { Node: process.versions.node, ...Object.fromEntries(await Promise.all(versions)) },
  };
}

/** @returns the description as one sentence */
export function describe({ cores, cpu, memoryGib, system, versions }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${cores} ${cores === 1 ? 'core' : 'cores'} (${cpu}), ${memoryGib} GiB of memory, ${system}; ${programs.join(', ')}`;
}

async function versionOf([program, option]: readonly string[]): Promise<string> {
  try {
    const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` };
    const { stdout, stderr } = await run(program!, [option!], { env });
    const said = stdout + stderr;
    return (
      (/(?:Distrib|Zip)\s+(\d+\.\d+\.?\d*)/.exec(said) ?? /(\d+\.\d+(?:\.\d+)?)/.exec(said))?.[1] ??
      'of unknown version'
    );
  } catch {
    return 'missing';
  }
}
