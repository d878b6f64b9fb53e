import tls from 'node:tls';
import type { ServiceAccess } from './service-access.ts';

/** As ky calls it. */
type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** What Deno has for its own fetch, whose connections do not know Node's settings. */
interface DenoClients {
  createHttpClient(options: { readonly caCerts: readonly string[] }): object;
}

/** @returns a fetch that trusts the CAs of the system and those of the access */
export function fetchOf({ ca }: Pick<ServiceAccess, 'ca'>): Fetch {
  if (ca === undefined) return fetch;
  if (!process.versions.deno) {
    trust(ca);
    return fetch;
  }
  const client = denoClient(ca);
  return (input, init) => fetch(input, { ...init, client } as RequestInit);
}

const trusted = new Set<string>();

/**
 * Makes all TLS connections of this process trust a CA: Node's own fetch has no other way. Those to database servers name their own
 * CAs, and are not touched by it.
 */
export function trust(ca: string): void {
  if (trusted.has(ca)) return;
  trusted.add(ca);
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), ca]);
}

const clients = new Map<string, object>();

function denoClient(ca: string): object {
  const known = clients.get(ca);
  if (known) return known;
  const { Deno } = globalThis as unknown as { readonly Deno: DenoClients };
  const client = Deno.createHttpClient({ caCerts: [ca] });
  clients.set(ca, client);
  return client;
}
