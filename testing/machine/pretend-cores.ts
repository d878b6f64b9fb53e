/** Preloaded (`--import`), it makes a program believe that its machine has as many cores as PRETENDED_CORES says. */
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

os.availableParallelism = () => Number(process.env.PRETENDED_CORES);
syncBuiltinESMExports();
