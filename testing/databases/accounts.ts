import { startedMariaDb } from './mariadb.ts';

/**
 * Drops the accounts and roles that tests have made on the shared server, if there is one. One that a test file leaves behind, such
 * as `lumbung@127.0.0.1`, would be the one that logs in in the next file, instead of `lumbung@%`.
 */
export async function dropAccounts(): Promise<void> {
  const mariadb = await startedMariaDb();
  const rows = await mariadb?.sql(
    `select if(is_role = 'Y', 'role', 'user') as kind, concat(quote(user), if(is_role = 'Y', '', concat('@', quote(host)))) as account
     from mysql.user where user not in ('root', 'mariadb.sys')`,
  );
  for (const { kind, account } of rows ?? []) await mariadb!.sql(`drop ${kind} ${account}`);
}
