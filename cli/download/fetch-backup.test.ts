import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CommandError } from '../errors.ts';
import type { Service } from '../service/service.ts';
import { fetchBackup } from './fetch-backup.ts';
import { PartialDownload } from './partial-download.ts';

const REMOTE = { id: '3', size: 100, sha256: Buffer.alloc(32), etag: '"x"' };
const signal = new AbortController().signal;

describe('fetch-backup', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lumbung-fetch-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('ends where each attempt starts again and breaks off at another position', async function () {
    this.timeout(60_000);
    const breaks = [10, 20];
    let attempts = 0;
    const service = {
      download: async () => {
        const bytes = breaks[attempts++ % breaks.length]!;
        return new Response(
          new ReadableStream({
            start: controller => controller.enqueue(new Uint8Array(bytes)),
            pull: controller => controller.error(new Error('broken')),
          }),
        );
      },
    } as unknown as Service;
    await using part = await PartialDownload.open(join(folder, 'x.part'));
    const error = await fetchBackup(service, REMOTE, { sink: part, signal }).catch(error => error);
    expect(error).to.be.instanceOf(CommandError).with.property('message').that.contains('broken');
    expect(attempts).to.be.within(5, 8);
  });

  it('reconnects when almost nothing arrives', async () => {
    let attempts = 0;
    const service = {
      download: async (_id: string, _method: string, { signal }: { signal: AbortSignal }) => {
        const isTrickle = attempts++ === 0;
        const body = new ReadableStream({
          start: controller => {
            if (!isTrickle) {
              controller.enqueue(new Uint8Array(100));
              return controller.close();
            }
            const drip = setInterval(() => controller.enqueue(new Uint8Array(1)), 10);
            signal.addEventListener('abort', () => {
              clearInterval(drip);
              controller.error(signal.reason);
            });
          },
        });
        return new Response(body);
      },
    } as unknown as Service;
    await using part = await PartialDownload.open(join(folder, 'x.part'));
    await fetchBackup(service, REMOTE, { sink: part, signal, stalledMs: 200 });
    expect(attempts).to.equal(2);
  });

  it('reconnects when nothing arrives', async () => {
    let attempts = 0;
    const service = {
      download: async (_id: string, _method: string, { signal }: { signal: AbortSignal }) => {
        const from = attempts++ * 50;
        const body = new ReadableStream({
          start: controller => {
            controller.enqueue(new Uint8Array(50));
            if (from > 0) controller.close();
            signal.addEventListener('abort', () => controller.error(signal.reason));
          },
        });
        return new Response(body, {
          status: from > 0 ? 206 : 200,
          headers: from > 0 ? { 'content-range': `bytes ${from}-99/100` } : {},
        });
      },
    } as unknown as Service;
    await using part = await PartialDownload.open(join(folder, 'x.part'));
    await fetchBackup(service, REMOTE, { sink: part, signal, stalledMs: 50 });
    expect(attempts).to.equal(2);
  });
});
