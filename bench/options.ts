import { parseArgs } from 'node:util';
import { SIZES } from './results/sizes.ts';

export interface BenchOptions {
  readonly size: keyof typeof SIZES;
  readonly rounds: number;
  /** Names of cases; undefined means all. */
  readonly only: readonly string[] | undefined;
  /** Where the results go as JSON. */
  readonly json: string;
  /** Whether docs/explanation/performance.md gets the table. */
  readonly writesDocument: boolean;
}

export const USAGE = `Usage: npm run bench -- [options]
  --full              the long ones: 1 GiB, 40 databases, a dump of 20 GiB, a history of a million
                      backups (more than an hour, 35 GB of disk)
  --only zip,upload   these cases only
  --rounds N          how often each contestant runs (default 3)
  --json PATH         where the results go as JSON (default data/bench.json)
  --write             put the table into docs/explanation/performance.md
  --size tiny         only to see that all works: its figures mean nothing
The folder for its files is made in TMPDIR, or /tmp.`;

/** @throws Error for an option that there is not */
export function readOptions(args: string[], cases: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: {
      full: { type: 'boolean', default: false },
      size: { type: 'string' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'string', default: 'data/bench.json' },
      write: { type: 'boolean', default: false },
    },
  });
  const size = values.size ?? (values.full ? 'full' : 'usual');
  if (!(size in SIZES)) throw new Error(`there is no size ${size}, but ${Object.keys(SIZES).join(', ')}`);
  const rounds = Number(values.rounds ?? 3);
  if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error(`--rounds ${values.rounds} is no number of rounds`);
  const only = values.only?.split(',').filter(Boolean);
  if (values.write && (only || size === 'tiny'))
    throw new Error('--write wants all cases, and a size that says something');
  const unknown = only?.filter(name => !cases.includes(name)) ?? [];
  if (unknown.length > 0) throw new Error(`there is no case ${unknown.join(', ')}, but ${cases.join(', ')}`);
  return { size: size as keyof typeof SIZES, rounds, only, json: values.json, writesDocument: values.write };
}
