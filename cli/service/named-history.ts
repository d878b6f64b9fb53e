import type { DatabaseHistory } from '../../protocol/responses.ts';
import { shellCommand } from '../../protocol/texts/shell-word.ts';
import { ExplainedError } from '../errors.ts';
import { nearest } from '../options/did-you-mean.ts';
import type { Service } from './service.ts';
import { ServiceRefusal } from './service-errors.ts';

/**
 * Asks for the history of a database that a person has named.
 * @param command of `sade`, which the advice names again with the right database
 * @throws {ExplainedError} which names the databases that may have been meant, where the service knows none of that name
 */
export async function namedHistory(
  service: Service,
  database: string,
  options: { limit?: number; before?: number } = {},
  command: 'history' | 'restore' = 'history',
): Promise<DatabaseHistory['data']> {
  try {
    return await service.history(database, options);
  } catch (error) {
    if (!(error instanceof ServiceRefusal) || error.code !== 'DATABASE_NOT_FOUND') throw error;
    const databases = await service.databases().catch(() => []);
    const near = nearest(
      database,
      databases.map(({ database_name }) => database_name),
    );
    if (near.length === 0) throw error;
    const commands = near.map(name => shellCommand(`sade ${command}`, name));
    throw new ExplainedError(error.message, { cause: error, advice: `Did you mean ${commands.join(' or ')}?` });
  }
}
