import { join } from 'node:path';
import { shellWord } from '../../../protocol/texts/shell-word.ts';
import { ConfigurationError, codeOf, messageOf } from '../../errors.ts';
import { diskUseOf } from '../../files/disk-space.ts';
import type { BackupSettings } from '../../options/settings.ts';
import type { SourceReport } from '../../preflight/source-report.ts';
import { HOW_TO_GET_ONE } from '../../rehearsal/how-to-get-one.ts';
import { count, formatBytes } from '../../terminal/format.ts';
import { isOfThisUserAlone } from '../../throwaway-server/data-cache.ts';
import { DATA_CACHE } from '../../throwaway-server/private-folder.ts';
import { findServerPrograms, programFor, type ServerProgram } from '../../throwaway-server/server-programs.ts';
import { type Check, type Checked, checkReporter } from './check.ts';
import { FLAVOURS } from './client-check.ts';

type Settings = Pick<BackupSettings, 'rehearse' | 'mariadbd' | 'mysqld' | 'workDir'>;

/**
 * Checks whether the dumps of these servers can be rehearsed on this machine, says how to get what is missing, and
 * where new data folders are kept for its servers. It starts no server.
 * @param reports of the databases that could be reached
 */
export async function checkRehearsals(
  { rehearse, mariadbd, mysqld, workDir }: Settings,
  reports: readonly SourceReport[],
  signal: AbortSignal,
): Promise<Checked> {
  if (rehearse === 'off') return { checks: [] };
  const programs = await findServerPrograms({ mariadbd, mysqld }, { signal }).catch(error => {
    if (error instanceof ConfigurationError) return error;
    throw error;
  });
  if (programs instanceof ConfigurationError)
    return { checks: [checkReporter('rehearsal', 'server programs').fail(programs.message, programs.advice)] };
  const groups = Map.groupBy(
    reports,
    ({ server: { flavour, version } }) => `${FLAVOURS[flavour]} ${seriesOf(version)}`,
  );
  return {
    checks: [
      ...[...groups].map(([name, group]) => describe({ name, group, programs, isRequired: rehearse === 'always' })),
      ...(await checkKeptData(join(workDir, DATA_CACHE))),
    ],
  };
}

interface Group {
  /** Such as `MariaDB 10.11`. */
  readonly name: string;
  readonly group: readonly SourceReport[];
  readonly programs: readonly ServerProgram[];
  readonly isRequired: boolean;
}

function describe({ name, group, programs, isRequired }: Group): Check {
  const { ok, warn } = checkReporter('rehearsal', name);
  const { server } = group[0]!;
  const program = programFor(programs, server);
  const dumps = `the dumps of ${count(group.length, 'database')}`;
  if (program) return ok(`${program.path} (${program.version}) rehearses ${dumps}`);
  const missing = `${dumps} are not rehearsed: no server program of this series or a newer one is on this machine`;
  const advice = HOW_TO_GET_ONE[server.flavour];
  return isRequired ? warn(missing, advice) : ok(`${missing}. To have them rehearsed: ${advice}`);
}

/** Nothing else tells a person of this folder, which stays in the work folder, and may be deleted at any time. */
async function checkKeptData(path: string): Promise<Check[]> {
  const { ok, warn } = checkReporter('rehearsal', 'kept data folders');
  const remove = `rm -r ${shellWord(path)}`;
  try {
    if (!(await isOfThisUserAlone(path)))
      return [
        warn(
          `${path} is not used, since it is not a private folder of this user: each rehearsal makes a new data folder, which takes seconds`,
          `Delete it, as root if needed; the next run makes it again: ${remove}`,
        ),
      ];
    const bytes = formatBytes(await diskUseOf(path));
    return [
      ok(
        `${path} has ${bytes}. If servers of rehearsals don't start, delete it; the next run makes it again: ${remove}`,
      ),
    ];
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    return [warn(`${path} can't be read: ${messageOf(error)}`, `Delete it; the next run makes it again: ${remove}`)];
  }
}

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
