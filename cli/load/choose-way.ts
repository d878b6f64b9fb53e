import { messageOf } from '../errors.ts';
import { freeBytesOf } from '../files/disk-space.ts';
import { isAtLeast } from '../mysql/server-facts.ts';
import { driverErrorOf } from '../mysql/servers-answer.ts';
import { formatBytes } from '../terminal/format.ts';
import { LIMITS, type LoadLimits, type LoadOptions } from './load-options.ts';
import type { TargetConnection } from './target-connections.ts';

/** How a dump is to be loaded. */
export type ChosenWay = { readonly limits: LoadLimits; readonly folder: string } | { readonly whyInOrder: string };

/** @returns whether several connections can load it, and how many bytes may wait for them; otherwise why not */
export async function chooseWay(
  { jobs, workFolder, dumpBytes, ...options }: Pick<LoadOptions, 'jobs' | 'workFolder' | 'dumpBytes' | 'limits'>,
  connection: TargetConnection,
): Promise<ChosenWay> {
  const limits = { ...LIMITS, ...options.limits };
  if (jobs < 2) return { whyInOrder: 'one connection was asked for' };
  if (workFolder === undefined) return { whyInOrder: 'there is no folder for rows that wait' };
  if (dumpBytes !== undefined && dumpBytes < limits.smallDump)
    return { whyInOrder: `the dump has only ${formatBytes(dumpBytes)}` };
  const free = await freeBytesOf(workFolder);
  if (free / 2 < limits.leastWaiting)
    return {
      whyInOrder: `the work folder ${workFolder} has only ${formatBytes(free)} free, and ${formatBytes(2 * limits.leastWaiting)} are needed`,
    };
  const whyInOrder = await whyNotThisServer(connection);
  return whyInOrder === undefined
    ? { limits: { ...limits, waiting: Math.min(free / 2, limits.waiting) }, folder: workFolder }
    : { whyInOrder };
}

async function whyNotThisServer(connection: TargetConnection): Promise<string | undefined> {
  const [row] = await connection.ask('select version()');
  const version = /^[\d.]*/.exec(String(row?.[0]))![0];
  const isMariaDb = /mariadb/i.test(String(row?.[0]));
  if (!(isMariaDb ? isAtLeast(version, 10, 3) : isAtLeast(version, 5, 7)))
    return `the server is too old (${version}) to add keys to tables with rows without copying them`;
  const [galera] = await connection.ask("show variables like 'wsrep_on'");
  if (galera?.[1] === 'ON') return 'the server is part of a Galera cluster';
  return (await mayAlter(connection)) ? undefined : 'the user lacks the right ALTER on the database';
}

/** The server looks at rights first, and then for the table. */
async function mayAlter(connection: TargetConnection): Promise<boolean> {
  try {
    await connection.ask('alter table `lumbung: may this user alter tables`');
    return true;
  } catch (error) {
    const { errno } = driverErrorOf(error);
    if (errno === undefined) throw new Error(messageOf(error), { cause: error });
    return errno === NO_SUCH_TABLE;
  }
}

const NO_SUCH_TABLE = 1146;
