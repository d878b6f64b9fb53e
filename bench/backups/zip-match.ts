import { rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { BenchCase, Contestant, Match, Target } from '../case.ts';
import { isInstalled } from '../installed.ts';
import { dumpOf, largeDatabase } from '../material.ts';
import type { Results } from '../results/results.ts';
import { inMib } from '../results/units.ts';
import type { Scene } from '../scene.ts';
import { sha256Of, zipContentSha256 } from './contents.ts';

interface ZipCase {
  readonly name: string;
  readonly level: number;
  /** That of `zip` and `pigz`. */
  readonly peerLevel: number;
  /** How many times as fast as `zip` ours is to be. */
  readonly zipTimes: number;
  /** Whether the peers and targets that belong to the usual level take part. */
  readonly isWhole: boolean;
}

const OURS = 'sade, zip stage';
const OBSERVED = 'sade, zip stage with inventory and digest';
const ON_ONE_CORE = 'sade, zip stage on one core';
const NOTES = [
  'Ours flushes the zip to the disk (fsync) before it gives it its name; the peers leave that to the kernel. Both rows of ours take a SHA-256 of the zip.',
  'Of ours and of adm-zip the start of Node is not counted, since a run of sade has it once (see startup); of the memory it is a part.',
];
const CORES = String(availableParallelism());

/** As sade.js has it: what Node makes of the sources lies ready. */
const ENV = { NODE_COMPILE_CACHE: join(import.meta.dirname, '../../node_modules/.cache/sade') };

/** @returns a case that zips one dump: ours, bare and with all that goes on beside it, against zip, pigz and adm-zip */
export function zipCase({ name, ...rest }: ZipCase): BenchCase {
  return {
    name,
    title: ({ sizes }) => `zip a dump of ${inMib(sizes.database)} at level ${rest.level}`,
    prepare: async scene => match(scene, rest),
  };
}

async function match(scene: Scene, zipCase: Omit<ZipCase, 'name'>): Promise<Match> {
  const { level, peerLevel, isWhole } = zipCase;
  const dump = await dumpOf(scene, await largeDatabase(scene));
  const wanted = await sha256Of(dump);
  const target = join(scene.folder, 'zipped.sql.zip');
  const known = new Set<string>();
  const contestant = (name: string, role: Contestant['role'], command: readonly string[]): Contestant => ({
    name,
    role,
    prepare: () => rm(target, { force: true }),
    run: async () =>
      (await scene.measure(command, { tellsItself: command.includes(process.execPath), env: ENV })).sample,
    check: async () => {
      await checkZip(target, wanted, known);
      return (await stat(target)).size;
    },
  });
  const ours = [process.execPath, script('zip-once.ts'), dump, target, String(level)];
  const pigz = ['sh', '-c', 'exec pigz -c -K -p "$1" "$2" "$3" > "$4"', 'sh', CORES, `-${peerLevel}`, dump, target];
  const contestants = [
    contestant(OURS, 'ours', ours),
    contestant(OBSERVED, 'ours', [...ours, '--observe']),
    ...(isWhole ? [contestant(ON_ONE_CORE, 'ours', ['taskset', '-c', '0', ...ours])] : []),
    contestant(`zip -${peerLevel}`, 'peer', ['zip', '-q', `-${peerLevel}`, '-j', target, dump]),
    ...((await isInstalled('pigz')) ? [contestant(pigzAt(peerLevel), 'peer', pigz)] : []),
    ...(isWhole ? [contestant('adm-zip', 'peer', [process.execPath, script('adm-zip-once.ts'), dump, target])] : []),
  ];
  return {
    contestants,
    targets: results => targets(results, zipCase),
    notes: isWhole ? NOTES : [],
  };
}

function targets(results: Results, { peerLevel, zipTimes, isWhole }: Omit<ZipCase, 'name'>): Target[] {
  const [zip, pigz] = [`zip -${peerLevel}`, pigzAt(peerLevel)];
  const [ours, observed, peer] = [results.of(OURS), results.of(OBSERVED), results.of(zip)];
  const always: Target[] = [{ what: `${zip} / ours`, value: results.ratio(zip, OURS), atLeast: zipTimes, unit: 'x' }];
  if (!isWhole) return always;
  return [
    ...always,
    { what: `${pigz} / ours`, value: results.ratio(pigz, OURS), atLeast: 1, unit: 'x' },
    { what: `size of ours / ${zip}`, value: quotient(ours?.outputBytes, peer?.outputBytes), atMost: 1, unit: 'x' },
    {
      what: 'with inventory and digest / without, time',
      value: results.ratio(OBSERVED, OURS),
      atMost: 1.15,
      unit: 'x',
    },
    {
      what: 'with inventory and digest / without, CPU',
      value: quotient(observed?.cpuSeconds, ours?.cpuSeconds),
      unit: 'x',
    },
    {
      what: `${CORES} cores against one, per core`,
      value: quotient(results.ratio(ON_ONE_CORE, OURS), availableParallelism()),
      atLeast: 0.85,
      unit: 'x',
    },
    { what: 'peak memory of ours', value: quotient(observed?.peakBytes, 1024 ** 2), atMost: 160, unit: 'MiB' },
  ];
}

function pigzAt(level: number): string {
  return `pigz -${level} -p${CORES} -K`;
}

function quotient(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a / b;
}

/** A zip with the same bytes as one that was read before needs no second reading. */
async function checkZip(path: string, wanted: string, known: Set<string>): Promise<void> {
  const sha256 = await sha256Of(path);
  if (known.has(sha256)) return;
  if ((await zipContentSha256(path)) !== wanted) throw new Error(`${path} does not hold the bytes of the dump`);
  known.add(sha256);
}

function script(name: string): string {
  return join(import.meta.dirname, '../contestants', name);
}
