import { runTokenCommand } from '../../server/commands/token.ts';

/** What a command about tokens has printed. */
export interface TokenRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs in this process what `lumbung token …` runs. @param env of the service */
export async function tokenCommand(env: Record<string, string>, ...args: string[]): Promise<TokenRun> {
  const [out, err]: [string[], string[]] = [[], []];
  const to = (texts: string[]) => ({ write: (text: string) => texts.push(text) });
  const code = await runTokenCommand(args, env, { out: to(out), err: to(err) });
  return { code, out: out.join(''), err: err.join('') };
}

/** @returns the text of a new token @throws Error when it could not be made */
export async function createToken(
  env: Record<string, string>,
  { name, role, scope = [], expires }: { name: string; role: string; scope?: readonly string[]; expires?: string },
): Promise<string> {
  const options = [...scope.flatMap(entry => ['--scope', entry]), ...(expires ? ['--expires', expires] : [])];
  const { code, out, err } = await tokenCommand(env, 'create', '--name', name, '--role', role, ...options);
  if (code !== 0) throw new Error(err);
  return out.trim();
}

/** @returns the headers with which a request shows a token */
export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}
