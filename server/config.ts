import { type InferType, number, object, string, ValidationError } from 'yup';
import { isOwnAddress, parseHost } from './http/hosts/host-name.ts';

/** How the service is set up; `loadConfig` is the only reader of the environment. */
export interface Config {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The names that the service answers to, beside IP addresses and loopback names. */
  readonly publicHosts: readonly string[];
  /** Where a proxy makes the service known, with a slash at its end; undefined means under no path of its own. */
  readonly publicUrl: URL | undefined;
  /** `sqlite:PATH` or `mysql://user:password@host:port/name`. Holds a password: never to be logged. */
  readonly databaseUrl: string;
  readonly storageDir: string;
  /** The largest zip that is taken, in bytes; undefined means no limit. */
  readonly maxUploadBytes: number | undefined;
  /** The largest plain dump that a zip may hold, in bytes. */
  readonly maxDumpBytes: number;
  /** How many times as large as its compressed data a dump above 4 GiB may be. */
  readonly maxDumpRatio: number;
  /** How long an upload may stay silent, in seconds. */
  readonly uploadIdleTimeoutSeconds: number;
  /** Whether the dump in a zip is read when it is received; if not, its state says so. */
  readonly verifyUploads: boolean;
  /** Whether clients of GraphQL may ask for its schema, and browsers get GraphiQL. */
  readonly graphqlIntrospection: boolean;
  /** Whether the service may start although none of the backups that the history knows is stored. */
  readonly allowEmptyStorage: boolean;
  /** Whether the service may start with an empty history although backups that were recorded lie in the storage. */
  readonly allowEmptyHistory: boolean;
  /** How long a stored file may go unchecked, in days; 0 means that nothing is checked unless somebody asks. */
  readonly scrubIntervalDays: number;
  /** How fast stored files are read to be checked, in MiB a second; 0 means as fast as it goes. */
  readonly scrubMibPerSecond: number;
}

/**
 * Reads the configuration from the environment.
 * @throws Error that names every mistake, one a line
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const settings = validated(given);
  return Object.freeze({
    host: settings.HOST,
    port: settings.PORT,
    publicHosts: publicHosts(settings),
    publicUrl: settings.PUBLIC_URL === undefined ? undefined : withSlash(new URL(settings.PUBLIC_URL)),
    databaseUrl: settings.DATABASE_URL,
    storageDir: settings.STORAGE_DIR,
    maxUploadBytes: settings.MAX_UPLOAD_BYTES,
    maxDumpBytes: settings.MAX_DUMP_BYTES,
    maxDumpRatio: settings.MAX_DUMP_RATIO,
    uploadIdleTimeoutSeconds: settings.UPLOAD_IDLE_TIMEOUT_SECONDS,
    verifyUploads: settings.VERIFY_UPLOADS === 'on',
    graphqlIntrospection: settings.GRAPHQL_INTROSPECTION === 'on',
    allowEmptyStorage: settings.ALLOW_EMPTY_STORAGE === 'on',
    allowEmptyHistory: settings.ALLOW_EMPTY_HISTORY === 'on',
    scrubIntervalDays: settings.SCRUB_INTERVAL_DAYS,
    scrubMibPerSecond: settings.SCRUB_MIB_PER_SECOND,
  });
}

const environment = object({
  HOST: string().default('127.0.0.1').matches(/^\S+$/, 'HOST must be an address or a host name, such as 127.0.0.1'),
  PORT: wholeNumber('PORT', 0, 65_535).default(3000),
  PUBLIC_HOSTS: string()
    .default('')
    .test('hosts', (value, context) => {
      const wrong = namesIn(value).find(name => parseHost(name)?.port !== undefined || !parseHost(name));
      const message = `PUBLIC_HOSTS must be names such as backups.example.com, without a port, with commas between them: ${wrong} is none`;
      return wrong === undefined ? true : context.createError({ message });
    }),
  PUBLIC_URL: string().test(
    'public url',
    'PUBLIC_URL must be an address such as https://backups.example.com/lumbung, with nothing behind its path',
    value => value === undefined || isPlainUrl(value),
  ),
  DATABASE_URL: string()
    .default('sqlite:./data/history.sqlite')
    .test('url', (value, context) => {
      const problem = databaseUrlProblem(value);
      return problem ? context.createError({ message: `DATABASE_URL ${problem}` }) : true;
    }),
  STORAGE_DIR: string()
    .default('./data/backups')
    .matches(/^[^\0]+$/, 'STORAGE_DIR must be the path of a folder'),
  MAX_UPLOAD_BYTES: wholeNumber('MAX_UPLOAD_BYTES', 1, Number.MAX_SAFE_INTEGER),
  MAX_DUMP_BYTES: wholeNumber('MAX_DUMP_BYTES', 1, Number.MAX_SAFE_INTEGER).default(1024 ** 4),
  MAX_DUMP_RATIO: wholeNumber('MAX_DUMP_RATIO', 1, 1032).default(300),
  UPLOAD_IDLE_TIMEOUT_SECONDS: wholeNumber('UPLOAD_IDLE_TIMEOUT_SECONDS', 1, 86_400).default(60),
  VERIFY_UPLOADS: string().default('on').oneOf(['on', 'off'], 'VERIFY_UPLOADS must be on or off'),
  GRAPHQL_INTROSPECTION: string().default('on').oneOf(['on', 'off'], 'GRAPHQL_INTROSPECTION must be on or off'),
  ALLOW_EMPTY_STORAGE: string().default('off').oneOf(['on', 'off'], 'ALLOW_EMPTY_STORAGE must be on or off'),
  ALLOW_EMPTY_HISTORY: string().default('off').oneOf(['on', 'off'], 'ALLOW_EMPTY_HISTORY must be on or off'),
  SCRUB_INTERVAL_DAYS: wholeNumber('SCRUB_INTERVAL_DAYS', 0, 3_650).default(30),
  SCRUB_MIB_PER_SECOND: wholeNumber('SCRUB_MIB_PER_SECOND', 0, 100_000).default(50),
});

/** HOST is one of them when it is a name, and so is the one of PUBLIC_URL; addresses are always answered to. */
function publicHosts({ HOST, PUBLIC_HOSTS, PUBLIC_URL }: InferType<typeof environment>): readonly string[] {
  const names = [HOST, ...namesIn(PUBLIC_HOSTS), ...(PUBLIC_URL ? [new URL(PUBLIC_URL).hostname] : [])];
  return names.filter(name => {
    const host = parseHost(name);
    return host && !isOwnAddress(host.name);
  });
}

function namesIn(list: string): string[] {
  return list.split(/[\s,]+/).filter(name => name !== '');
}

function isPlainUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !url.search && !url.hash && !url.username && !url.password;
}

/** So that what is relative to it stays below it. */
function withSlash(url: URL): URL {
  return url.pathname.endsWith('/') ? url : new URL(`${url.href}/`);
}

function validated(env: object): InferType<typeof environment> {
  try {
    return environment.validateSync(env, { abortEarly: false });
  } catch (error) {
    if (!(error instanceof ValidationError)) throw error;
    throw new Error(`The configuration has mistakes:\n${error.errors.map(line => `  ${line}`).join('\n')}`);
  }
}

function wholeNumber(name: string, min: number, max: number) {
  const message = `${name} must be a whole number from ${min} to ${max}`;
  return number()
    .transform((_, text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN))
    .typeError(message)
    .integer(message)
    .min(min, message)
    .max(max, message);
}

/** Never repeats the URL, which may hold a password. */
function databaseUrlProblem(url: string): string | undefined {
  if (url.startsWith('sqlite:'))
    return /^sqlite:(?:$|:memory:|\/\/)/.test(url) ? 'must name a file: sqlite:./data/history.sqlite' : undefined;
  const form =
    'must look like sqlite:./data/history.sqlite or mysql://user:password@host:3306/name, special characters percent-encoded';
  if (!url.startsWith('mysql://') || !URL.canParse(url) || !isWellEncoded(url)) return form;
  const { hostname, username, pathname, search, hash } = new URL(url);
  if (search || hash)
    return 'must have nothing behind the name of the database: options such as ?ssl=true are not known';
  if (!hostname || !username) return form;
  return pathname.length > 1 && !pathname.slice(1).includes('/')
    ? undefined
    : 'must name a database: mysql://…/name, special characters of the password percent-encoded';
}

function isWellEncoded(url: string): boolean {
  try {
    return decodeURIComponent(url) !== '';
  } catch {
    return false;
  }
}
