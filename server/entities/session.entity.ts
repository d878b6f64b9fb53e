import { defineEntity } from '@mikro-orm/core';

const schema = defineEntity({
  name: 'Session',
  tableName: 'sessions',
  properties: p => ({
    id: p.integer().primary(),
    /** The SHA-256 of what the cookie holds, 64 hexadecimal digits: that itself is kept nowhere. */
    hash: p.string().length(64).unique(),
    /** The SHA-256 of the token that was shown. No foreign key: that of ADMIN_TOKEN_FILE has no row. */
    tokenHash: p.string().length(64),
    /** The name of the token. */
    token: p.string().length(255),
    createdAt: p.datetime(3),
    /** To the minute. */
    lastSeenAt: p.datetime(3),
    /** Of the client at the sign-in. */
    address: p.string().length(64),
    /** What the browser calls itself, cut. */
    browser: p.string().length(200),
  }),
  indexes: [
    { name: 'sessions_by_token', properties: ['tokenHash', 'id'] },
    { name: 'sessions_by_last_seen', properties: ['lastSeenAt'] },
  ],
});

/** A browser that has signed in to the dashboard. */
export class Session extends schema.class {}
schema.setClass(Session);
