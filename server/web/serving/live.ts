import { PassThrough } from 'node:stream';
import type { Context } from 'koa';
import { type Access, isLetIn } from '../../auth/authenticate.ts';
import { authorize } from '../../auth/policy.ts';
import { tokenNameOf } from '../../auth/principal.ts';
import { covers } from '../../auth/scope.ts';
import type { BackupEvents } from '../../backups/events/backup-events.ts';
import { RetryLater } from '../../errors/errors.ts';
import { isStillSignedIn } from './signing-in.ts';

/** So many pages of a token may listen at once, and of all who need none. */
const MOST_OF_ONE = 20;

interface Listener {
  readonly who: string | undefined;
  /** Whether a change of this database is theirs to know of; undefined is the turn of an evaluation, which comes each minute in any case. */
  isFor(database: string | undefined): boolean;
  tell(): void;
  end(): void;
}

interface Parts {
  readonly access: Access;
  readonly events: BackupEvents;
  /** How often it is looked at whether a listener may go on, and a change waits to be told, in milliseconds. */
  readonly lookEveryMs?: number | undefined;
}

/** Tells open pages that something has changed, and no more: each of them then asks for what it may see. */
export class LivePages {
  readonly #listeners = new Set<Listener>();
  readonly #access: Access;
  readonly #lookEveryMs: number;

  constructor({ access, events, lookEveryMs = 2_000 }: Parts) {
    this.#access = access;
    this.#lookEveryMs = lookEveryMs;
    events.onChange(({ database }) => this.#tell(database));
    events.onEvaluated(() => this.#tell(undefined));
    events.onEnd(() => {
      for (const listener of this.#listeners) listener.end();
    });
  }

  /** How many pages listen. */
  get size(): number {
    return this.#listeners.size;
  }

  /** Answers with an event stream that ends with the session or the token. @throws RetryLater 503 with too many of them */
  listen(ctx: Context): void {
    const { principal } = ctx.state;
    authorize(principal, 'list');
    const who = tokenNameOf(principal);
    if ([...this.#listeners].filter(one => one.who === who).length >= MOST_OF_ONE)
      throw new RetryLater(503, 'TOO_MANY_LISTENERS', `More than ${MOST_OF_ONE} pages of this token listen`, 60);
    ctx.status = 200;
    ctx.type = 'text/event-stream';
    // A proxy that gathers answers would hold the events back.
    ctx.set('X-Accel-Buffering', 'no');
    if (ctx.method === 'HEAD') return;
    ctx.body = this.#stream(ctx, who);
  }

  #stream(ctx: Context, who: string | undefined): PassThrough {
    const { scope } = ctx.state.principal;
    const stream = new PassThrough();
    let hasChanged = false;
    let quietFor = 0;
    let looks = 0;
    const look = async () => {
      looks += 1;
      const isDue = hasChanged || looks % ASK_EVERY === 0;
      if (isDue && !(await isStillIn(ctx, this.#access).catch(() => false))) return end();
      quietFor = hasChanged ? 0 : quietFor + this.#lookEveryMs;
      if (hasChanged) stream.write('data: changed\n\n');
      // A line from time to time shows that the connection is alive, to us and to a proxy.
      else if (quietFor >= ALIVE_EVERY_MS) quietFor = stream.write(':\n\n') ? 0 : quietFor;
      hasChanged = false;
    };
    const timer = setInterval(() => void look(), this.#lookEveryMs).unref();
    const tell = () => {
      hasChanged = true;
    };
    const isFor = (database: string | undefined) => database === undefined || covers(scope, database);
    const listener: Listener = { who, isFor, tell, end: () => end() };
    const end = () => {
      clearInterval(timer);
      this.#listeners.delete(listener);
      stream.end();
    };
    this.#listeners.add(listener);
    ctx.res.once('close', end);
    // A client that closes its side takes no more events.
    ctx.req.socket.once('end', () => ctx.res.destroy());
    stream.write('retry: 5000\n\n');
    return stream;
  }

  #tell(database: string | undefined): void {
    for (const listener of this.#listeners) if (listener.isFor(database)) listener.tell();
  }
}

const ALIVE_EVERY_MS = 15_000;

/** Where nothing has changed, only each third look asks the history whether the session goes on. */
const ASK_EVERY = 3;

function isStillIn(ctx: Context, access: Access): Promise<boolean> {
  return ctx.state.session ? isStillSignedIn(ctx, access) : isLetIn(ctx, access);
}
