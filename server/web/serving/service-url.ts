import { isIPv6 } from 'node:net';
import type { Context } from 'koa';
import { shellWord } from '../../../protocol/texts/shell-word.ts';

/**
 * @param publicUrl PUBLIC_URL
 * @returns where clients reach the service, for the commands of a page: as it is typed into a shell, without a slash at its end. Without
 *   PUBLIC_URL it is what the browser asked, as it was checked before: the field Host alone may be of anyone
 */
export function serviceUrlOf({ state, req }: Context, publicUrl: URL | undefined): string {
  if (publicUrl) return shellWord(publicUrl.href.replace(/\/+$/, ''));
  // HTTP/1.0 needs to name no host.
  const { localAddress = '127.0.0.1', localPort } = req.socket;
  const { name, port } = state.host ?? { name: localAddress, port: localPort };
  const host = isIPv6(name) ? `[${name}]` : name;
  return shellWord(`${state.isSecure ? 'https' : 'http'}://${host}${port === undefined ? '' : `:${port}`}`);
}
