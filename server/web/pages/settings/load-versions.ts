import { readFile } from 'node:fs/promises';
import process from 'node:process';

/** A program or a library, as it is installed. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** As its package says, such as `MIT`; undefined where that says nothing. */
  readonly licence: string | undefined;
}

export interface Versions {
  /** Lumbung itself and the runtime. */
  readonly own: readonly Part[];
  /** What the service is made of, by name. */
  readonly libraries: readonly Part[];
}

const ROOT = new URL('../../../../', import.meta.url);

let loading: Promise<Versions> | undefined;

/** Reads what is installed; once, since it changes only with the service. */
export function loadVersions(): Promise<Versions> {
  loading ??= read().catch(error => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function read(): Promise<Versions> {
  const root = await packageAt(ROOT);
  const names = Object.keys(root?.dependencies ?? {}).sort();
  const found = await Promise.all(names.map(name => packageAt(new URL(`node_modules/${name}/`, ROOT))));
  const libraries = found.flatMap((one, at) =>
    one ? [{ name: names[at]!, version: one.version ?? '', licence: one.license }] : [],
  );
  const runtime = { name: 'Node.js', version: process.versions.node, licence: 'MIT' };
  const own = { name: 'Lumbung', version: root?.version ?? '', licence: root?.license };
  return { own: [own, runtime], libraries };
}

interface Package {
  readonly version?: string;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** @returns undefined where it is not installed there */
async function packageAt(folder: URL): Promise<Package | undefined> {
  const text = await readFile(new URL('package.json', folder), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
