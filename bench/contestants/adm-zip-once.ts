// What a program does that zips with adm-zip:  adm-zip-once.ts SOURCE TARGET
// Prints what it took without the start of the process.
import process from 'node:process';
import AdmZip from 'adm-zip';
import { tell } from './tell.ts';

const [source, target] = process.argv.slice(2) as [string, string];

await tell(async () => {
  const zip = new AdmZip();
  zip.addLocalFile(source);
  zip.writeZip(target);
});
