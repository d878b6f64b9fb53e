import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { callingUser } from '../decisions/who-decides.ts';
import { messageOf } from '../errors/error-code.ts';
import { givenPath } from '../launch/given-path.ts';
import { exportClient } from '../offboarding/export-client.ts';
import type { Streams } from './command.ts';
import { ask, cancel, confirm, list, printCertificate } from './erasing.ts';
import { type CommandStores, NO_TOKEN, withStores } from './with-stores.ts';

const USAGE = `Hands all that is kept of a client over, and erases it. A CLIENT is a database, or the beginning of names followed by *.
sudo lumbung runs it as the user of the service, with its variables.

  sudo lumbung export CLIENT --to FOLDER
  sudo lumbung erase CLIENT --reason WHY
  sudo lumbung erase CLIENT --confirm CODE
  sudo lumbung erase --list
  sudo lumbung erase --cancel ID
  sudo lumbung erase --certificate ID

export  copies the zips, what is known of each, and a page that shows them into a folder. When it was interrupted, run it
        again: it goes on. It overwrites nothing
erase   shows what would be erased, and a code
  --confirm      erases it in seven days. Until then it can be cancelled. It prints a key: only with that key can anyone
                 tell later whose certificate it is
  --list         shows what waits, and what was erased
  --cancel       takes an erasure back
  --certificate  prints the certificate of an erasure that is done, as JSON
`;

/**
 * What `lumbung export …` does.
 * @returns the exit code: 0, or 1 when it could not be done, or a backup could not be copied
 */
export function runExport(args: readonly string[], env: NodeJS.ProcessEnv, streams: Streams): Promise<number> {
  return guarded(streams, args, async () => {
    const options = { to: { type: 'string' } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
    const [client, ...more] = positionals;
    const { to } = values;
    if (client === undefined || more.length > 0 || !to)
      throw new Error("export takes one client and a folder: sudo lumbung export 'acme_*' --to FOLDER");
    return withStores(env, streams.err, stores => exportTo(stores, { client, to: givenPath(env, to) }, streams));
  });
}

/**
 * What `lumbung erase …` does.
 * @returns the exit code: 0, or 1 when it could not be done
 */
export function runErase(args: readonly string[], env: NodeJS.ProcessEnv, streams: Streams): Promise<number> {
  return guarded(streams, args, async () => {
    const text = { type: 'string' } as const;
    const options = {
      reason: text,
      confirm: text,
      cancel: text,
      certificate: text,
      list: { type: 'boolean' },
    } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
    const [client, ...more] = positionals;
    const given = Object.keys(values);
    const needsClient = values.reason !== undefined || values.confirm !== undefined;
    if (given.length !== 1 || more.length > 0 || needsClient !== (client !== undefined))
      throw new Error(
        'erase takes a client with --reason or --confirm, or one of --list, --cancel, --certificate: see --help',
      );
    return withStores(env, streams.err, async stores => {
      if (values.reason !== undefined) await ask(stores, { client: client!, reason: values.reason }, streams);
      else if (values.confirm !== undefined) await confirm(stores, { client: client!, code: values.confirm }, streams);
      else if (values.cancel !== undefined) await cancel(stores, values.cancel, streams);
      else if (values.certificate !== undefined) await printCertificate(stores, values.certificate, streams);
      else await list(stores, streams);
      return 0;
    });
  });
}

async function exportTo(
  { em, storage, audit, config }: CommandStores,
  { client, to }: { client: string; to: string },
  { err }: Streams,
): Promise<number> {
  const detail = { client, system_user: callingUser() };
  const done = await audit.change({ actor: NO_TOKEN, action: 'export', detail }, async note => {
    const exporting = { em, storage, now: new Date(), storageDir: config.storageDir };
    const done = await exportClient(
      {
        ...exporting,
        onBackup: ({ id, fileName }, result) => {
          if (result === 'damaged' || result === 'missing')
            err.write(`Backup ${id} is ${result}, and is not in the export: ${fileName}\n`);
        },
      },
      client,
      to,
    );
    note({ ...detail, ...done });
    return done;
  });
  const { databases, copied, there, damaged, missing, removed } = done;
  const before = there > 0 ? `, and ${there} were there from an earlier run` : '';
  err.write(
    `Copied ${copied} backups of ${databases} databases of ${client} to ${resolve(to)}${before}. ${damaged + missing} could not be copied; ${removed} had been removed before.\n`,
  );
  return damaged + missing > 0 ? 1 : 0;
}

async function guarded({ out, err }: Streams, args: readonly string[], work: () => Promise<number>): Promise<number> {
  try {
    if (args.length > 0 && !args.includes('--help')) return await work();
    out.write(USAGE);
    return 0;
  } catch (error) {
    err.write(`${messageOf(error)}\n`);
    return 1;
  }
}
