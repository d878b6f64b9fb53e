import { tagOrigin } from '../errors/error-origin.ts';
import type { Orm } from './orm.ts';

/** What may fail of itself, without a query of the ORM's: those it wraps in exceptions of its own. */
const CALLS = ['begin', 'commit', 'rollback', 'execute'] as const;

/** From now on all that the history store's driver throws says that it comes from there. */
export function tagFailures({ em }: Orm): void {
  const connection = em.getConnection();
  for (const name of CALLS) Object.assign(connection, { [name]: tagging(connection[name].bind(connection) as Call) });
  const converter = em.getPlatform().getExceptionConverter();
  const convert = converter.convertException.bind(converter);
  converter.convertException = error => tagOrigin(convert(error), 'history');
}

type Call = (...args: never[]) => Promise<unknown>;

function tagging(call: Call): Call {
  return async (...args) => {
    try {
      return await call(...args);
    } catch (error) {
      throw tagOrigin(error, 'history');
    }
  };
}
