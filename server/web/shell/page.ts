import type { Actor } from '../../audit/entry.ts';
import type { Action } from '../../auth/policy.ts';
import type { Scope } from '../../auth/scope.ts';
import type { Download } from '../../backups/open-download.ts';
import type { EntityManager } from '../../history/orm.ts';
import type { RunningParts } from '../../running-parts.ts';
import type { Html } from './html.ts';
import type { View } from './view.ts';

/** What a page shows: the layout is around it. */
export interface Page {
  /** For the tab; the `<h1>` stands in the body. */
  readonly title: string;
  /** How much needs someone: shown in the tab's title and its icon, when above 0. */
  readonly attention?: number;
  readonly body: Html;
  /** 200 when left out. */
  readonly status?: number;
}

export interface PageRequest {
  readonly view: View;
  readonly em: EntityManager;
  readonly scope: Scope;
  /** Of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /**
   * Where clients reach the service, as it is typed into a shell: PUBLIC_URL, else what the browser asked, such as
   * `http://127.0.0.1:3000`; no slash at its end.
   */
  readonly serviceUrl: string;
  /** The id of the session; undefined without one: in open mode, and with the header Authorization. */
  readonly sessionId: number | undefined;
  /** The SHA-256 of the token of that session. */
  readonly tokenHash: string | undefined;
}

export interface PageRoute {
  /** Below `/-/ui`, as @koa/router takes it: `/`, `/databases/:name`. */
  readonly path: string;
  /** What the policy is asked before `show`. */
  readonly action: Action;
  /** @throws AppError, which becomes a page with its status */
  show(request: PageRequest, parts: WebParts): Promise<Page>;
}

/** What a form was sent for. */
export type Submitted = { readonly goTo: string } | Page;

export interface FormRequest extends PageRequest {
  readonly form: URLSearchParams;
  /** For the audit trail. */
  readonly actor: Actor;
}

/** A POST. Its origin and its CSRF token were checked before. */
export interface FormRoute {
  readonly path: string;
  readonly action: Action;
  /** @returns where to go next (303, by `view.link`), or a page: 400 with its mistakes, 200 with what is shown once */
  submit(request: FormRequest, parts: WebParts): Promise<Submitted>;
}

/** A stored file that a page leads to, sent as REST sends it. */
export interface FileRoute {
  readonly path: string;
  readonly action: Action;
  /** @returns the open file: it is closed when it was sent @throws AppError, which becomes a page with its status */
  open(request: PageRequest & Pick<FormRequest, 'actor'>, parts: WebParts): Promise<Download>;
}

/** A text that a page leads to as a file, such as a table for a spreadsheet. */
export interface TextRoute {
  readonly path: string;
  readonly action: Action;
  write(
    request: PageRequest,
    parts: WebParts,
  ): Promise<{ readonly type: string; readonly fileName: string; readonly text: string }>;
}

/** What pages and actions work with: the same that REST and GraphQL have. */
export interface WebParts extends RunningParts {
  /** How often it is looked at what there is to tell open pages, in milliseconds; a default when left out. */
  readonly liveLookMs?: number | undefined;
}
