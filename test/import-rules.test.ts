import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const ROOT = resolve(import.meta.dirname, '..');

interface Import {
  /** The importing file, from the root of the repository. */
  readonly from: string;
  /** A file of ours from the root, or the name of a package. */
  readonly to: string;
}

/** docs/explanation/architecture.md, "Who may import whom". A rule reports an import that it forbids. */
const RULES: Record<string, (imported: Import) => boolean> = {
  'server and cli do not know each other': ({ from, to }) =>
    (inside(from, 'server') && inside(to, 'cli')) || (inside(from, 'cli') && inside(to, 'server')),
  'the protocol imports nothing of ours': ({ from, to }) =>
    inside(from, 'protocol') && isOurs(to) && !inside(to, 'protocol'),
  'the channel library imports nothing of ours': ({ from, to }) =>
    inside(from, 'cli/channel') && isOurs(to) && !inside(to, 'cli/channel'),
  'the channel library imports no package': ({ from, to }) =>
    inside(from, 'cli/channel') && !isOurs(to) && !to.startsWith('node:'),
  'no program imports what its tests share': ({ to }) => inside(to, 'testing') || inside(to, 'test'),
  'no one imports a main': ({ to }) => to === 'server/main.ts' || to === 'cli/main.ts',
  'only main of the CLI and tests import its program': ({ from, to }) =>
    to === 'cli/program.ts' && from !== 'cli/main.ts',
  'only the service and tests import the app': ({ from, to }) =>
    to === 'server/app.ts' && from !== 'server/start/service.ts',
  'only the app imports routes, and only the GraphQL API its resolvers': ({ from, to }) =>
    (/-?routes?\.ts$/.test(to) && inside(to, 'server') && from !== 'server/app.ts') ||
    (to.endsWith('-resolvers.ts') && from !== 'server/graphql-api/create-graphql.ts'),
  'only the program of the CLI imports commands': ({ from, to }) =>
    inside(to, 'cli/commands') && !inside(from, 'cli/commands') && from !== 'cli/program.ts',
  'what asks the service does not know the pipeline': ({ from, to }) =>
    inside(from, 'cli/service') && (inside(to, 'cli/pipeline') || inside(to, 'cli/upload')),
  'the parser of dumps knows no more than what a manifest is': ({ from, to }) =>
    inside(from, 'cli/dump-parser') &&
    !inside(to, 'cli/dump-parser') &&
    to !== 'protocol/manifest.ts' &&
    to !== 'iconv-lite',
  'the pipeline does not know the commands': ({ from, to }) =>
    inside(from, 'cli/pipeline') && inside(to, 'cli/commands'),
  'the storage never sees entities, the history or HTTP': ({ from, to }) =>
    inside(from, 'server/storage') &&
    isOurs(to) &&
    !inside(to, 'server/storage') &&
    !inside(to, 'protocol') &&
    !/^server\/errors\/error-(code|origin)\.ts$/.test(to),
  'the code and the origin of an error are read by all, and know nothing': ({ from }) =>
    /^server\/errors\/error-(code|origin)\.ts$/.test(from),
  'features know the storage only by its interface': ({ from, to }) =>
    inside(to, 'server/storage') &&
    to !== 'server/storage/storage.ts' &&
    !inside(from, 'server/storage') &&
    from !== 'server/start/stores.ts',
  'koa appears only in app, http, auth, the serving of the dashboard, and routes': ({ from, to }) =>
    /^(koa|@koa\/router|@koa\/multer|multer)$/.test(to) &&
    !/^server\/(app\.ts|http\/|auth\/|graphql-api\/(graphql-route|graphiql-page)\.ts|web\/serving\/|(\w+\/)+([\w-]+-)?routes\.ts)/.test(
      from,
    ),
  'errors know no package': ({ from, to }) => from === 'server/errors/errors.ts' && !isOurs(to),
  'ky only where the service is asked': only(
    'ky',
    /^cli\/(upload\/upload|service\/service|service\/pause|service\/explain-service-error)\.ts$/,
  ),
  'sade only in the program of the CLI': only('sade', /^cli\/program\.ts$/),
  'prom-client only where metrics are written': only('prom-client', /^server\/metrics\/exposition\.ts$/),
  'multer only where forms are read': only('@koa/multer', /^server\/http\/upload-form\/parse-form\.ts$/),
  'graphql-yoga only where GraphQL is joined': only(
    'graphql-yoga',
    /^server\/graphql-api\/(create-graphql|end-refused|errors|limits|note-refusals|only-json)\.ts$/,
  ),
  'kysely only where the history is opened and read': only('kysely', /^server\/history\//),
  'no one knows the audit trail as an entity: what adds to it and searches it builds its own statements': ({
    from,
    to,
  }) => to === 'server/entities/audit-entry.entity.ts' && from !== 'server/history/tables.ts',
  'what reads zips knows no more than bytes': ({ from, to }) =>
    inside(from, 'protocol/zip') && !inside(to, 'protocol/zip') && !to.startsWith('node:'),
  'adm-zip only for the small zip of sade doctor': only('adm-zip', /^cli\/doctor\/bundle\.ts$/),
};

describe('import rules', () => {
  const files = ['protocol', 'server', 'cli'].flatMap(sources);
  const imports = files.flatMap(importsOf);

  it('sees the imports', () => {
    expect(imports).to.deep.include({ from: 'server/start/service.ts', to: 'server/app.ts' });
    expect(imports).to.deep.include({ from: 'server/app.ts', to: 'koa' });
    expect(imports.length).to.be.greaterThan(100);
  });

  for (const [rule, forbids] of Object.entries(RULES))
    it(rule, () => {
      const breaches = imports.filter(forbids).map(({ from, to }) => `${from} imports ${to}`);
      expect(breaches).to.deep.equal([]);
    });

  it('no room imports one that imports it, types included, directly or by a longer way', () => {
    expect(circlesOf(imports)).to.deep.equal([]);
  });

  it('no room has more than 15 files beside its tests', () => {
    const sizes = Map.groupBy(files.map(roomOf), room => room);
    const crowded = [...sizes].filter(([room, { length }]) => length > MOST_FILES && !isGenerated(room));
    expect(crowded.map(([room, { length }]) => `${room} has ${length}`)).to.deep.equal([]);
  });

  it('docs/explanation/architecture.md names every room', () => {
    const map = readFileSync(join(ROOT, ARCHITECTURE), 'utf8');
    const rooms = new Set(files.map(file => dirname(file)).filter(room => !isGenerated(room)));
    const unknown = [...rooms].filter(room => !map.includes(`\`${room}/\``));
    expect(unknown).to.deep.equal([]);
  });

  it('docs/explanation/architecture.md names no file that does not exist', () => {
    const map = readFileSync(join(ROOT, ARCHITECTURE), 'utf8');
    const named = [...map.matchAll(/`((?:cli|server|protocol|testing|test|bench|scripts)\/[\w./-]*)`/g)];
    expect(named.length).to.be.greaterThan(60);
    expect(named.map(([, path]) => path!).filter(path => !existsSync(join(ROOT, path)))).to.deep.equal([]);
  });
});

const MOST_FILES = 15;

const ARCHITECTURE = 'docs/explanation/architecture.md';

function isGenerated(room: string): boolean {
  return inside(room, 'server/migrations');
}

/** A file that stands in no folder of its program is a room of its own: `main.ts` is above all others, `errors.ts` below them. */
function roomOf(path: string): string {
  return /^(cli|server)\/[^/]+$/.test(path) ? path : dirname(path);
}

/** @returns for each room that can be reached from itself the shortest way back to it, such as `a > b > a` */
function circlesOf(imports: readonly Import[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const { from, to } of imports)
    if (isOurs(to) && roomOf(from) !== roomOf(to))
      next.set(roomOf(from), (next.get(roomOf(from)) ?? new Set()).add(roomOf(to)));
  return [...next.keys()].flatMap(start => wayBack(start, next) ?? []);
}

function wayBack(start: string, next: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const seen = new Set<string>();
  let ways = [[start]];
  while (ways.length > 0) {
    const longer = ways.flatMap(way => [...(next.get(way.at(-1)!) ?? [])].map(room => [...way, room]));
    const circle = longer.find(way => way.at(-1) === start);
    if (circle) return circle.join(' > ');
    ways = longer.filter(way => !seen.has(way.at(-1)!));
    for (const way of ways) seen.add(way.at(-1)!);
  }
  return undefined;
}

/** Tests and what supports them may import what they like. */
function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(name => name.endsWith('.ts') && !/\.(test|conformance)\.ts$|\/testing\/|node_modules/.test(name));
}

function importsOf(from: string): Import[] {
  const code = readFileSync(join(ROOT, from), 'utf8');
  const specifiers = code.matchAll(
    /^(?:import|export)\b[^'";]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...specifiers].map(([, ...names]) => {
    const name = names.find(Boolean)!;
    return { from, to: name.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(from), name)) : name };
  });
}

function only(library: string, where: RegExp): (imported: Import) => boolean {
  return ({ from, to }) => to === library && !where.test(from);
}

function inside(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function isOurs(path: string): boolean {
  return path.endsWith('.ts');
}
