import {
  type Asking,
  type DumpClients,
  findClients,
  findMysqldump,
  type MysqldumpClient,
} from '../pipeline/mysqldump-client.ts';
import { ConfigurationError } from '../problems.ts';
import { DEFAULTS } from '../settings.ts';
import { type Check, type Checked, marker } from './check.ts';

/** How the two flavours call themselves. */
export const FLAVOURS = { mysql: 'MySQL', mariadb: 'MariaDB' } as const;

export interface ClientCheck extends Checked {
  /** Undefined when there is none that could be used. */
  readonly clients?: DumpClients;
}

type Programs = { readonly mysqldump: string; readonly mariadbDump: string };

/** Asks both dump programs what they are. One of them is enough, unless the other was asked for by its path. */
export async function checkClients({ mysqldump, mariadbDump }: Programs, asking: Asking = {}): Promise<ClientCheck> {
  const asked = [
    await ask(mysqldump, mysqldump === DEFAULTS.mysqldump, asking),
    await ask(mariadbDump, mariadbDump === DEFAULTS.mariadbDump, asking),
  ];
  const clients = await findClients({ mysqldump, mariadbDump }, asking).catch(unlessMisconfigured);
  if (clients) return { clients, checks: asked.map(program => describe(program, clients.all)) };
  return { checks: asked.map(program => describe(program, [])) };
}

/** Which of the two is at fault has been asked. */
function unlessMisconfigured(error: unknown): undefined {
  if (!(error instanceof ConfigurationError)) throw error;
}

interface Asked {
  readonly path: string;
  readonly isDefault: boolean;
  readonly client?: MysqldumpClient;
  readonly error?: ConfigurationError;
}

async function ask(path: string, isDefault: boolean, asking: Asking): Promise<Asked> {
  try {
    return { path, isDefault, client: await findMysqldump(path, asking) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { path, isDefault, error };
  }
}

function describe({ path, isDefault, client, error }: Asked, usable: readonly MysqldumpClient[]): Check {
  const { ok, warn, fail } = marker('dump program', path);
  if (client) return ok(`is ${FLAVOURS[client.flavour]}'s, version ${client.version}`);
  if (usable.length === 0) return fail(error!.message);
  const [other] = usable;
  if (isDefault) return ok(`is not installed; ${other!.path} serves every server`);
  return warn(`${error!.message}. Without it, ${other!.path} serves every server`);
}
