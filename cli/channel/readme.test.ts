import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

describe('README', () => {
  it('shows code that runs', async () => {
    const text = await readFile(new URL('./README.md', import.meta.url), 'utf8');
    const folder = await mkdtemp(join(tmpdir(), 'channel-readme-'));
    try {
      for (const [index, [, code]] of [...text.matchAll(/^```ts\n(.*?)^```$/gms)].entries()) {
        const file = join(folder, `${index}.ts`);
        await writeFile(
          file,
          code!.replaceAll(/(?<= from ')\.\/[^']+/g, path => new URL(path, import.meta.url).href),
        );
        await import(pathToFileURL(file).href); // the examples assert what they claim
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
