import { resolve } from 'node:path';
import process from 'node:process';
import { systemUser } from '../../protocol/access/system-user.ts';
import { VARIABLES } from '../config.ts';
import { messageOf } from '../errors/error-code.ts';
import { becomeUser } from './become-user.ts';
import { findService } from './find-service.ts';

const INSTALLED = resolve(import.meta.dirname, '../..');

/**
 * Gives this process what the service has, its variables, its folder and its user, and then lets it do what the command line says.
 * Without arguments it shows the usage: a second service would be a mistake.
 * @param main runs what stands in `process.argv`
 */
export async function launch(main: () => Promise<unknown>): Promise<void> {
  try {
    const service = await findService({ env: process.env, installed: INSTALLED });
    // Behind sudo all are root, and then the user of the service.
    process.env.LUMBUNG_CALLED_BY = process.env.SUDO_USER || systemUser();
    if (service) {
      // Paths in the command line are relative to the folder of the caller.
      process.env.LUMBUNG_CALLED_FROM = process.cwd();
      if (service.umask !== undefined) process.umask(Number.parseInt(service.umask, 8));
      becomeUser(service.user);
      process.chdir(service.folder);
      // The service does not have those of the caller either.
      for (const { name } of Object.values(VARIABLES)) delete process.env[name];
      Object.assign(process.env, service.env);
    }
  } catch (error) {
    process.stderr.write(`lumbung: ${messageOf(error)}\n`);
    process.exitCode = 1;
    return;
  }
  if (process.argv.length < 3) process.argv.push('--help');
  await main();
}
