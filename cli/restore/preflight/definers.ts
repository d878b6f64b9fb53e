import { type DefinitionNeeds, KIND_NAMES, type ObjectKind } from '../../../protocol/manifest.ts';
import { isKeyOf } from '../../../protocol/texts/is-key-of.ts';
import type { Session } from '../../mysql/connect.ts';
import { isServersAnswer } from '../../mysql/servers-answer.ts';
import { parseGrants } from '../../preflight/privileges/grants.ts';
import { Rights } from '../../preflight/privileges/rights.ts';
import type { RestoreWish } from '../target/restore-wish.ts';
import type { TargetFacts } from '../target/target-facts.ts';

/** An account other than the one that restores, to which views, triggers, routines or events of a backup belong. */
export interface ForeignDefiner {
  /** As a statement names it. */
  readonly account: string;
  readonly objects: Partial<Record<ObjectKind, number>>;
  /** Whether the target has it; null where the user that restores may not see that. */
  readonly exists: boolean | null;
  /** Rights on the whole server that it has, and the user that restores has not; null where that is not known. */
  readonly moreRights: readonly string[] | null;
}

/** So many are asked for; a backup has one or two. */
const MOST_ASKED = 50;

/** @returns the accounts that will own something on the target, and are not the one that restores */
export async function askForeignDefiners(
  session: Session,
  facts: TargetFacts,
  { needs, wish }: { readonly needs: DefinitionNeeds; readonly wish: RestoreWish },
): Promise<ForeignDefiner[]> {
  if (wish.definer !== 'keep' || wish.parts === 'data') return [];
  const own = ownName(facts.account);
  const found: ForeignDefiner[] = [];
  for (const { account, objects } of needs.definers.slice(0, MOST_ASKED)) {
    const wanted = wish.tables ? objectsOfTables(objects) : objects;
    if (account === own || Object.keys(wanted).length === 0) continue;
    found.push({ account, objects: wanted, ...(await rightsOf(session, facts, account)) });
  }
  return found;
}

/** Only triggers come with single tables. */
function objectsOfTables({ triggers }: ForeignDefiner['objects']): ForeignDefiner['objects'] {
  return triggers ? { triggers } : {};
}

async function rightsOf(session: Session, facts: TargetFacts, account: string) {
  // A manifest may say anything.
  if (!ACCOUNT.test(account)) return { exists: null, moreRights: null };
  try {
    const lines = (await session.ask(`show grants for ${account}`)).map(([line]) => String(line));
    const { flavour, hasPartialRevokes, ignoresCase, hasActiveRoles } = facts;
    const rules = { flavour, areNamesLiteral: hasPartialRevokes, ignoresCase, hasActiveRoles };
    const theirs = new Rights(parseGrants(lines), rules);
    const moreRights = POWERS.filter(right => theirs.everywhere(right) && !facts.rights.everywhere(right));
    return { exists: true, moreRights };
  } catch (error) {
    if (!isServersAnswer(error)) throw error;
    const isAbsent = error.errno === NO_SUCH_GRANT;
    return { exists: isAbsent ? false : null, moreRights: null };
  }
}

const ACCOUNT = /^`(?:[^`]|``)*`(?:@`(?:[^`]|``)*`)?$/;
const NO_SUCH_GRANT = 1141;

/** Rights with which one can do anything on a server, or read all of it. */
const POWERS = ['SUPER', 'CREATE USER', 'FILE', 'SYSTEM_USER', 'DROP', 'UPDATE', 'INSERT', 'SELECT', 'EXECUTE'];

/** `user@host`, as CURRENT_USER() gives it, as a statement names it. */
function ownName(account: string): string {
  const at = account.lastIndexOf('@');
  const quoted = (name: string) => `\`${name.replaceAll('`', '``')}\``;
  return at < 0 ? quoted(account) : `${quoted(account.slice(0, at))}@${quoted(account.slice(at + 1))}`;
}

/** @returns such as `` `root`@`localhost` (2 events, 1 procedure) `` */
export function describeDefiner({ account, objects }: ForeignDefiner): string {
  const counted = Object.entries(objects).map(([kind, n]) => {
    const name = isKeyOf(KIND_NAMES, kind) ? KIND_NAMES[kind] : kind;
    return `${n} ${n === 1 ? name : kind.replace('_', ' ')}`;
  });
  return `${account} (${counted.join(', ')})`;
}

/** @returns what a person must weigh before the code of a backup runs with the rights of others */
export function definerWarnings(definers: readonly ForeignDefiner[], account: string): string[] {
  const safer = `Keep that only if you trust the server that was dumped. The safer way: --definer drop, by which all belongs to ${account}`;
  return definers.flatMap(definer => {
    const who = describeDefiner(definer);
    if (definer.exists === false)
      return [
        `${who} does not exist on this server: what belongs to it fails with error 1449, and runs with the rights of the account that gets that name later. CREATE USER and GRANT first, or restore with --definer drop, or with --definer USER@HOST`,
      ];
    if (definer.exists === null)
      return [
        `${who} keeps what belongs to it, which runs with its rights; whether it exists here, and what it may do, this user can't see. ${safer}`,
      ];
    if (!definer.moreRights || definer.moreRights.length === 0) return [];
    return [
      `${who} has more rights on this server than ${account} (${definer.moreRights.join(', ')}): what belongs to it runs with these, events by themselves. ${safer}`,
    ];
  });
}
