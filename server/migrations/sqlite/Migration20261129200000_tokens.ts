import { Migration } from '@mikro-orm/migrations';

/** Who may use the service. */
export class Migration20261129200000_tokens extends Migration {
  override up(): void {
    this.addSql(`
      create table \`tokens\` (
        \`id\` integer not null primary key autoincrement,
        \`hash\` text not null,
        \`name\` text not null,
        \`role\` text not null,
        \`scope\` text not null,
        \`created_at\` datetime not null,
        \`expires_at\` datetime null,
        \`revoked_at\` datetime null,
        \`last_used_at\` datetime null
      )`);
    this.addSql('create unique index `tokens_hash_unique` on `tokens` (`hash`)');
    this.addSql('create index `tokens_by_name` on `tokens` (`name`)');
  }

  override down(): void {
    this.addSql('drop table if exists `tokens`');
  }
}
