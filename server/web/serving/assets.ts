import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

/** A file of the dashboard that changes only with the service. */
export interface Asset {
  readonly type: 'text/css' | 'text/javascript';
  readonly bytes: Buffer;
  readonly etag: string;
}

interface Loaded {
  readonly files: ReadonlyMap<string, Asset>;
  readonly addresses: { readonly style: string; readonly scripts: readonly string[] };
}

const FOLDER = new URL('../assets/', import.meta.url);

/** The style and the scripts of all pages, read once, when they are first asked for. */
export class Assets {
  #loading: Promise<Loaded> | undefined;

  /** @returns the paths of all of them below the dashboard: with another content they have another one */
  async addresses(): Promise<Loaded['addresses']> {
    return (await this.#load()).addresses;
  }

  /** @param name such as `style-0123456789abcdef.css` @returns undefined when there is no such file: no path is ever made of a name */
  async find(name: string): Promise<Asset | undefined> {
    return (await this.#load()).files.get(name);
  }

  async #load(): Promise<Loaded> {
    this.#loading ??= loadAll().catch(error => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }
}

/** All styles are one file, `style.css` first; each script is one. */
async function loadAll(): Promise<Loaded> {
  const names = (await readdir(FOLDER)).sort();
  const styles = names
    .filter(name => name.endsWith('.css'))
    .sort((a, b) => Number(b === 'style.css') - Number(a === 'style.css'));
  const parts = await Promise.all(styles.map(name => readFile(new URL(name, FOLDER))));
  const style = named('style', 'css', 'text/css', Buffer.concat(parts));
  const scripts = await Promise.all(
    names
      .filter(name => name.endsWith('.js'))
      .map(async name => named(name.slice(0, -3), 'js', 'text/javascript', await readFile(new URL(name, FOLDER)))),
  );
  return {
    files: new Map([style, ...scripts].map(({ name, asset }) => [name, asset])),
    addresses: { style: `/assets/${style.name}`, scripts: scripts.map(({ name }) => `/assets/${name}`) },
  };
}

function named(stem: string, extension: string, type: Asset['type'], bytes: Buffer) {
  const digest = hash('sha256', bytes).slice(0, 16);
  return { name: `${stem}-${digest}.${extension}`, asset: { type, bytes, etag: `"${digest}"` } };
}
