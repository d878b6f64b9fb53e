#!/usr/bin/env node
// The script `sade` starts this. It is plain JavaScript, so that an old Node prints a sentence and no stack trace: only a
// newer one reads the sources as they are. One before 24.3 warns at each start, which cron would mail; one before 24.5 cannot trust
// the CA of --ca-file.
import { fileURLToPath } from 'node:url';

const needed = [24, 5];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major > needed[0] || (major === needed[0] && minor >= needed[1])) {
  await keepCompiled();
  await import('./main.ts');
} else {
  const installed = fileURLToPath(new URL('..', import.meta.url));
  console.error(`sade: this is Node ${process.versions.node}, and sade needs ${needed.join('.')} or newer.`);
  console.error(`      Run ${installed}cli/sade: it uses the Node that "npm ci" installs in ${installed}node_modules.`);
  process.exitCode = 3;
}

/**
 * Lets Node keep what it makes of the sources: half of a start is reading them. They are kept beside the code and not in
 * the folder for temporary files: a user who may write there may change the program anyhow. Where that can't be written, each
 * start takes its fifth of a second longer.
 */
async function keepCompiled() {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/sade', import.meta.url)));
}
