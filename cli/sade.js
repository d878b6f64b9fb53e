#!/usr/bin/env node
// Plain JavaScript, so that an old Node gets a sentence and no stack: only a newer one reads the sources as they are.
const needed = 24;
if (Number(process.versions.node.split('.')[0]) >= needed) {
  await keepCompiled();
  await import('./main.ts');
} else {
  console.error(
    `sade: this is Node ${process.versions.node}, and sade needs ${needed} or newer. One came with the npm packages:`,
  );
  console.error(
    '      run "npx sade …" in its folder, or put that folder\'s node_modules/.bin before the others in PATH.',
  );
  process.exitCode = 3;
}

/**
 * Lets Node keep what it makes of the sources: half of a start is reading them. They are kept beside the code and not in
 * the folder for temporary files: whoever may write there may change the program anyhow. Where that can't be written, each
 * start takes its fifth of a second longer.
 */
async function keepCompiled() {
  const { enableCompileCache } = await import('node:module');
  const { fileURLToPath } = await import('node:url');
  enableCompileCache?.(fileURLToPath(new URL('../node_modules/.cache/sade', import.meta.url)));
}
