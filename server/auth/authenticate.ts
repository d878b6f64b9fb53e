import type { Context, Middleware } from 'koa';
import { Unauthenticated } from '../errors/errors.ts';
import { authorize, unauthenticated } from './policy.ts';
import { ANYONE, NO_ONE, type Principal, tokenNameOf } from './principal.ts';

/** What is found for the text of a token: who shows it, or why it is refused. */
export type Found =
  | {
      readonly principal: Principal;
      readonly refusal?: undefined;
      readonly token?: undefined;
      readonly hasExpired?: undefined;
    }
  | {
      readonly principal?: undefined;
      readonly refusal: string;
      /** Which token it was, where that is known: one that was revoked, or has expired. */
      readonly token?: RefusedToken;
      /** Whether it only came to its end: no one has revoked it. */
      readonly hasExpired?: boolean;
    };

/** A token that worked once. */
export type RefusedToken = Pick<Principal, 'tokenId' | 'name'>;

/** What the service knows of tokens. */
export interface Access {
  /** @returns whether everyone may do everything, since no token has ever existed */
  isOpen(): Promise<boolean>;
  /** @param text that a client has shown as its token */
  find(text: string): Promise<Found>;
  /** The same for the SHA-256 of a text, 64 hexadecimal digits: what a session of the dashboard knows. */
  findByHash(hash: string): Promise<Found>;
}

interface Settings {
  readonly access: Access;
  readonly limits: {
    /** Throws when too many tokens of an address were refused. */
    readonly failedLogins: { count(address: string): Promise<void> };
    /** Throws when a token has sent too many requests. */
    readonly requestRate: { count(token: string | undefined): Promise<void> };
  };
  /** What is answered without a token, and without a look at one. */
  readonly isProbe: (ctx: Context) => boolean;
  /** What asks for a page that tells nothing: it needs no token. */
  readonly isPage: (ctx: Context) => boolean;
  /** Who has signed in to the dashboard, where a request for it shows a session that goes on. */
  readonly findSession?: (ctx: Context) => Promise<Principal | undefined>;
}

/**
 * Finds out who sends a request, before any of its body is read: `ctx.state.principal`.
 * @throws AppError 401 without a token, or with one that is refused
 */
export function authenticate(settings: Settings): Middleware {
  return async (ctx, next) => {
    const { limits } = settings;
    const principal = await principalOf(ctx, settings).catch(countFailure(ctx, limits));
    ctx.state.principal = principal;
    await limits.requestRate.count(tokenNameOf(principal));
    await next();
  };
}

async function principalOf(ctx: Context, { access, isProbe, isPage, findSession }: Settings): Promise<Principal> {
  if (isProbe(ctx)) return NO_ONE;
  if (await access.isOpen()) return ANYONE;
  if (ctx.get('Authorization') === '' && !isThereTwice(ctx) && isPage(ctx)) return (await findSession?.(ctx)) ?? NO_ONE;
  return letIn(ctx, await findShown(ctx, access));
}

/** @throws AppError 401 without a token, or with something else */
async function findShown(ctx: Context, access: Access): Promise<Found> {
  const header = ctx.get('Authorization');
  // Node takes the first, and what is in front may have looked at another.
  if (isThereTwice(ctx)) throw unauthenticated('The request has more than one header Authorization', true);
  if (header === '') throw unauthenticated('The service needs a token');
  const text = tokenIn(header);
  if (text === undefined)
    throw unauthenticated('The service needs a token, and the header Authorization has something else', true);
  return access.find(text);
}

/** @throws AppError 401 when the token is refused */
function letIn(ctx: Context, { principal, refusal, token }: Found): Principal {
  if (principal) return principal;
  ctx.state.refusedToken = token;
  throw unauthenticated(refusal, true);
}

/**
 * @param ctx of a request that was let in, maybe long ago
 * @returns whether it still would be
 */
export async function isLetIn({ state, req }: Context, access: Access): Promise<boolean> {
  if (state.principal === ANYONE) return access.isOpen();
  const text = tokenIn(req.headers.authorization ?? '');
  return text !== undefined && (await access.find(text)).principal !== undefined;
}

/**
 * @param ctx of a request that was let in, maybe hours ago
 * @returns whether someone has revoked its token since, or the service needs one now. One that has only expired goes on
 */
export async function isShutOut({ state, req }: Context, access: Access): Promise<boolean> {
  if (state.principal === ANYONE) return !(await access.isOpen());
  const { principal, hasExpired } = await access.find(tokenIn(req.headers.authorization ?? '') ?? '');
  return principal === undefined && hasExpired !== true;
}

/**
 * Refuses an upload that was let in, maybe hours ago, and would not be now, since its token was revoked: a thief could keep
 * uploads open, and end them later. One whose token has only expired meanwhile goes on: a long night is not lost.
 * @param database that it is for
 * @throws AppError 401 when the token was revoked, or the service was open and needs a token now; 403 when the one that it
 *   showed while none was needed may not upload
 */
export async function refuseRevoked(ctx: Context, access: Access, database: string): Promise<void> {
  if (await access.isOpen()) return;
  const found = await findShown(ctx, access);
  if (found.hasExpired && ctx.state.principal !== ANYONE) return;
  authorize(letIn(ctx, found), 'upload', database);
}

/** `headersDistinct` would take all headers of each request apart. */
function isThereTwice({ req }: Context): boolean {
  const names = req.rawHeaders.filter((text, at) => at % 2 === 0 && AUTHORIZATION.test(text));
  return names.length > 1;
}

const AUTHORIZATION = /^authorization$/i;

function tokenIn(header: string): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header.trim())?.[1];
}

/** No token at all is no failed login: it guesses nothing. */
function countFailure(ctx: Context, { failedLogins }: Settings['limits']): (error: unknown) => Promise<never> {
  return async error => {
    if (error instanceof Unauthenticated && error.isInvalid) await failedLogins.count(ctx.state.address);
    throw error;
  };
}
