import { array, type InferType, number, object, string } from 'yup';
import { count, instant } from '../schema-fields.ts';

const id = () => number().integer().positive().max(Number.MAX_SAFE_INTEGER).required();

/** What `POST /-/runs` answers. */
export const runAnswer = object({
  data: object({
    id: id(),
    run_id: string().required(),
    source: string().required(),
    shard: string().defined(),
    received_at: instant(),
    /** What the report has changed of the roster; null where it has changed none. */
    roster: object({ added: count(), gone: count() }).nullable().defined(),
  }).required(),
  message: string().required(),
});
export type RunAnswer = InferType<typeof runAnswer>;

/** What `GET /-/roster` answers: what the service knows of a source and shard, as far as the token's scope goes. */
export const rosterAnswer = object({
  data: object({
    source: string().required(),
    shard: string().defined(),
    /** Null where no run of it was reported, or by other tokens only. */
    last_run: object({ started_at: instant(), ended_at: instant(), received_at: instant(), exit_code: count() })
      .nullable()
      .defined(),
    /** The labels on its roster, by name. */
    databases: array(string().required()).required(),
  }).required(),
  message: string().required(),
});
export type RosterAnswer = InferType<typeof rosterAnswer>;
