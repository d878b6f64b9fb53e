import { readFile } from 'node:fs/promises';
import { replaceDatabase } from '../../cli/restore/replace/replace-database.ts';
import { replaceOrder, type ServerAddress } from './replace-scene.ts';

/** A replace in a process of its own, which kills itself in front of a statement, or right behind it: ADDRESS DUMP PATTERN before|during */
const [address, dump, pattern, when] = process.argv.slice(2) as [string, string, string, 'before' | 'during'];
const kill = () => process.kill(process.pid, 'SIGKILL');
const order = await replaceOrder(JSON.parse(address) as ServerAddress, 'shop', await readFile(dump), {
  beforeEach: statement => {
    if (!new RegExp(pattern, 'i').test(statement)) return;
    if (when === 'before') kill();
    else setTimeout(kill, 1);
  },
});
process.stdout.write(`${(await replaceDatabase(order)).end}\n`);
