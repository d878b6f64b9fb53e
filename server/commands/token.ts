import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { makeToken } from '../../protocol/access/token-text.ts';
import { minuteOf } from '../../protocol/texts/minute.ts';
import type { Audit } from '../audit/audit.ts';
import type { AuditAction } from '../audit/entry.ts';
import { callingUser } from '../decisions/who-decides.ts';
import { messageOf } from '../errors/error-code.ts';
import { AppError } from '../errors/errors.ts';
import { tokenInWords, tokenTable } from '../tokens/token-screen.ts';
import { type MadeToken, TokenStore } from '../tokens/token-store.ts';
import { durationMs, wantedToken } from '../tokens/wanted-token.ts';
import type { Streams } from './command.ts';
import { type CommandStores, NO_TOKEN, withStores } from './with-stores.ts';

const USAGE = `Makes, lists, revokes and rotates the tokens of Lumbung, also while the service runs.
sudo lumbung runs it as the user of the service, with its variables.

  sudo lumbung token create --name NAME --role ROLE --scope NAMES [--expires TIME]
  sudo lumbung token list
  sudo lumbung token revoke NAME
  sudo lumbung token rotate NAME [--overlap TIME] [--expires TIME]
  sudo lumbung token generate

create    makes a token and prints it on stdout. It is shown once.
  --role     upload: sends backups and reports, and reads nothing. read: lists and downloads. operator: as
             read, and decides (losses, pins, removals, pauses, alarms). admin: everything
  --scope    a database, or the beginning of names followed by *, such as 'acme_*'. May be given several
             times. An admin has all databases
  --expires  when it ends, such as 365d or 12h; never, when left out
list      prints all tokens, without their secret text: that is shown only once
revoke    ends the tokens of that name immediately
rotate    makes a new token of that name and prints it; the old one works for --overlap longer, 7d when
          left out
generate  prints a token that no one knows yet, for ADMIN_TOKEN_FILE
`;

const ENTRY_OPTIONS = {
  name: { type: 'string' },
  role: { type: 'string' },
  scope: { type: 'string', multiple: true },
  expires: { type: 'string' },
} as const;

/**
 * What `lumbung token …` does. What it prints on stdout is a token and nothing else, or the list.
 * @param args behind `token`
 * @returns the exit code: 0, or 1 when it could not be done
 */
export async function runTokenCommand(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, err }: Streams,
): Promise<number> {
  const [command = '--help', ...rest] = args;
  try {
    if (command === '--help' || rest.includes('--help')) out.write(USAGE);
    else if (command === 'generate') out.write(`${makeToken()}\n`);
    else if (isCommand(command))
      return await withStores(env, err, stores => runStored(command, stores, { rest, out, err }));
    else throw new Error(`there is no command "token ${command}": sudo lumbung token --help lists them`);
    return 0;
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}

async function runStored(
  command: Command,
  { history, storage, audit, config }: CommandStores,
  run: Omit<Run, keyof Kept>,
): Promise<number> {
  const store = new TokenStore({ history, storage });
  await store.sync();
  await COMMANDS[command]({ store, audit, storageDir: resolve(config.storageDir), ...run });
  return 0;
}

/** The tokens, and the trail of who changed them. */
interface Kept {
  readonly store: TokenStore;
  readonly audit: Audit;
  /** The folder of the zips. With other variables than those of the service it is another one, or a new one. */
  readonly storageDir: string;
}

interface Run extends Streams, Kept {
  readonly rest: string[];
}

type Command = keyof typeof COMMANDS;

const COMMANDS = {
  async create({ store, audit, storageDir, rest, out, err }: Run) {
    const { values } = parseArgs({ args: rest, options: ENTRY_OPTIONS, strict: true });
    const { name = '', role = '', scope, expires } = values;
    const wanted = wantedToken({ name, role, scope, expires });
    const made = await audit.change(deed('token_create', { name, role, scope: wanted.scope }), () =>
      store.create(wanted),
    );
    show(made, out);
    err.write(
      `Made the token ${name} (${tokenInWords(made.token)}) in STORAGE_DIR ${storageDir}. It is not shown again: keep it in a file.\n`,
    );
  },
  async list({ store, storageDir, rest, out, err }: Run) {
    parseArgs({ args: rest, options: {}, strict: true });
    const tokens = await store.list();
    out.write(tokenTable(tokens));
    if (tokens.length === 0) err.write(`No token exists (STORAGE_DIR is ${storageDir}). ${WHICH_SERVICE}\n`);
  },
  async revoke({ store, audit, storageDir, rest, err }: Run) {
    const { positionals } = parseArgs({ args: rest, options: {}, strict: true, allowPositionals: true });
    const name = oneName(positionals, 'revoke');
    const count = await audit.change(deed('token_revoke', { name }), () =>
      store.revoke(name).catch(atStorage(storageDir)),
    );
    err.write(
      `Revoked the token ${name}${count === 0 ? ', which was not in use any more' : ''}. It ends within a second.\n`,
    );
  },
  async rotate({ store, audit, storageDir, rest, out, err }: Run) {
    const options = { overlap: { type: 'string', default: '7d' }, expires: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: rest, options, strict: true, allowPositionals: true });
    const name = oneName(positionals, 'rotate');
    const overlapMs = durationMs('overlap', values.overlap);
    const lifetimeMs = values.expires === undefined ? undefined : durationMs('expires', values.expires);
    const made = await audit.change(deed('token_rotate', { name, overlap_seconds: overlapMs / 1000 }), () =>
      store.rotate(name, { overlapMs, lifetimeMs }).catch(atStorage(storageDir)),
    );
    show(made, out);
    const until = minuteOf(new Date(Date.now() + overlapMs));
    err.write(
      `Made a new token ${name} (${tokenInWords(made.token)}). It is not shown again: keep it in a file. The old one works until ${until}.\n`,
    );
  },
};

const WHICH_SERVICE =
  'If you mean another service, run the command with its STORAGE_DIR and DATABASE_URL (docs/install.md#the-command-lumbung)';

/** Adds where a token was looked for that does not exist: usually the variables of the service were left out. */
function atStorage(storageDir: string): (error: unknown) => never {
  return error => {
    if (!(error instanceof AppError) || error.status !== 404) throw error;
    throw new AppError(404, error.code, `${error.message} (STORAGE_DIR is ${storageDir}). ${WHICH_SERVICE}`);
  };
}

function isCommand(text: string): text is Command {
  return Object.hasOwn(COMMANDS, text);
}

function show({ text }: MadeToken, out: Streams['out']): void {
  out.write(`${text}\n`);
}

function oneName(names: readonly string[], command: string): string {
  const [name, ...more] = names;
  if (name !== undefined && more.length === 0) return name;
  throw new Error(`token ${command} takes the name of one token: sudo lumbung token list shows them`);
}

/** @returns what a command does, for the audit trail */
function deed(action: AuditAction, detail: Record<string, unknown>) {
  return { actor: NO_TOKEN, action, detail: { ...detail, system_user: callingUser() } };
}
