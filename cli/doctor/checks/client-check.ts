import {
  type Asking,
  type DumpClients,
  findClients,
  findMysqldump,
  type MysqldumpClient,
} from '../../client-programs/mysqldump-client.ts';
import { ConfigurationError } from '../../errors.ts';
import type { ProgramSetting } from '../../options/parsers.ts';
import { type Check, type Checked, checkReporter } from './check.ts';

/** How the two flavours call themselves. */
export const FLAVOURS = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

export interface ClientCheck extends Checked {
  /** Undefined when no client program can be used. */
  readonly clients?: DumpClients;
}

type Programs = { readonly mysqldump: ProgramSetting; readonly mariadbDump: ProgramSetting };

/** Asks both dump programs what they are. One of them is enough, unless the user has named the other. */
export async function checkClients({ mysqldump, mariadbDump }: Programs, asking: Asking = {}): Promise<ClientCheck> {
  const asked = [await ask(mysqldump, asking), await ask(mariadbDump, asking)];
  const clients = await findClients({ mysqldump, mariadbDump }, asking).catch(unlessMisconfigured);
  if (clients) return { clients, checks: asked.map(program => describe(program, clients.all)) };
  return { checks: asked.map(program => describe(program, [])) };
}

/** Which of the two is at fault has been asked. */
function unlessMisconfigured(error: unknown): undefined {
  if (!(error instanceof ConfigurationError)) throw error;
}

interface Asked extends ProgramSetting {
  readonly client?: MysqldumpClient;
  readonly error?: ConfigurationError;
}

async function ask(program: ProgramSetting, asking: Asking): Promise<Asked> {
  try {
    return { ...program, client: await findMysqldump(program.path, asking) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { ...program, error };
  }
}

function describe({ path, isGiven, client, error }: Asked, usable: readonly MysqldumpClient[]): Check {
  const { ok, warn, fail } = checkReporter('dump program', path);
  if (client) return ok(`is ${FLAVOURS[client.flavour]}'s, version ${client.version}`);
  if (usable.length === 0) return fail(error!.message, error!.advice);
  const [other] = usable;
  if (!isGiven) return ok(`is not installed; ${other!.path} serves every server`);
  return warn(`${error!.message}. Without it, ${other!.path} serves every server`);
}
