#!/usr/bin/env node
// The script `sade` starts this. It is plain JavaScript, so that an old Node prints a sentence and no stack trace: only a
// newer one reads the sources as they are.
import { fileURLToPath } from 'node:url';

const needed = 24;
if (Number(process.versions.node.split('.')[0]) >= needed) {
  await keepCompiled();
  await import('./main.ts');
} else {
  const installed = fileURLToPath(new URL('..', import.meta.url));
  console.error(`sade: this is Node ${process.versions.node}, and sade needs ${needed} or newer.`);
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
