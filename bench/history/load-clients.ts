// Clients that ask one thing after another, all at the same time, and look at each answer:  load-clients.ts PLAN
import { Agent, request } from 'node:http';
import process from 'node:process';
import { buffer } from 'node:stream/consumers';
import type { Ask, LoadPlan, LoadReport } from './load-plan.ts';

const plan = JSON.parse(process.argv[2]!) as LoadPlan;
const agent = new Agent({ keepAlive: true, maxSockets: plan.clients });
const known = new Map<Ask, Buffer>();
let sent = 0;
/** What takes longer than this by itself gains nothing from open connections and from code that V8 knows. */
const LONG_MS = 1000;

try {
  process.stdout.write(JSON.stringify(await load()));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
agent.destroy();

async function load(): Promise<LoadReport> {
  if (plan.warmsUp) await warmUp();
  const warmUps = sent;
  const began = performance.now();
  const took = await forSeconds();
  const wallSeconds = (performance.now() - began) / 1000 / took.length;
  took.sort((a, b) => a - b);
  const below = (part: number) => took[Math.ceil(part * took.length) - 1]!;
  const bytes = Math.max(...[...known.values()].map(answer => answer.length));
  return { wallSeconds, cpuSeconds: 0, warmUps, answers: took.length, p50: below(0.5), p95: below(0.95), bytes };
}

async function warmUp(): Promise<void> {
  if ((await answered()) < LONG_MS) await forSeconds();
}

/** @returns milliseconds of each answer */
async function forSeconds(): Promise<number[]> {
  const took: number[] = [];
  const began = performance.now();
  await Promise.all(
    Array.from({ length: plan.clients }, async () => {
      do took.push(await answered());
      while (performance.now() - began < plan.seconds * 1000);
    }),
  );
  return took;
}

/** @returns milliseconds */
async function answered(): Promise<number> {
  const ask = plan.asks[sent % plan.asks.length]!;
  sent += 1;
  const began = performance.now();
  const answer = await answerTo(ask);
  const took = performance.now() - began;
  check(ask, answer);
  return took;
}

function answerTo({ path, body }: Ask): Promise<Buffer> {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = {
    ...(plan.token !== undefined && { Authorization: `Bearer ${plan.token}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const asking = request(`${plan.url}${path}`, { agent, method, headers }, response => {
      buffer(response).then(content => {
        if (response.statusCode === 200) resolve(content);
        else reject(new Error(`${path} answered ${response.statusCode}: ${content.subarray(0, 500)}`));
      }, reject);
    });
    asking.on('error', reject).end(body);
  });
}

/** To read JSON takes longer than to send it: what has the very bytes of an answer that was good is good. */
function check(ask: Ask, answer: Buffer): void {
  if (known.get(ask)?.equals(answer)) return;
  if (plan.text !== undefined) {
    if (!answer.includes(plan.text)) throw new Error(`${ask.path} did not answer with ${JSON.stringify(plan.text)}`);
    known.set(ask, answer);
    return;
  }
  const content: unknown = JSON.parse(String(answer));
  const { errors } = content as { errors?: unknown };
  if (errors !== undefined)
    throw new Error(`${ask.path} answered with errors: ${JSON.stringify(errors).slice(0, 500)}`);
  const list = plan.list.reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], content);
  if (!Array.isArray(list) || list.length !== plan.length)
    throw new Error(`${ask.path} did not answer with ${plan.length} in ${plan.list.join('.')}`);
  known.set(ask, answer);
}
