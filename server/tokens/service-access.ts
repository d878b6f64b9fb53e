import { BlockList, isIP } from 'node:net';
import type { Logger } from 'pino';
import { shellWord } from '../../protocol/texts/shell-word.ts';
import type { Access, Found } from '../auth/authenticate.ts';
import type { Orm } from '../history/orm.ts';
import type { Storage } from '../storage/storage.ts';
import { type AdminToken, readAdminToken } from './admin-token.ts';
import { TokenFinder } from './find-token.ts';
import { TokenStore } from './token-store.ts';

interface Settings {
  /** The address that the service listens on. */
  readonly host: string;
  readonly allowAnonymous: boolean;
  readonly adminTokenFile: string | undefined;
}

interface Parts {
  readonly history: Orm;
  readonly storage: Storage;
  readonly log: Logger;
}

interface Start {
  readonly admin: AdminToken | undefined;
  readonly isOpen: boolean;
  /** Whether it may be open to other machines. */
  readonly allowsAnonymous: boolean;
}

/** How long the service believes what it knows of the file: so soon it sees what another process has changed there. */
const BELIEVED_MS = 1_000;

/** Who may use the service, while it runs. */
class ServiceAccess implements Access {
  readonly store: TokenStore;
  readonly #parts: Parts;
  readonly #finder: TokenFinder;
  readonly #admin: AdminToken | undefined;
  readonly #allowsAnonymous: boolean;
  #isOpen: boolean;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #caughtUpAt = Number.NEGATIVE_INFINITY;
  #catchingUp: Promise<void> | undefined;

  constructor(parts: Parts, store: TokenStore, { admin, isOpen, allowsAnonymous }: Start) {
    this.#parts = parts;
    this.store = store;
    this.#finder = new TokenFinder(parts);
    this.#admin = admin;
    this.#isOpen = isOpen;
    this.#allowsAnonymous = allowsAnonymous;
    store.onChange(() => {
      this.#close();
      this.#finder.forget();
    });
  }

  /** Whether what came through a proxy is refused: it would open to others what is open to this machine only. */
  get refusesForwarded(): boolean {
    return this.#isOpen && !this.#allowsAnonymous;
  }

  async isOpen(): Promise<boolean> {
    const now = performance.now();
    if (!this.#isOpen || now - this.#lookedAt < BELIEVED_MS) return this.#isOpen;
    this.#lookedAt = now;
    // While the storage is away there is nothing to be read, and nothing known.
    if (await this.store.hasExisted().catch(() => false)) this.#close();
    return this.#isOpen;
  }

  async find(text: string): Promise<Found> {
    this.#catchUp();
    const principal = this.#admin?.find(text);
    return principal ? { principal } : this.#finder.find(text);
  }

  async findByHash(hash: string): Promise<Found> {
    this.#catchUp();
    const principal = this.#admin?.findByHash(hash);
    return principal ? { principal } : this.#finder.findByHash(hash);
  }

  /** Says once, when the service has its address, that everyone may do everything, and how to change that. */
  warnIfOpen(): void {
    const everyone = this.#allowsAnonymous ? 'everyone who reaches the service' : 'everyone on this machine';
    if (this.#isOpen)
      this.#parts.log.warn(
        `No token exists: ${everyone} may read and upload all backups. To change this, make a token: ${MAKE_ONE}`,
      );
  }

  /** Resolves when nothing of it needs the history any more. */
  async settle(): Promise<void> {
    await this.#catchingUp;
    await this.#finder.settle();
  }

  /** Once a second at most. No request waits for it: a storage that hangs must not keep those from being answered that need none. */
  #catchUp(): void {
    const now = performance.now();
    if (this.#catchingUp || now - this.#caughtUpAt < BELIEVED_MS) return;
    this.#caughtUpAt = now;
    this.#catchingUp = this.store
      .catchUp()
      .then(hasChanged => {
        if (hasChanged) this.#finder.forget();
      })
      .catch(err => this.#parts.log.warn({ err }, 'the file of the tokens could not be compared with the history'))
      .finally(() => {
        this.#catchingUp = undefined;
      });
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#parts.log.info('A token exists: from now on each request needs one');
  }
}

const MAKE_ONE = 'sudo lumbung token create --name admin --role admin';

/**
 * Decides who may use the service: everyone, only as long as no token has ever existed and only this machine can reach it, or
 * those with a token.
 * @throws Error when it would be open to other machines, or ADMIN_TOKEN_FILE can't be used
 */
export async function openAccess(
  parts: Parts,
  { host, allowAnonymous, adminTokenFile }: Settings,
): Promise<ServiceAccess> {
  const { log } = parts;
  const store = new TokenStore(parts);
  const admin = adminTokenFile === undefined ? undefined : await readAdminToken(adminTokenFile);
  if (adminTokenFile !== undefined && admin?.isReadableByOthers)
    log.warn(`Other users can read ADMIN_TOKEN_FILE: run chmod 600 ${shellWord(adminTokenFile)}`);
  if (admin) await store.markUsed();
  const hasTokens = await store.sync();
  if (!hasTokens && !allowAnonymous && !isLoopback(host))
    throw new Error(
      `HOST is ${host}, and no token exists: everyone who reaches the service could read all backups. Make a token first (${MAKE_ONE}), or set ADMIN_TOKEN_FILE, or listen on 127.0.0.1 only. ALLOW_ANONYMOUS=on starts it anyway`,
    );
  return new ServiceAccess(parts, store, { admin, isOpen: !hasTokens, allowsAnonymous: allowAnonymous });
}

/** @returns whether only this machine can reach the address */
function isLoopback(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(name);
  if (version === 0) return /^localhost\.?$/i.test(name);
  return LOOPBACK.check(name, version === 6 ? 'ipv6' : 'ipv4');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
