import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';

const ROOT = resolve(import.meta.dirname, '..');

interface Import {
  /** The importing file, from the root of the repository. */
  readonly from: string;
  /** A file of ours from the root, or the name of a package. */
  readonly to: string;
}

/** docs/explanation/architecture.md, "Who may import whom". A rule tells of an import that it forbids. */
const RULES: Record<string, (imported: Import) => boolean> = {
  'server and cli do not know each other': ({ from, to }) =>
    (inside(from, 'server') && inside(to, 'cli')) || (inside(from, 'cli') && inside(to, 'server')),
  'the protocol imports nothing of ours': ({ from, to }) =>
    inside(from, 'protocol') && isOurs(to) && !inside(to, 'protocol'),
  'the channel library imports nothing of ours': ({ from, to }) =>
    inside(from, 'cli/channel') && isOurs(to) && !inside(to, 'cli/channel'),
  'the channel library imports no package': ({ from, to }) =>
    inside(from, 'cli/channel') && !isOurs(to) && !to.startsWith('node:'),
  'nobody imports a main': ({ to }) => to === 'server/main.ts' || to === 'cli/main.ts',
  'only main and tests import the app': ({ from, to }) => to === 'server/app.ts' && from !== 'server/main.ts',
  'only the app imports routes, and only graphql resolvers': ({ from, to }) =>
    (/-?routes?\.ts$/.test(to) && inside(to, 'server') && from !== 'server/app.ts') ||
    (to.endsWith('/resolvers.ts') && from !== 'server/graphql/create-graphql.ts'),
  'only main of the CLI imports commands': ({ from, to }) =>
    inside(to, 'cli/commands') && !inside(from, 'cli/commands') && from !== 'cli/main.ts',
  'what asks the service does not know the pipeline': ({ from, to }) =>
    (from === 'cli/service.ts' || (inside(from, 'cli/service') && !from.endsWith('.test.ts'))) &&
    inside(to, 'cli/pipeline'),
  'the inventory knows no more than what a manifest is': ({ from, to }) =>
    inside(from, 'cli/inventory') &&
    !from.endsWith('.test.ts') &&
    !inside(to, 'cli/inventory') &&
    to !== 'protocol/manifest.ts' &&
    to !== 'iconv-lite',
  'the pipeline does not know the commands': ({ from, to }) =>
    inside(from, 'cli/pipeline') && inside(to, 'cli/commands'),
  'the storage never sees entities, the history or HTTP': ({ from, to }) =>
    inside(from, 'server/storage') &&
    isOurs(to) &&
    !inside(to, 'server/storage') &&
    !inside(to, 'protocol') &&
    to !== 'server/origin.ts',
  'where an error arose is noted by all, and knows nothing': ({ from }) => from === 'server/origin.ts',
  'features know the storage only by its interface': ({ from, to }) =>
    inside(to, 'server/storage') &&
    to !== 'server/storage/storage.ts' &&
    !inside(from, 'server/storage') &&
    from !== 'server/main.ts',
  'koa appears only in app, http, auth and routes': ({ from, to }) =>
    /^(koa|@koa\/router|@koa\/multer|multer)$/.test(to) &&
    !/^server\/(app\.ts|http\/|auth\/|\w+\/([\w-]+-)?routes\.ts)/.test(from),
  'errors know no package': ({ from, to }) => from === 'server/errors.ts' && !isOurs(to),
  'ky only where uploads are sent': only('ky', /^cli\/(pipeline\/upload|service|service\/explain-service-error)\.ts$/),
  'sade only in the main of the CLI': only('sade', /^cli\/main\.ts$/),
  'multer only where forms are read': only('@koa/multer', /^server\/http\/upload-form\.ts$/),
  'graphql-yoga only where GraphQL is joined': only(
    'graphql-yoga',
    /^server\/graphql\/(create-graphql|end-refused|errors|limits|only-json)\.ts$/,
  ),
  'kysely only where the history is opened and read': only(
    'kysely',
    /^server\/history\/(kept-statements|lending-driver|mysql-dialect|read-rows|sqlite-dialect|sqlite-store)\.ts$/,
  ),
  'what reads zips knows no more than bytes': ({ from, to }) =>
    inside(from, 'server/zip') && !inside(to, 'server/zip') && !to.startsWith('node:'),
  'adm-zip only for the small zip of sade doctor': only('adm-zip', /^cli\/doctor\/bundle\.ts$/),
};

describe('import rules', () => {
  const imports = ['protocol', 'server', 'cli'].flatMap(sources).flatMap(importsOf);

  it('sees the imports', () => {
    expect(imports).to.deep.include({ from: 'server/main.ts', to: 'server/app.ts' });
    expect(imports).to.deep.include({ from: 'server/app.ts', to: 'koa' });
    expect(imports.length).to.be.greaterThan(100);
  });

  for (const [rule, forbids] of Object.entries(RULES))
    it(rule, () => {
      const breaches = imports.filter(forbids).map(({ from, to }) => `${from} imports ${to}`);
      expect(breaches).to.deep.equal([]);
    });
});

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
