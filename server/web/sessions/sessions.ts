import { createHmac, hash, randomBytes } from 'node:crypto';
import { Session } from '../../entities/session.entity.ts';
import type { EntityManager } from '../../history/orm.ts';

/** How long a session lasts in which no page is asked for, in milliseconds: a working day. */
export const IDLE_MS = 12 * 3_600_000;

/** How long it lasts at most: a working week, so that a stolen cookie ends. */
export const LONGEST_MS = 7 * 86_400_000;

/** So many has a token at most: with one more the oldest ends. */
export const MOST_PER_TOKEN = 20;

/** How often it is written that a session was used at most. */
const SEEN_NOTED_MS = 60_000;

interface Reading {
  readonly em: EntityManager;
  readonly now?: Date;
}

/** Who signs in, and from where. */
interface SignIn {
  readonly tokenHash: string;
  /** The name of the token. */
  readonly token: string;
  readonly address: string;
  /** The header User-Agent. */
  readonly browser: string;
}

/**
 * Begins a session.
 * @returns its id, and what the cookie holds: 32 random bytes, which are kept nowhere
 */
export async function startSession(
  { em, now = new Date() }: Reading,
  { tokenHash, token, ...from }: SignIn,
): Promise<{ readonly id: number; readonly value: string }> {
  const value = randomBytes(32).toString('base64url');
  const shown = {
    address: from.address.slice(0, 64),
    browser: from.browser.toWellFormed().slice(0, 200).toWellFormed(),
  };
  const id = await em.insert(Session, {
    hash: hashOf(value),
    tokenHash,
    token,
    createdAt: now,
    lastSeenAt: now,
    ...shown,
  });
  const kept = await em.find(
    Session,
    { tokenHash },
    { orderBy: { id: 'desc' }, limit: 1, offset: MOST_PER_TOKEN - 1, fields: ['id'] },
  );
  if (kept[0]) await em.nativeDelete(Session, { tokenHash, id: { $lt: kept[0].id } });
  return { id: Number(id), value };
}

/** @param value of a cookie, from anyone @returns the session, if it goes on */
export async function findSession({ em, now = new Date() }: Reading, value: string): Promise<Session | undefined> {
  if (!/^[\w-]{43}$/.test(value)) return undefined;
  const session = await em.findOne(Session, { hash: hashOf(value) });
  return session && isAlive(session, now) ? session : undefined;
}

/** Notes that a person has used it. No page has to wait for that, nor fail with it: a full disk must not hide how the service is. */
export async function noteUse({ em, now = new Date() }: Reading, { id, lastSeenAt }: Session): Promise<void> {
  if (now.getTime() - lastSeenAt.getTime() < SEEN_NOTED_MS) return;
  await em.nativeUpdate(Session, { id }, { lastSeenAt: now }).catch(() => undefined);
}

/** @param tokenHash of the token whose sessions are meant; all when left out @returns those that go on, the newest first */
export async function listSessions({ em, now = new Date() }: Reading, tokenHash?: string): Promise<Session[]> {
  const isAliveNow = {
    lastSeenAt: { $gt: new Date(now.getTime() - IDLE_MS) },
    createdAt: { $gt: new Date(now.getTime() - LONGEST_MS) },
  };
  const ofToken = tokenHash === undefined ? {} : { tokenHash };
  return em.find(Session, { ...isAliveNow, ...ofToken }, { orderBy: { id: 'desc' }, limit: 1_000 });
}

/** @returns whether there is a session of that id still: no one has ended it */
export async function hasSession({ em }: Reading, id: number): Promise<boolean> {
  return (await em.count(Session, { id })) > 0;
}

/** @param tokenHash see `listSessions` @returns the session that has ended; undefined when no session has that id */
export async function endSession({ em }: Reading, id: number, tokenHash?: string): Promise<Session | undefined> {
  const session = await em.findOne(Session, { id, ...(tokenHash !== undefined && { tokenHash }) });
  if (session) await em.nativeDelete(Session, { id });
  return session ?? undefined;
}

/** Removes those that have ended by themselves. */
export async function forgetEndedSessions({ em, now = new Date() }: Reading): Promise<void> {
  await em.nativeDelete(Session, { lastSeenAt: { $lte: new Date(now.getTime() - IDLE_MS) } });
  await em.nativeDelete(Session, { createdAt: { $lte: new Date(now.getTime() - LONGEST_MS) } });
}

/** @param value what the cookie holds @returns what the forms of that session show: no one can tell the one from the other */
export function csrfTokenOf(value: string): string {
  return createHmac('sha256', value).update('lumbung csrf').digest('base64url');
}

function isAlive({ createdAt, lastSeenAt }: Session, now: Date): boolean {
  return now.getTime() - lastSeenAt.getTime() < IDLE_MS && now.getTime() - createdAt.getTime() < LONGEST_MS;
}

function hashOf(value: string): string {
  return hash('sha256', value);
}
