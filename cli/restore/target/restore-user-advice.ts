import { ExplainedError } from '../../errors.ts';

/** @returns an error of a login as the `restore_username`: its advice is written for the user that backs up, so the keys are replaced */
export function forRestoreUser(error: ExplainedError): ExplainedError {
  const advice = error.advice
    ?.replaceAll('db_username', 'restore_username')
    .replaceAll('db_password', 'restore_password');
  return new ExplainedError(error.message, { cause: error, advice });
}
