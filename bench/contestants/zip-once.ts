// Our zip stage, in a process of its own:  zip-once.ts SOURCE TARGET LEVEL [--observe]
// Prints what it took without the start of the process.
import process from 'node:process';
import { DumpObserver } from '../../cli/manifest/dump-observer.ts';
import { widenThreadPool } from '../../cli/pipeline/thread-pool.ts';
import { zip } from '../../testing/zips/zip-file.ts';
import { tell } from './tell.ts';

widenThreadPool(process.env);
const [source, target, level, option] = process.argv.slice(2) as [string, string, string, string?];
const observe = option === '--observe' ? new DumpObserver().observe : undefined;
await tell(async () => void (await zip(source, target, { level: Number(level), observe })));
