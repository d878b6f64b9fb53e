#!/usr/bin/env node
// Plain JavaScript, so that an old Node gets a sentence and no stack: only a newer one reads the sources as they are.
const needed = 24;
if (Number(process.versions.node.split('.')[0]) >= needed) await import('./main.ts');
else {
  console.error(
    `sade: this is Node ${process.versions.node}, and sade needs ${needed} or newer. One came with the npm packages:`,
  );
  console.error(
    '      run "npx sade …" in its folder, or put that folder\'s node_modules/.bin before the others in PATH.',
  );
  process.exitCode = 3;
}
