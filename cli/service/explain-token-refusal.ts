import { ROLES } from '../../protocol/access/roles.ts';
import type { ServiceAccess } from '../access/service-access.ts';
import { ServiceRefusal } from './service-errors.ts';

interface Refused {
  readonly access: ServiceAccess;
  /** That the request was about, where it was about one. */
  readonly database: string | undefined;
  readonly status: number;
  readonly code: string;
  /** What the service says. */
  readonly said: string;
  readonly cause: unknown;
}

/** @returns which token was refused, why, and what to do; undefined for a refusal for another reason */
export function explainTokenRefusal(refused: Refused): ServiceRefusal | undefined {
  const { access, database, status, code, said, cause } = refused;
  const make = ({ message, advice, why }: Explanation) =>
    new ServiceRefusal(message, {
      ...{ status, code, cause, advice },
      ...(why !== undefined && { sharedCause: { where: access.server.origin, why } }),
    });
  const about = { from: access.token?.from, origin: access.server.origin, database, said };
  if (code === 'UNAUTHENTICATED') return make(about.from === undefined ? missing(about) : notAccepted(about));
  if (code === 'FORBIDDEN') return make(roleLacks(about));
  if (code === 'OUT_OF_SCOPE') return make(outOfScope(about));
  return undefined;
}

interface Explanation {
  readonly message: string;
  readonly advice: string;
  /** Where it is the same for every database. */
  readonly why?: string;
}

interface About {
  /** Where the token was found; undefined when none was sent. */
  readonly from: string | undefined;
  readonly origin: string;
  readonly database: string | undefined;
  readonly said: string;
}

const makeOne = (role: string = 'ROLE') =>
  `on the machine of the service: sudo lumbung token create --name NAME --role ${role} --scope 'NAMES'`;
const MAKE = makeOne();

function missing({ origin }: About): Explanation {
  return {
    message: `the service at ${origin} asks for a token, and none was given (401 UNAUTHENTICATED)`,
    advice: `Name the file that holds it: --token-file FILE, or SADE_TOKEN_FILE. A token is made ${MAKE}.`,
    why: 'asks for a token, and none was given',
  };
}

function notAccepted({ origin, from, said }: About): Explanation {
  // Such as "The token acme has expired on …"; behind it stands what a client without an advice of its own needs.
  const [reason = said] = said.split('. ');
  return {
    message: `the service at ${origin} does not accept the token of ${from} (401 UNAUTHENTICATED: ${reason})`,
    advice: `Make a new one ${MAKE}. Put it where the old one is: ${from}. docs/how-to/when-a-token-is-stolen-or-expired.md shows how.`,
    why: `does not accept the token of ${from}: ${reason.replace(/^The /, 'the ')}`,
  };
}

function roleLacks({ from, origin, database, said }: About): Explanation {
  const what = database === undefined ? 'this' : `this for ${database}`;
  return {
    message: `the service at ${origin} does not allow ${what} with the token of ${from ?? 'no one'} (403 FORBIDDEN: ${said})`,
    advice: `${WHICH_ROLE} ${otherToken(said)}`,
    ...(from !== undefined && { why: `does not allow this with the role of the token of ${from}` }),
  };
}

const WHICH_ROLE =
  'sade doctor shows the role of a token. Backups need upload; lists, downloads and restores need read; sade accept needs operator.';

/** @param said such as "…, and this needs operator or admin": the first role can do no more than is needed */
function otherToken(said: string): string {
  const needed = /, and this needs (\w+)/.exec(said)?.[1];
  const role = ROLES.find(known => known === needed);
  if (role === undefined) return `Make a token with that role ${MAKE}.`;
  // A thief of a machine that makes backups must read nothing, and accept nothing.
  const where = role === 'upload' ? '' : ', on your own machine and not on the one that makes backups';
  return `Use a token of the role ${role}${where}: --token-file FILE. To make one, ${makeOne(role)}.`;
}

function outOfScope({ from, origin, database, said }: About): Explanation {
  const scope = /: its scope is (.+)$/.exec(said)?.[1];
  return {
    message: `the token of ${from} is not for ${database ?? 'this database'}: the service at ${origin} refuses it (403 OUT_OF_SCOPE: ${said})`,
    advice: `Make one with a wider scope, ${makeOne(/may not upload/.test(said) ? 'upload' : undefined)}. An entry of the list of databases can name it as token_file. sade doctor shows which databases a token is for.`,
    // In these words it is the same for all databases that a token is not for.
    why: `refuses the token of ${from} for what is not in its scope${scope === undefined ? '' : ` (${scope})`}`,
  };
}
