import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Service, startService } from '../../testing/service/service.ts';
import { createToken } from '../../testing/service/tokens.ts';
import { fillHistory } from '../history/fill-history.ts';
import { ServerMeter } from '../measuring/server-meter.ts';
import type { Scene } from '../scene.ts';

/** What more rows cost is shown elsewhere. */
export const HISTORY = { databases: 100, days: 100 };
/** Generated backups of databases `client_…`. */
export const READ_SCOPE = ['client_*'];
/** What the uploads are of. */
export const UPLOADED = 'tokens_upload';

/** A service over a generated history in SQLite, with nothing else to do any more. */
export interface TokenStand extends AsyncDisposable {
  /** Of the service that runs now. */
  readonly url: string;
  readonly meter: ServerMeter;
  /** Where it keeps what it receives. */
  readonly storage: string;
  /** Undefined where the service is open. */
  readonly tokens: { readonly read: string; readonly upload: string } | undefined;
  /** Restarts the service: two starts of the same service differ by as much as a token costs. */
  restart(): Promise<void>;
}

/** @returns the service in open mode, or one that asks for tokens; both have the same history, each its own copy */
export function tokenStand(scene: Scene, { withTokens }: { withTokens: boolean }): Promise<TokenStand> {
  const name = withTokens ? 'service-with-tokens' : 'open-service';
  return scene.once(name, async () => {
    const folder = await scene.emptyFolder(name);
    const storage = join(folder, 'backups');
    const env = { DATABASE_URL: `sqlite:${folder}/history.sqlite`, STORAGE_DIR: storage };
    await fillHistory(env.DATABASE_URL, HISTORY, scene.signal);
    const tokens = withTokens
      ? {
          read: await createToken(env, { name: 'read', role: 'read', scope: READ_SCOPE }),
          upload: await createToken(env, { name: 'upload', role: 'upload', scope: ['tokens_*'] }),
        }
      : undefined;
    const fixed = { ALLOW_EMPTY_STORAGE: 'on', SCRUB_INTERVAL_DAYS: '0', MAX_REQUESTS_PER_MINUTE: '10000000' };
    let service = await startedAndIdle(scene, { ...env, ...fixed });
    return {
      get url() {
        return service.url;
      },
      get meter() {
        return new ServerMeter([service.pid], { isOurs: true });
      },
      ...{ storage, tokens },
      restart: async () => {
        await service.stop();
        service = await startedAndIdle(scene, { ...env, ...fixed });
      },
      [Symbol.asyncDispose]: async () => void (await service.stop()),
    };
  });
}

/** No file of a backup exists. The service reports that at the end of its check, and is then idle. */
async function startedAndIdle(scene: Scene, env: Record<string, string>): Promise<Service> {
  const service = await startService(env);
  while (!service.output().includes('have no stored file any more')) await sleep(20, undefined, scene);
  return service;
}
