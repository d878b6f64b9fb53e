import { setTimeout as sleep } from 'node:timers/promises';
import type { ScrubState } from '../../protocol/responses.ts';
import { scrubAnswer } from '../../protocol/responses.ts';
import { request } from './requests.ts';

/** @returns how the scrub goes, checked against the contract */
export async function scrubState(url: string): Promise<ScrubState> {
  const { json } = await request(`${url}/-/scrub`);
  return (await scrubAnswer.validate(json, { strict: true })).data;
}

/** Waits until no scrub runs. @returns how the last one went */
export async function endOfScrub(url: string): Promise<ScrubState> {
  for (;;) {
    const state = await scrubState(url);
    if (state.state === 'idle') return state;
    await sleep(5);
  }
}

/** Scrubs and waits for the end. @param query such as `?all=true` */
export async function scrubbed(url: string, query = ''): Promise<ScrubState> {
  const { status, text } = await request(`${url}/-/scrub${query}`, { method: 'POST' });
  if (status !== 202) throw new Error(`no scrub began: ${status} ${text}`);
  return endOfScrub(url);
}
