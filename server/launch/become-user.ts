import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { nameOfUser } from '../../protocol/access/system-user.ts';

/** As whom the service runs: by name as its unit has it, or as the owner of its files. */
export type ServiceUser = { readonly name: string } | { readonly uid: number; readonly gid: number };

/**
 * Lets this process run as that user from now on, permanently. What another user, such as root, writes there the service could not read.
 * @throws Error of one line when this process is another user's, and not root's
 */
export function becomeUser(user: ServiceUser | undefined): void {
  const own = process.getuid?.();
  if (user === undefined || own === undefined) return;
  const { uid, gid, groups } = 'name' in user ? idsOf(user.name) : { ...user, groups: [user.gid] };
  if (uid === own) return;
  if (own !== 0) {
    const name = 'name' in user ? user.name : `with the id ${uid}`;
    throw new Error(
      `the service runs as the user ${name}, and this is ${nameOfUser() ?? own}. Run the command again with sudo in front: sudo lumbung`,
    );
  }
  process.setgroups?.(groups);
  process.setgid?.(gid);
  process.setuid?.(uid);
}

function idsOf(name: string): { uid: number; gid: number; groups: number[] } {
  const ask = (option: string) => {
    try {
      return execFileSync('id', [option, '--', name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    } catch (cause) {
      throw new Error(`the service runs as the user ${name}, and this machine has no such user`, { cause });
    }
  };
  return { uid: Number(ask('-u')), gid: Number(ask('-g')), groups: ask('-G').split(' ').map(Number) };
}
