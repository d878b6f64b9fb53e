import type { Dependencies } from '../../server/app.ts';
import type { Principal } from '../../server/auth/principal.ts';
import { BrowserHere } from './browser-here.ts';

/** Those who look at the dashboard of a test: each is let in by its name as the token. */
const READERS: Readonly<Record<string, Pick<Principal, 'role' | 'scope'>>> = {
  admin: { role: 'admin', scope: ['*'] },
  operator: { role: 'operator', scope: ['*'] },
  reader: { role: 'read', scope: ['*'] },
  acme: { role: 'operator', scope: ['acme_*'] },
};

/** The access of a service that lets these in, and no one else, for `runApp`. */
export const READER_ACCESS: Dependencies['access'] = {
  isOpen: async () => false,
  find: async text => {
    const found = READERS[text];
    return found ? { principal: { tokenId: undefined, name: text, ...found } } : { refusal: 'it is unknown' };
  },
  findByHash: async () => ({ refusal: 'no one signs in here' }),
  refusesForwarded: false,
};

/** @returns the browser of one of them, which shows its token with each request */
export function browserOf(url: string, reader: 'admin' | 'operator' | 'reader' | 'acme', language = 'en'): BrowserHere {
  return new BrowserHere(url, { authorization: `Bearer ${reader}`, 'accept-language': language });
}
