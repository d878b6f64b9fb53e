import { type Parser, Refusal } from './option.ts';

/** @returns each text as it was given; a name may have commas of its own */
export const names: Parser<readonly string[]> = ({ texts }) => {
  if (!/[^,\s]/.test(texts.join())) throw new Refusal({ text: texts.at(-1)!, problem: 'must name at least one table' });
  return texts;
};

/** Who owns what is loaded: as in the backup, the user that restores, or an account. */
export const definer: Parser<'keep' | 'drop' | { readonly user: string; readonly host: string }> = ({ texts }) => {
  const text = texts.at(-1)!;
  if (text === 'keep' || text === 'drop') return text;
  const [, user, host] = /^(.+)@([^@]+)$/u.exec(text) ?? [];
  if (user !== undefined && host !== undefined && !/\p{Cc}/u.test(text)) return { user, host };
  throw new Refusal({ text, problem: 'must be keep, drop, or an account such as app@localhost' });
};

/** Names of collations to others. */
export const collations: Parser<ReadonlyMap<string, string>> = ({ texts }) => {
  const pairs = texts.join(',').split(',');
  const read = pairs.map(pair => /^\s*([\w*]+)=(\w+)\s*$/.exec(pair));
  const wrong = pairs.filter((_, at) => !read[at]);
  if (wrong.length > 0)
    throw new Refusal(
      ...wrong.map(text => ({ text, problem: 'must be two names, such as utf8mb4_0900_ai_ci=utf8mb4_general_ci' })),
    );
  return new Map(read.map(found => [found![1]!, found![2]!]));
};

/** A server as the list of databases names it. */
export interface ListedServer {
  /** A host, or the path of a socket. */
  readonly host: string;
  /** Undefined for all ports of the host. */
  readonly port: number | undefined;
}

/** Takes `HOST`, `HOST:PORT`, an address of IPv6 (in brackets where a port follows), or the path of a socket. */
export const listedServer: Parser<ListedServer> = ({ texts }) => {
  const text = texts.at(-1)!.trim();
  if (text === '') throw new Refusal({ problem: 'must not be empty' });
  const [, inBrackets, name, port] = /^(?:\[([^\]]+)\]|([^:/]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return { host: inBrackets ?? name ?? text, port: port === undefined ? undefined : Number(port) };
};
