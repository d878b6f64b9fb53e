import { type InferType, object } from 'yup';
import { listOf, MISSING, text, url } from '../schema/fields.ts';
import { listed } from './shared.ts';

/** An Apprise API server, for all services that have no channel here. */
export interface AppriseSettings {
  readonly type: 'apprise';
  /** `…/notify/KEY` of a stored configuration, or `…/notify` with `urls`. */
  readonly url: string;
  readonly tags: readonly string[];
  /** Addresses of Apprise, which are secrets; empty where the server has a stored configuration. */
  readonly urls: readonly string[];
}

export const apprise = object({
  url: url('an Apprise API server: `…/notify/KEY` with a stored configuration, or `…/notify` with `urls`', {
    isSecret: true,
  }).defined(MISSING),
  tags: listOf('which services of the stored configuration get it', text('a tag')),
  urls: listOf('addresses of services as Apprise writes them', text('an address')).meta({ secret: true }),
});

/** @param channel without a mistake */
export function toApprise({ url, tags, urls }: InferType<typeof apprise>): AppriseSettings {
  return { type: 'apprise', url, tags: listed(tags), urls: listed(urls) };
}
