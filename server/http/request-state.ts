import type { RefusedToken } from '../auth/authenticate.ts';
import type { Principal } from '../auth/principal.ts';
import type { EntityManager } from '../history/orm.ts';
import type { HostName } from './hosts/host-name.ts';

declare module 'koa' {
  /** What the middleware notes about a request, in the order of app.ts: all that follows may rely on it. */
  interface DefaultState {
    requestId: string;
    /** Of the client: of the connection, or what a trusted proxy says; an IPv4 address is never written as one of IPv6. */
    address: string;
    /** Whether the client's own connection is encrypted, to the service or to a trusted proxy. */
    isSecure: boolean;
    /** The code of the error that was answered. */
    code?: string;
    /** The host that the request asked; HTTP/1.0 may name none. */
    host: HostName | undefined;
    /** Whether a page of another origin has sent the request. */
    isForeign: boolean;
    em: EntityManager;
    /** Who has sent the request. */
    principal: Principal;
    /** The token that it was refused for. */
    refusedToken?: RefusedToken | undefined;
    /** Of the dashboard: what a browser that has signed in shows, in place of its token. */
    session?: { readonly id: number; readonly tokenHash: string; readonly csrfToken: string } | undefined;
    /** Of the dashboard: whether a session was shown that has ended. */
    hasEndedSession?: boolean;
    /** Of the dashboard: what each of its forms shows. Empty where no one is known. */
    csrfToken?: string;
    /** Of the dashboard: the fields of the form that was sent, once its token was checked. */
    form?: URLSearchParams;
  }
}
