import type { Orm } from '../../server/history/orm.ts';

/** @returns the statements, with their values filled in, that the history store was sent while `work` ran */
export async function queriesOf(history: Orm, work: () => Promise<unknown>): Promise<string[]> {
  const logger = history.config.getLogger();
  const queries: string[] = [];
  const { logQuery } = logger;
  logger.setDebugMode(['query-params']);
  logger.logQuery = ({ query, params }) => {
    queries.push(history.em.getPlatform().formatQuery(query ?? '', params ?? []));
  };
  try {
    await work();
  } finally {
    logger.logQuery = logQuery;
    logger.setDebugMode(false);
  }
  return queries;
}
