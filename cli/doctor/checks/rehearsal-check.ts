import { ConfigurationError } from '../../errors.ts';
import type { BackupSettings } from '../../options/settings.ts';
import type { SourceReport } from '../../preflight/source-report.ts';
import { HOW_TO_GET_ONE } from '../../rehearsal/how-to-get-one.ts';
import { count } from '../../terminal/format.ts';
import { findServerPrograms, programFor, type ServerProgram } from '../../throwaway-server/server-programs.ts';
import { type Check, type Checked, checkReporter } from './check.ts';
import { FLAVOURS } from './client-check.ts';

type Settings = Pick<BackupSettings, 'rehearse' | 'mariadbd' | 'mysqld'>;

/**
 * Looks whether the dumps of these servers can be rehearsed on this machine, and says how to get what is missing. It starts no server.
 * @param reports of the databases that could be reached
 */
export async function checkRehearsals(
  { rehearse, mariadbd, mysqld }: Settings,
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
    checks: [...groups].map(([name, group]) => describe({ name, group, programs, isRequired: rehearse === 'always' })),
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

function seriesOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
