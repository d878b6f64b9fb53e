import { Migration } from '@mikro-orm/migrations';

/** Browsers that have signed in to the dashboard. */
export class Migration20261130070000_sessions extends Migration {
  override up(): void {
    this.addSql(`
      create table \`sessions\` (
        \`id\` integer not null primary key autoincrement,
        \`hash\` text not null,
        \`token_hash\` text not null,
        \`token\` text not null,
        \`created_at\` datetime not null,
        \`last_seen_at\` datetime not null,
        \`address\` text not null,
        \`browser\` text not null
      )`);
    this.addSql('create unique index `sessions_hash_unique` on `sessions` (`hash`)');
    this.addSql('create index `sessions_by_token` on `sessions` (`token_hash`, `id`)');
    this.addSql('create index `sessions_by_last_seen` on `sessions` (`last_seen_at`)');
  }

  override down(): void {
    this.addSql('drop table if exists `sessions`');
  }
}
