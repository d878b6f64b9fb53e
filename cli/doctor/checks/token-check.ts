import { scopeCovers } from '../../../protocol/access/scope-names.ts';
import type { Whoami } from '../../../protocol/access/whoami.ts';
import { firstNames } from '../../../protocol/first-names.ts';
import { accessFor, type ServiceAccess } from '../../access/service-access.ts';
import type { DatabaseSource } from '../../config/databases.ts';
import { ExplainedError } from '../../errors.ts';
import { isAboutToken } from '../../service/service-errors.ts';
import { inLocalTime } from '../../terminal/local-time.ts';
import { type Check, type Checked, checkReporter } from './check.ts';

export interface TokenCheckOptions {
  readonly access: ServiceAccess;
  readonly sources: readonly DatabaseSource[];
  /** Asks the service who it takes the caller for; undefined for a service that has no tokens. @throws {ExplainedError} */
  readonly ask: (access: ServiceAccess) => Promise<Whoami['data'] | undefined>;
  readonly now?: Date;
}

export interface TokenCheck extends Checked {
  /** Whether the service can be asked for more than what an upload needs. */
  readonly mayRead: boolean;
}

const DAY_MS = 86_400_000;

/** Time enough to make another one, also where that is someone else's task. */
const EXPIRES_SOON_DAYS = 30;

/** Checks each token that a backup uses: what it may do, for which databases, and for how long. */
export async function checkTokens(options: TokenCheckOptions): Promise<TokenCheck> {
  const { access, sources } = options;
  const checks: Check[] = [];
  let mayRead = true;
  for (const use of usesOf(access, sources)) {
    const found = await checkToken(use, options);
    checks.push(...found.checks);
    if (use.access.token?.text === access.token?.text) mayRead = found.mayRead;
  }
  const isOwn = access.token === undefined && sources.length > 0 && sources.every(({ token }) => token);
  if (!mayRead || isOwn) checks.push(checkReporter('service', access.server.href).ok(SKIPPED));
  return { checks, mayRead: mayRead && !isOwn };
}

const SKIPPED =
  "not checked, since the token may only upload: the service's version, clock, room and limits, and the newest backups";

/** A token, and the databases whose backups are uploaded with it. */
interface TokenUse {
  readonly access: ServiceAccess;
  readonly labels: readonly string[];
}

/** @returns each token once; where none is sent for a database, that too */
function usesOf(access: ServiceAccess, sources: readonly DatabaseSource[]): TokenUse[] {
  const uses = new Map<string | undefined, TokenUse & { labels: string[] }>();
  if (access.token || sources.length === 0) uses.set(access.token?.text, { access, labels: [] });
  for (const source of sources) {
    const own = accessFor(access, source);
    const use = uses.get(own.token?.text) ?? { access: own, labels: [] };
    use.labels.push(source.label);
    uses.set(own.token?.text, use);
  }
  return [...uses.values()];
}

async function checkToken(
  { access, labels }: TokenUse,
  { ask, now = new Date() }: TokenCheckOptions,
): Promise<TokenCheck> {
  const { fail } = checkReporter('service', access.server.href);
  try {
    const who = await ask(access);
    if (who === undefined || who.mode === 'open') return { checks: [], mayRead: true };
    return { checks: describe(who, { access, labels, now }), mayRead: who.role !== 'upload' };
  } catch (error) {
    // What else is wrong with the service shows the next check.
    if (!(error instanceof ExplainedError && isAboutToken(error))) return { checks: [], mayRead: true };
    return { checks: [fail(error.message, error.advice)], mayRead: false };
  }
}

type Described = TokenUse & { readonly now: Date };

function describe(who: Whoami['data'], { access, labels, now }: Described): Check[] {
  const { ok, warn, fail } = checkReporter('service', access.server.href);
  const { name, role, scope } = who;
  const expires = who.expires_at === null ? undefined : new Date(who.expires_at);
  const until = expires ? `until ${inLocalTime(expires)}` : 'without an end';
  const what = `the token ${name} of ${access.token?.from}`;
  const checks = [ok(`${what} has the role ${role} for ${scope.join(', ')}, ${until}`)];
  const isForBackups = labels.length > 0;
  if (isForBackups && role === 'admin') checks.push(warn(`${what} can do more than a backup needs: anything`, NARROW));
  else if (isForBackups && role !== 'upload')
    checks.push(fail(`${what} can't upload the backups of ${firstNames(labels)}: its role is ${role}`, NARROW));
  const uncovered = labels.filter(label => !scopeCovers(scope, label));
  if (uncovered.length > 0)
    checks.push(fail(`${what} is not for ${firstNames(uncovered)}: every upload is refused`, WIDEN));
  const days = expires ? (expires.getTime() - now.getTime()) / DAY_MS : Number.POSITIVE_INFINITY;
  if (days <= EXPIRES_SOON_DAYS)
    checks.push(warn(`${what} expires in ${daysLeft(days)}`, `On the machine of the service: ${ROTATE}`));
  return checks;
}

function daysLeft(days: number): string {
  const whole = Math.floor(days);
  return whole < 1 ? 'less than a day' : `${whole} day${whole === 1 ? '' : 's'}`;
}

const MAKE = "sudo lumbung token create --name NAME --role upload --scope 'NAMES'";
const ROTATE = 'sudo lumbung token rotate NAME. It prints the new token: write it where the old one is.';
const NARROW = `Anyone who breaks into this machine could use it. Make one for uploads only, on the machine of the service: ${MAKE}`;
const WIDEN = `Make one whose scope has these names, on the machine of the service: ${MAKE}`;
