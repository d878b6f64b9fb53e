import {
  type AskedProgram,
  type Asking,
  askPrograms,
  chooseClients,
  type DumpClients,
  type DumpPrograms,
  type MysqldumpClient,
} from '../../client-programs/mysqldump-client.ts';
import { ConfigurationError } from '../../errors.ts';
import { type Check, type Checked, checkReporter } from './check.ts';

/** How the two flavours call themselves. */
export const FLAVOURS = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

export interface ClientCheck extends Checked {
  /** Undefined when no client program can be used. */
  readonly clients?: DumpClients;
}

/** Asks both dump programs what they are. One of them is enough, unless the user has named the other. */
export async function checkClients(programs: DumpPrograms, asking: Asking = {}): Promise<ClientCheck> {
  const asked = await askPrograms(programs, asking);
  const clients = usable(asked);
  const checks = asked.map(program => describe(program, clients?.all ?? []));
  return clients ? { clients, checks } : { checks };
}

/** @returns undefined where one is at fault: it says so itself */
function usable(asked: readonly AskedProgram[]): DumpClients | undefined {
  try {
    return chooseClients(asked);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return undefined;
  }
}

function describe(program: AskedProgram, [other]: readonly MysqldumpClient[]): Check {
  const { path, isGiven } = program;
  const { ok, warn, fail } = checkReporter('dump program', path);
  if ('client' in program) return ok(`is ${FLAVOURS[program.client.flavour]}'s, version ${program.client.version}`);
  const { message, advice } = program.error;
  if (!other) return fail(message, advice);
  if (!isGiven) return ok(`is not installed; ${other.path} serves every server`);
  return warn(`${message}. Without it, ${other.path} serves every server`);
}
