import process from 'node:process';
import { systemUser } from '../../protocol/access/system-user.ts';
import type { Actor } from '../audit/entry.ts';

/** @returns who decides over the network, as others will read it years later: such as `token ani` */
export function whoDecides({ token }: Pick<Actor, 'token'>): string {
  return token === undefined ? 'anyone' : `token ${token}`;
}

/** @returns who decides by a command on the machine of the service, in the same form: such as `user root` */
export function userDecides(): string {
  return `user ${callingUser()}`;
}

/** @returns the user of this system who runs a command: before the launcher became the user of the service, and behind sudo */
export function callingUser(): string {
  return process.env.LUMBUNG_CALLED_BY || systemUser();
}
