import { Migration } from '@mikro-orm/migrations';

/** What is told to people, until it is delivered. */
export class Migration20261130060000_outbox extends Migration {
  override up(): void {
    this.addSql(`
      create table \`outbox\` (
        \`id\` integer not null primary key autoincrement,
        \`channel\` text not null,
        \`dedupe_key\` text not null,
        \`made_at\` datetime not null,
        \`next_attempt_at\` datetime not null,
        \`attempts\` integer not null default 0,
        \`failing_since\` datetime null,
        \`last_error\` text null,
        \`refused_at\` datetime null,
        \`delivered_at\` datetime null,
        \`given_up_at\` datetime null,
        \`notification\` longtext not null
      )`);
    this.addSql('create unique index `outbox_dedupe_unique` on `outbox` (`dedupe_key`, `channel`)');
    this.addSql(
      'create index `outbox_by_end` on `outbox` (`delivered_at`, `given_up_at`, `channel`, `refused_at`, `id`)',
    );
    this.addSql('create index `outbox_by_channel` on `outbox` (`channel`, `delivered_at`, `given_up_at`)');
  }

  override down(): void {
    this.addSql('drop table if exists `outbox`');
  }
}
