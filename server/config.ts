import { type AnySchema, boolean, type InferType, number, string, ValidationError } from 'yup';
import { isOwnAddress, parseHost } from './http/hosts/host-name.ts';
import { type AddressRange, parseRange } from './http/proxies/trusted-proxies.ts';
import type { CertificateFiles } from './http/tls/certificate.ts';

/** All that is known of an environment variable: parsing, error messages and the docs are made from it. */
export interface Variable<S extends AnySchema = AnySchema> {
  readonly name: string;
  /** What it may be, and its default; its messages begin with the variable's name. */
  readonly schema: S;
  /** How the docs call a default that is not shown as it is. */
  readonly fallbackInDocs?: string;
  /** In few words, without a full stop. */
  readonly meaning: string;
  /** What the docs say beside it: sentences, in Markdown, with links relative to docs/reference/. */
  readonly details?: string;
}

function variable<S extends AnySchema>(
  name: string,
  schema: (name: string) => S,
  rest: Omit<Variable, 'name' | 'schema'>,
): Variable<S> {
  return { name, schema: schema(name), ...rest };
}

/** Of pino, the severest first. */
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** In the order of the docs. The keys are those of the values. */
export const VARIABLES = {
  host: variable(
    'HOST',
    name =>
      string().default('127.0.0.1').matches(/^\S+$/, `${name} must be an address or a host name, such as 127.0.0.1`),
    { meaning: 'the address to listen on' },
  ),
  port: variable('PORT', name => wholeNumber(name, 0, 65_535).default(3000), {
    meaning: 'the port to listen on; 0 picks a free one',
  }),
  publicHosts: variable('PUBLIC_HOSTS', hostNames, {
    meaning: 'the names under which clients reach the service, such as `backups.example.com`, with commas between them',
    details: 'IP addresses, `localhost` and `HOST` are always allowed.',
  }),
  publicUrl: variable(
    'PUBLIC_URL',
    name =>
      string().test(
        'public url',
        `${name} must be an address such as https://backups.example.com/lumbung, with nothing after its path`,
        value => value === undefined || isPlainUrl(value),
      ),
    {
      meaning:
        'the address under which people and clients reach the service, such as `https://backups.example.com/lumbung`',
      details:
        'Mails and other messages link to the pages of the dashboard there; without it they have no links. `Location` begins with it, and its name is one of the `PUBLIC_HOSTS`.',
    },
  ),
  tlsCertFile: variable('TLS_CERT_FILE', filePath, {
    meaning: 'the certificate of the service, followed by those of its chain, in PEM format',
    details:
      'With it and `TLS_KEY_FILE` the service speaks TLS only, 1.2 or newer ([how](../how-to/encrypt-connections.md#the-connections-to-the-service)).',
  }),
  tlsKeyFile: variable('TLS_KEY_FILE', filePath, {
    meaning: 'the key of that certificate, without a passphrase, in PEM format',
  }),
  trustProxy: variable('TRUST_PROXY', proxies, {
    meaning:
      'the addresses of the proxies in front, such as `127.0.0.1` or `10.0.0.0/8`, with commas between them: only their `X-Forwarded-For` and `X-Forwarded-Proto` count',
    details: 'The client is the last address there that is not such a proxy. `X-Forwarded-Host` never counts.',
  }),
  adminTokenFile: variable(
    'ADMIN_TOKEN_FILE',
    name => string().matches(/^[^\0]+$/, `${name} must be the path of a file`),
    {
      meaning: 'a file with a token that may do everything, to begin with',
      details:
        '`sudo lumbung token generate` prints one. The others are [made by a command](../how-to/give-access-with-tokens.md).',
    },
  ),
  allowAnonymous: variable('ALLOW_ANONYMOUS', name => onOff(name).default(false), {
    meaning: 'whether everyone who reaches `HOST` may do everything, as long as no token has ever existed',
    details:
      'Otherwise a service without tokens listens on a loopback address only. It has no effect once a token has existed.',
  }),
  /** Holds a password: never to be logged. */
  databaseUrl: variable('DATABASE_URL', databaseUrl, {
    meaning: 'where the history is',
    details: 'SQLite, or `mysql://user:password@host:port/name` for MySQL 8+ and MariaDB 10.6+.',
  }),
  storageDir: variable(
    'STORAGE_DIR',
    name =>
      string()
        .default('./data/backups')
        .matches(/^[^\0]+$/, `${name} must be the path of a folder`),
    { meaning: 'the folder of the zips' },
  ),
  maxUploadBytes: variable('MAX_UPLOAD_BYTES', name => wholeNumber(name, 1, Number.MAX_SAFE_INTEGER), {
    fallbackInDocs: 'unlimited',
    meaning: 'the largest upload, in bytes',
  }),
  maxDumpBytes: variable('MAX_DUMP_BYTES', name => wholeNumber(name, 1, Number.MAX_SAFE_INTEGER).default(1024 ** 4), {
    fallbackInDocs: '1 TiB',
    meaning: 'the largest plain dump in a zip, in bytes',
    details: 'A zip whose directory shows more is refused before it is read.',
  }),
  maxDumpRatio: variable('MAX_DUMP_RATIO', name => wholeNumber(name, 1, 1032).default(300), {
    meaning: 'how many times as large as its compressed data a dump above 4 GiB may be',
    details: 'The maximum is 1032, which is all that deflate can do.',
  }),
  maxParallelUploads: variable('MAX_PARALLEL_UPLOADS', name => wholeNumber(name, 1, 100_000).default(100), {
    meaning: 'how many uploads may run at once',
    details: 'One more gets 503 with `Retry-After`, before its body is read.',
  }),
  maxParallelUploadsPerToken: variable(
    'MAX_PARALLEL_UPLOADS_PER_TOKEN',
    name => wholeNumber(name, 1, 100_000).default(20),
    { meaning: 'how many of them may be of one token', details: 'A run of `sade` sends 4 at once.' },
  ),
  maxBytesPerDayPerToken: variable(
    'MAX_BYTES_PER_DAY_PER_TOKEN',
    name => wholeNumber(name, 1, Number.MAX_SAFE_INTEGER).default(1024 ** 4),
    {
      fallbackInDocs: '1 TiB',
      meaning: 'how many bytes of backups and reports one token may store within 24 hours',
      details:
        'More get 429 with `Retry-After`, and their zips wait in the work folder of `sade`. Set it to a few times what the largest client stores in a night: then a stolen token does not fill the disk. The default protects only a disk with more than 1 TiB free.',
    },
  ),
  maxRequestsPerMinute: variable('MAX_REQUESTS_PER_MINUTE', name => wholeNumber(name, 1, 10_000_000).default(6_000), {
    meaning: 'how many requests of one token are answered within a minute',
    details: 'More get 429 with `Retry-After`.',
  }),
  maxFailedLogins: variable('MAX_FAILED_LOGINS', name => wholeNumber(name, 1, 1_000_000).default(10), {
    meaning:
      'how many invalid tokens of one address, or of one /64 of IPv6, are answered with 401 within a minute; more get 429 with `Retry-After`',
    details: 'A valid token is accepted at any time.',
  }),
  uploadIdleTimeoutSeconds: variable('UPLOAD_IDLE_TIMEOUT_SECONDS', name => wholeNumber(name, 1, 86_400).default(60), {
    meaning: 'an upload in which nothing moves for so many seconds is ended',
    details: 'Its whole time has no limit.',
  }),
  verifyUploads: variable('VERIFY_UPLOADS', name => onOff(name).default(true), {
    meaning: 'whether the dump in a zip is read when it is received',
    details: '`off` is for a weak machine. Then no backup is better than `unverified`, and `sade backup` exits with 1.',
  }),
  graphqlIntrospection: variable('GRAPHQL_INTROSPECTION', name => onOff(name).default(true), {
    meaning: 'whether clients may ask for the GraphQL schema, and browsers get GraphiQL',
    details: 'With `off`, queries are still answered.',
  }),
  allowEmptyStorage: variable('ALLOW_EMPTY_STORAGE', name => onOff(name).default(false), {
    meaning:
      'whether to start although `STORAGE_DIR` does not hold the storage that the history knows, or none of its backups',
    details:
      'Otherwise the service does not start, since usually a disk is not mounted. Use it for one start: the service then remembers the storage that is there.',
  }),
  allowEmptyHistory: variable('ALLOW_EMPTY_HISTORY', name => onOff(name).default(false), {
    meaning: 'whether to start with a history that knows of no backup, although `STORAGE_DIR` holds recorded ones',
    details:
      'Otherwise the service does not start, since usually a [history was lost](../how-to/rebuild-a-lost-history.md), or `DATABASE_URL` is wrong.',
  }),
  scrubIntervalDays: variable('SCRUB_INTERVAL_DAYS', name => wholeNumber(name, 0, 3_650).default(30), {
    meaning: 'how many days a stored file may go unchecked before it is read again',
    details: '0: only when a scrub is started by hand.',
  }),
  scrubMibPerSecond: variable('SCRUB_MIB_PER_SECOND', name => wholeNumber(name, 0, 100_000).default(50), {
    meaning: 'how many MiB of stored files are read in a second to be checked',
    details: '0: no limit.',
  }),
  auditLogFile: variable('AUDIT_LOG_FILE', name => string().matches(/^[^\0]+$/, `${name} must be the path of a file`), {
    meaning:
      'a file to which each entry of the [audit trail](../how-to/see-who-did-what.md) is added as a line of JSON',
    details: 'For a collector. It may be renamed at any time: the next line begins a new one.',
  }),
  auditKeepYears: variable('AUDIT_KEEP_YEARS', name => wholeNumber(name, 1, 100), {
    fallbackInDocs: 'for ever',
    meaning: 'how many years an entry of the audit trail is kept in the history',
    details: 'Each day the oldest go, a month of them at most, with an entry that says so.',
  }),
  configFile: variable('LUMBUNG_CONFIG', filePath, {
    meaning: 'the file with contracts, groups, retention, channels and routes, in YAML or JSON',
    details:
      'Without it every default holds, and nothing is told to anyone ([how](../how-to/configure-the-service.md)). SIGHUP reads it again.',
  }),
  logLevel: variable(
    'LOG_LEVEL',
    name =>
      string()
        .default('info')
        .oneOf(LEVELS, `${name} must be one of ${LEVELS.join(', ')}`),
    {
      meaning: 'how much the service logs: `fatal`, `error`, `warn`, `info`, `debug` or `trace`',
      details: '`debug` shows a request [as soon as it begins](../how-to/debug-a-run.md#see-what-the-service-does).',
    },
  ),
} as const;

type Values = { readonly [Key in keyof typeof VARIABLES]: InferType<(typeof VARIABLES)[Key]['schema']> };

/** How the service is set up; `loadConfig` is the only reader of the environment. `databaseUrl` holds a password: never log it. */
export interface Config
  extends Omit<Values, 'publicHosts' | 'publicUrl' | 'trustProxy' | 'tlsCertFile' | 'tlsKeyFile'> {
  /** Of the service's own TLS; undefined means plain HTTP. */
  readonly tls: CertificateFiles | undefined;
  /** The proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` count. */
  readonly trustedProxies: readonly AddressRange[];
  /** The names that the service answers to, beside IP addresses and loopback names. */
  readonly publicHosts: readonly string[];
  /** Where `${NAME}` in the file of `configFile` is looked up: never to be logged. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Where a proxy makes the service known, with a slash at its end; undefined means under no path of its own. */
  readonly publicUrl: URL | undefined;
}

/**
 * Reads the configuration from the environment. An empty variable counts as one that is not set.
 * @throws Error that names every mistake, one a line
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const mistakes: string[] = [];
  const read = ({ name, schema }: Variable) => {
    try {
      return schema.validateSync(env[name] === '' ? undefined : env[name]);
    } catch (error) {
      if (!(error instanceof ValidationError)) throw error;
      mistakes.push(error.message);
    }
  };
  const values = Object.fromEntries(
    Object.entries(VARIABLES).map(([key, variable]) => [key, read(variable)]),
  ) as Values;
  if ((values.tlsCertFile === undefined) !== (values.tlsKeyFile === undefined))
    mistakes.push('TLS_CERT_FILE and TLS_KEY_FILE go together: set both, or neither');
  if (mistakes.length > 0)
    throw new Error(`The configuration has mistakes:\n${mistakes.map(line => `  ${line}`).join('\n')}`);
  const { trustProxy, tlsCertFile: certFile, tlsKeyFile: keyFile, ...rest } = values;
  const tls = certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile };
  const publicUrl = values.publicUrl === undefined ? undefined : withSlash(new URL(values.publicUrl));
  const trustedProxies = listed(trustProxy)
    .map(parseRange)
    .filter(range => range !== undefined);
  return Object.freeze({ ...rest, env, publicUrl, publicHosts: allowedNames(values), trustedProxies, tls });
}

function filePath(name: string) {
  return string().matches(/^[^\0]+$/, `${name} must be the path of a file`);
}

function hostNames(name: string) {
  return string()
    .default('')
    .test('hosts', (value, context) => {
      const wrong = listed(value).find(host => parseHost(host)?.port !== undefined || !parseHost(host));
      const message = `${name} must be names such as backups.example.com, without a port, with commas between them, and not ${wrong}`;
      return wrong === undefined ? true : context.createError({ message });
    });
}

function proxies(name: string) {
  return string()
    .default('')
    .test('proxies', (value, context) => {
      const wrong = listed(value).find(text => !parseRange(text));
      const message = `${name} must be addresses such as 127.0.0.1 or ranges such as 10.0.0.0/8, with commas between them, and not ${wrong}`;
      return wrong === undefined ? true : context.createError({ message });
    });
}

function databaseUrl(name: string) {
  return string()
    .default('sqlite:./data/history.sqlite')
    .test('url', (value, context) => {
      const problem = databaseUrlProblem(value);
      return problem ? context.createError({ message: `${name} ${problem}` }) : true;
    });
}

/** Takes no other words: `yes` or `1` may be meant for another program. */
function onOff(name: string) {
  return boolean()
    .transform((_, text) => (text === 'on' ? true : text === 'off' ? false : text))
    .typeError(`${name} must be on or off`);
}

/** HOST is one of them when it is a name, and so is the one of PUBLIC_URL; addresses are always answered to. */
function allowedNames({ host, publicHosts, publicUrl }: Values): readonly string[] {
  const names = [host, ...listed(publicHosts), ...(publicUrl ? [new URL(publicUrl).hostname] : [])];
  return names.filter(name => {
    const host = parseHost(name);
    return host && !isOwnAddress(host.name);
  });
}

function listed(list: string): string[] {
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
    return 'must have nothing after the name of the database: options such as ?ssl=true are not known';
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
