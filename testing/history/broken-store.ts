import { tagOrigin } from '../../server/errors/error-origin.ts';
import type { EntityManager, Orm } from '../../server/history/orm.ts';

/** Every read of rows of the history fails with this error, until it is disposed of. */
export function brokenStore({ em }: Orm, error: Error): Disposable {
  const fork = em.fork.bind(em);
  em.fork = () => Object.assign(fork(), broken(error));
  return {
    [Symbol.dispose]() {
      em.fork = fork;
    },
  };
}

/** @returns the manager, whose readers get this error */
export function brokenManager(em: EntityManager, error: Error): EntityManager {
  return Object.assign(em, broken(error));
}

function broken(error: Error) {
  tagOrigin(error, 'history');
  return { getKysely: () => ({ executeQuery: () => Promise.reject(error) }) as never };
}
