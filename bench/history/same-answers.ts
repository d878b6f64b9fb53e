import { isDeepStrictEqual } from 'node:util';
import type { Ask } from './load-plan.ts';
import type { Question } from './questions.ts';

/** So many of a question's variants are looked at. */
const VARIANTS = 5;

/** A peer that does less than the service proves nothing. @throws Error when it does not answer the same */
export async function expectSameAnswers(questions: readonly Question[], service: string, peer: string): Promise<void> {
  for (const { name, ofService, ofPeer } of questions)
    for (const [at, ask] of ofService.slice(0, VARIANTS).entries()) {
      const [ours, theirs] = [await answerTo(service, ask), await answerTo(peer, ofPeer[at]!)];
      if (ours === theirs || isDeepStrictEqual(JSON.parse(ours), JSON.parse(theirs))) continue;
      const place = [...ours].findIndex((character, at) => character !== theirs[at]);
      const parts = [ours, theirs].map(text => text.slice(Math.max(0, place - 100), place + 100));
      throw new Error(`the peer does not answer as the service does (${name}):\n${parts.join('\n')}`);
    }
}

/** @returns the text of an answer @throws Error when it is no success */
export async function answerTo(url: string, { path, body }: Ask): Promise<string> {
  const asJson = { method: 'POST', headers: { 'Content-Type': 'application/json' } };
  const response = await fetch(`${url}${path}`, body === undefined ? {} : { ...asJson, body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 500)}`);
  return text;
}
